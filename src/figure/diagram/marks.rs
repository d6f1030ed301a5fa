//! What the chosen pixel read of every map: framed on the faces, and enlarged by strength.

use crate::figure::{Area, Ink, Paint, Scene, Stroke, StudyRun, View};
use crate::graph::NodeId;
use crate::picture::{PixelSet, Reached, Share, Spot, contributions, reach};

/// Frames are not drawn smaller, in points.
const LEAST_FRAME: f32 = 5.0;
/// Pixels of this size show their strength where they are; smaller ones in a lens.
const LEAST_PIXEL: f32 = 4.0;
/// Most cells of a lens on a side; a larger region is shown in blocks.
const MOST_CELLS: usize = 24;

/// The reads of one pixel, through the whole operator.
pub struct Marks {
    node: NodeId,
    reached: Vec<Option<Reached>>,
    shares: Vec<Share>,
}

impl Marks {
    /// Those of the chosen pixel; `None` while none is chosen.
    pub fn of(run: &StudyRun, view: &View<'_>) -> Option<Self> {
        let (x, y) = view.pixel?;
        let spot = Spot::new(view.channel, y, x);
        if !spot.is_in(run.graph.shape(view.node)) {
            return None;
        }
        let found = contributions(&run.graph, view.node, spot, &|id| run.value(id), &mut |_| true);
        // A value behind a softmax is no sum: its reads have no strength.
        let shares = found.map_or_else(|_| Vec::new(), |found| [found.inputs, found.between].concat());
        Some(Self { node: view.node, reached: reach(&run.graph, view.node, spot), shares })
    }

    /// The marks of one map of `w x h` pixels on its face.
    pub fn draw(&self, scene: &mut Scene, node: NodeId, [w, h]: [usize; 2], face: Area) {
        let reached = self.reached.get(node.index()).and_then(Option::as_ref);
        let Some(set) = reached.and_then(|reached| reached.pixels(None)) else { return };
        let size = [face.w / w as f32, face.h / h as f32];
        let r = set.region;
        let frame = Area::new(
            face.x + r.x0 as f32 * size[0],
            face.y + r.y0 as f32 * size[1],
            (r.x1 - r.x0) as f32 * size[0],
            (r.y1 - r.y0) as f32 * size[1],
        );
        let own = node == self.node;
        let strength = self.strength(node, &set).filter(|_| !own);
        match strength {
            Some(strength) if size[0].min(size[1]) >= LEAST_PIXEL => cells(scene, frame, &strength, false),
            Some(strength) if strength.values.len() > 1 => {
                cells(scene, lens(face, frame, &strength), &strength, true);
            }
            _ => {}
        }
        let grow = ((LEAST_FRAME - frame.w.min(frame.h)) / 2.0).max(0.0);
        let frame = frame.shrunk(-grow);
        scene.rect(frame, None, Stroke::new(Ink::faded(Paint::Ground, 0.8), 3.0));
        scene.rect(frame, None, Stroke::new(if own { Paint::Text } else { Paint::Accent }, 1.4));
    }

    fn strength(&self, node: NodeId, set: &PixelSet) -> Option<Strength> {
        let share = self.shares.iter().find(|share| share.node == node)?;
        let r = set.region;
        let [w, h] = [(r.x1 - r.x0) as usize, (r.y1 - r.y0) as usize];
        let stored = (share.region.x1 - share.region.x0) as usize;
        let [left, top] = [(r.x0 - share.region.x0) as usize, (r.y0 - share.region.y0) as usize];
        let at = |x: usize, y: usize| share.strength[(top + y) * stored + left + x];
        let most = (0..h).flat_map(|y| (0..w).map(move |x| at(x, y))).fold(f64::MIN_POSITIVE, f64::max);
        let block = w.max(h).div_ceil(MOST_CELLS);
        let [columns, rows] = [w.div_ceil(block), h.div_ceil(block)];
        let mut values = vec![None; columns * rows];
        for y in 0..h {
            for x in (0..w).filter(|x| set.read[y * w + x]) {
                let cell: &mut Option<f32> = &mut values[y / block * columns + x / block];
                let strength = (at(x, y) / most).sqrt() as f32;
                *cell = Some(cell.map_or(strength, |other| other.max(strength)));
            }
        }
        Some(Strength { columns, rows, values })
    }
}

