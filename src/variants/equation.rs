//! Pieces that the equations of several operators share. Equations are not translated: they hold
//! signs, numbers and names of the operators' papers, but no sentences.

use super::Geometry;

/// `0…63`: every number below `n`.
pub(super) fn below(n: usize) -> String {
    match n {
        0 | 1 => "0".to_owned(),
        n => format!("0…{}", n - 1),
    }
}

/// `3×3` or `3×3, s = 2`.
pub(super) fn kernel(side: usize, stride: usize) -> String {
    if stride == 1 { format!("{side}×{side}") } else { format!("{side}×{side}, s = {stride}") }
}

/// ` = 9216 = 25 % · 36864`: a count, and its share of the standard convolution's.
pub(super) fn of_standard(count: usize, g: &Geometry) -> String {
    let standard = g.in_channels * g.out_channels * g.area();
    if count == standard {
        return format!(" = {count}");
    }
    format!(" = {count} {} · {standard}", percent(count, standard))
}

/// `= 25 %` or `≈ 11.5 %`.
pub(super) fn percent(part: usize, whole: usize) -> String {
    let tenths = 1000 * part;
    if tenths.is_multiple_of(10 * whole) {
        return format!("= {} %", tenths / whole / 10);
    }
    let sign = if tenths.is_multiple_of(whole) { '=' } else { '≈' };
    let share = 100.0 * part as f64 / whole as f64;
    // Small shares keep two digits.
    if share < 1.0 { format!("≈ {share:.2} %") } else { format!("{sign} {share:.1} %") }
}

/// Where an operator that keeps its channels stands in for a layer that changes them: the 1x1
/// convolution in front (see [`super::widen`]) as a line, and its weights as a summand.
pub(super) fn widening(g: &Geometry) -> (Option<String>, String, usize) {
    let (i, o) = (g.in_channels, g.out_channels);
    if i == o {
        return (None, String::new(), 0);
    }
    (Some(format!("x ← V · x,   V: {o}×{i}")), format!(" + {o} · {i}"), o * i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_equal_or_nearly() {
        let texts = [percent(1, 4), percent(7, 16), percent(1, 8), percent(1, 3), percent(1, 640)];
        assert_eq!(texts, ["= 25 %", "≈ 43.8 %", "= 12.5 %", "≈ 33.3 %", "≈ 0.16 %"]);
        let g = Geometry::same(64, 64, 3, 1);
        assert_eq!(of_standard(9216, &g), " = 9216 = 25 % · 36864");
        assert_eq!(of_standard(36864, &g), " = 36864");
    }
}
