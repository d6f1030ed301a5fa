//! Heads of arrows: one shape for window and files.

use super::Point;

/// The three corners of the head at the end of a line through `points` drawn `width` points wide, and
/// where the line itself must end so that it does not stick out of the tip. `None` where the last two
/// points are the same.
pub fn arrow_head(points: &[Point], width: f32) -> Option<([Point; 3], Point)> {
    let &[.., [ax, ay], [bx, by]] = points else { return None };
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx.hypot(dy);
    if length == 0.0 {
        return None;
    }
    let (ux, uy) = (dx / length, dy / length);
    // Never longer than the line it stands on.
    let head = (4.0 + 2.0 * width).min(length);
    let half = head * 0.45;
    let (cx, cy) = (bx - ux * head, by - uy * head);
    Some(([[bx, by], [cx - uy * half, cy + ux * half], [cx + uy * half, cy - ux * half]], [cx, cy]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tip_is_the_end_of_the_line() {
        let (head, end) = arrow_head(&[[0.0, 0.0], [10.0, 0.0], [30.0, 0.0]], 1.0).expect("a head");
        assert_eq!(head[0], [30.0, 0.0]);
        assert_eq!(end, [24.0, 0.0]);
        assert_eq!((head[1][0], head[1][1]), (24.0, -head[2][1]));
        assert!(arrow_head(&[[1.0, 1.0], [1.0, 1.0]], 1.0).is_none());
        assert!(arrow_head(&[[1.0, 1.0]], 1.0).is_none());
    }
}