/// How much was read of each cell, the most being one; `None` where nothing was.
struct Strength {
    columns: usize,
    rows: usize,
    values: Vec<Option<f32>>,
}

/// A place for the enlarged region on the face, in the corner that is farthest from the region.
fn lens(face: Area, frame: Area, strength: &Strength) -> Area {
    let side = (0.45 * face.w.min(face.h)).min(64.0);
    let size = side / strength.columns.max(strength.rows) as f32;
    let (w, h) = (size * strength.columns as f32, size * strength.rows as f32);
    let [x, y] = frame.centre();
    let [cx, cy] = face.centre();
    let left = if x < cx { face.right() - w - 2.0 } else { face.x + 2.0 };
    let top = if y < cy { face.bottom() - h - 2.0 } else { face.y + 2.0 };
    Area::new(left, top, w, h)
}

/// The cells in the accent colour, the stronger the fuller.
fn cells(scene: &mut Scene, area: Area, strength: &Strength, ground: bool) {
    if ground {
        scene.rect(area.shrunk(-1.0), Ink::solid(Paint::Ground), Stroke::new(Paint::Accent, 0.8));
    }
    for row in 0..strength.rows {
        for column in 0..strength.columns {
            let Some(value) = strength.values[row * strength.columns + column] else { continue };
            let cell = area.row(row, strength.rows, 0.0).column(column, strength.columns, 0.0);
            let least = if ground { 0.08 } else { 0.0 };
            scene.rect(cell, Ink::faded(Paint::Accent, least + (0.9 - least) * value), None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Knobs;
    use crate::figure::testing::study;
    use crate::text::Lang;

    fn marks(settings: &[(&str, &str)], pixel: (usize, usize)) -> (Marks, NodeId) {
        let run = study("standard", settings, 4, 4, 3);
        let (node, knobs) = (run.output(), Knobs::default());
        let size = [700.0, 420.0];
        let view = View { lang: Lang::En, size, channel: 1, pixel: Some(pixel), node, knobs: &knobs };
        (Marks::of(&run, &view).expect("a pixel"), run.graph.inputs()[0])
    }

    fn cells(settings: &[(&str, &str)], pixel: (usize, usize)) -> (usize, usize) {
        let (marks, input) = marks(settings, pixel);
        let set =
            marks.reached[input.index()].as_ref().and_then(|r| r.pixels(None)).expect("reads the input");
        let strength = marks.strength(input, &set).expect("a sum");
        (strength.values.iter().flatten().count(), strength.values.len())
    }

    #[test]
    fn exactly_the_taps_are_marked() {
        assert_eq!(cells(&[], (3, 2)), (9, 9));
        assert_eq!(cells(&[], (0, 0)), (4, 4), "nothing is read of the border");
        assert_eq!(cells(&[("dilation", "2")], (3, 2)), (9, 25), "a dilated kernel leaves holes");
    }

    #[test]
    fn a_lens_does_not_cover_what_it_enlarges() {
        let face = Area::new(10.0, 20.0, 100.0, 80.0);
        let strength = Strength { columns: 3, rows: 3, values: vec![Some(1.0); 9] };
        for (x, y) in [(12.0, 22.0), (100.0, 22.0), (12.0, 90.0), (100.0, 90.0)] {
            let frame = Area::new(x, y, 6.0, 6.0);
            let lens = lens(face, frame, &strength);
            let apart = lens.x > frame.right()
                || lens.right() < frame.x
                || lens.y > frame.bottom()
                || lens.bottom() < frame.y;
            assert!(apart && lens.x >= face.x && lens.right() <= face.right(), "{lens:?} {frame:?}");
        }
    }
}
