//! Topological subdivisioning, arXiv 1608.04337, ICCV workshops 2017.
//!
//! The `n` channels stand on a grid `d_1 x ... x d_s`, row-major, that wraps around. Each output
//! channel reads a neighbourhood `c_1 x ... x c_s` that begins at its own place:
//!
//! ```text
//! output (j_1 .. j_s) reads the inputs ((j_t + i_t) mod d_t),   i_t = 0 .. c_t
//! ```
//!
//! * `x`, `y`: `[N, n, H, W]`, `w`: `[n, c, k, k]` with `n = d_1 ... d_s`, `c = c_1 ... c_s`; kernel
//!   `q` of an output has the offset `(i_1 .. i_s)`, row-major in the neighbourhood. Stride 1, zero
//!   padding `(k - 1)/2`.
//! * Forward-facing, as the paper computes it; the usual picture, centred on the output, is the same
//!   up to a rotation of the grid.
//!
//! Cost: `H W n c k^2` multiply-adds, a share of `c/n`.

use std::sync::Arc;

use super::equation::{below, of_standard, widening};
use super::widen::{square, widen, widened};
use super::{
    ConvVariant, Formula, Geometry, Key, Keys, Legal, Lesson, Misfit, Output, Outputs, Setting, Settings,
    Shown, Step, Value, Weights,
};
use crate::graph::{Builder, Extent, GraphError, Kernel2d, ListedWiring, NodeId, Origin, Weight, Wiring};
use crate::tensor::Shape;

/// Topological subdivisioning.
#[derive(Debug)]
pub struct Topological;

/// Most axes of a grid: the paper has one to three.
const MOST_AXES: usize = 3;

/// Numbers of the axes as they stand in the equation.
const AXES: &str = "₁₂₃₄₅₆₇₈";

/// The inputs of output `j`, in the order of its kernels.
pub fn neighbours(grid: &[usize], neighborhood: &[usize], j: usize) -> Vec<usize> {
    let mut inputs = vec![0];
    // Axis by axis, the last one runs fastest.
    let mut stride: usize = grid.iter().product();
    for (&d, &c) in grid.iter().zip(neighborhood) {
        stride /= d;
        let place = j / stride % d;
        inputs = inputs
            .into_iter()
            .flat_map(|input| (0..c).map(move |i| input + (place + i) % d * stride))
            .collect();
    }
    inputs
}

/// All ways to write `n` as an ordered product of 1 to `axes` factors of 2 or more; `[n]` first.
fn grids(n: usize, axes: usize) -> Vec<Vec<i64>> {
    let mut all = vec![vec![n as i64]];
    if axes > 1 {
        for d in (2..n).filter(|d| n.is_multiple_of(*d)) {
            all.extend(grids(n / d, axes - 1).into_iter().map(|mut rest| {
                rest.insert(0, d as i64);
                rest
            }));
        }
    }
    all.sort_by_key(|grid| (grid.len(), grid.clone()));
    all
}

/// Whether the channels can stand on this grid.
fn is_product(grid: &[i64], n: usize) -> bool {
    let product = grid.iter().try_fold(1_i64, |product, &d| product.checked_mul(d).filter(|_| d > 0));
    // The paper has up to three axes; a long list of ones is a mistake.
    (1..=8).contains(&grid.len()) && product == i64::try_from(n).ok()
}

/// The squarest grid of two axes, or one axis where `n` is prime.
fn squarest(n: usize) -> Value {
    let mut short = n.isqrt();
    while short > 1 && !n.is_multiple_of(short) {
        short -= 1;
    }
    Value::List(if short > 1 { vec![short as i64, (n / short) as i64] } else { vec![n as i64] })
}

/// A neighbourhood of about a quarter of the channels.
fn quarter(grid: &[i64]) -> Value {
    let share = 0.25_f64.powf(1.0 / grid.len() as f64);
    Value::List(grid.iter().map(|&d| ((d as f64 * share).round() as i64).max(1)).collect())
}

impl ConvVariant for Topological {
    fn name(&self) -> &'static str {
        "topological"
    }

    fn settings(&self, g: &Geometry, chosen: &Settings) -> Vec<Setting> {
        let n = g.out_channels;
        let mut legal = grids(n, MOST_AXES);
        // The definition allows axes of one channel and more axes than are worth a slider.
        if let Some(Value::List(grid)) = chosen.get("grid")
            && is_product(grid, n)
            && !legal.contains(grid)
        {
            legal.push(grid.clone());
        }
        let grid = Setting::of("grid", Legal::Lists(legal), &squarest(n));
        let chosen = grid.legal.nearest(chosen.get("grid").unwrap_or(&grid.default));
        let axes: Vec<i64> = (0..).map_while(|i| chosen.axis(i)).collect();
        let quarter = quarter(&axes);
        vec![grid, Setting::of("neighborhood", Legal::UpTo(axes), &quarter)]
    }

    fn keys(&self) -> Keys {
        Keys::square(Key::Named("kernel"))
    }

    fn nearest(&self, g: Geometry) -> Geometry {
        g.square(g.kernel)
    }

    fn fits(&self, g: &Geometry) -> Result<(), Misfit> {
        g.needs_stride_one()?;
        g.needs_same_padding()
    }

    fn lower(
        &self,
        g: &Geometry,
        s: &Settings,
        inputs: &[NodeId],
        b: &mut Builder<'_>,
    ) -> Result<Outputs, GraphError> {
        let (grid, neighborhood) = (s.list("grid"), s.list("neighborhood"));
        // The weight first: a file that has none costs no list of kernels.
        let slots = neighborhood.iter().product();
        let weight = b.weight("weight", &[g.out_channels, slots, g.kernel, g.kernel])?;
        let bias = b.weight_if_given("bias", &[g.out_channels])?;
        let kernel = |(slot, input): (usize, usize)| Kernel2d {
            input: input as u32,
            slot: slot as u32,
            extent: Extent::Full,
        };
        let kernels = |j| neighbours(&grid, &neighborhood, j).into_iter().enumerate().map(kernel).collect();
        let wiring = ListedWiring { slots, outputs: (0..g.out_channels).map(kernels).collect() };
        let conv = g.conv(Wiring::Listed(Arc::new(wiring)));
        let y = b.conv2d_with("conv", inputs[0], conv, g.out_channels, weight, bias)?;
        Ok(vec![("output", Output::Map(y))])
    }

    /// A layer that changes the channels gets a 1x1 convolution in front: see [`super::widen`].
    fn embed(
        &self,
        g: &Geometry,
        s: &Settings,
        x: NodeId,
        b: &mut Builder<'_>,
    ) -> Result<NodeId, GraphError> {
        let x = widen(g, x, b)?;
        Ok(self.lower(&square(g), s, &[x], b)?[0].1.node())
    }

    fn equation(&self, g: &Geometry, s: &Settings) -> Vec<String> {
        let (n, k) = (g.out_channels, g.kernel);
        let (grid, window) = (s.list("grid"), s.list("neighborhood"));
        let c: usize = window.iter().product();
        let axis = |t: usize| AXES.chars().nth(t).unwrap_or('ₙ');
        let places: Vec<String> =
            (0..grid.len()).map(|t| format!("(j{0} + i{0}) mod {1}", axis(t), grid[t])).collect();
        let ranges: Vec<String> =
            (0..window.len()).map(|t| format!("i{} = {}", axis(t), below(window[t]))).collect();
        let times = |list: &[usize]| list.iter().map(usize::to_string).collect::<Vec<_>>().join("·");
        let (first, summand, extra) = widening(g);
        let mut lines: Vec<String> = first.into_iter().collect();
        lines.push(format!("y[j] = Σᵢ W[j,i] ∗ x[{}]", places.join(", ")));
        lines.push(format!(
            "{},   c = {} = {c},   n = {} = {n}",
            ranges.join(",  "),
            times(&window),
            times(&grid)
        ));
        lines.push(format!("|W| = {n} · {c} · {k}²{summand}{}", of_standard(n * c * g.area() + extra, g)));
        lines
    }

    fn lesson(&self) -> Lesson {
        const STEPS: Lesson = &[
            Step::new(Shown::Figure("torus"), &[]),
            Step::new(Shown::Figure("connections"), &[]),
            Step::new(Shown::Figure("torus"), &[("neighborhood", "2x2")]),
            Step::new(Shown::Figure("torus"), &[("grid", "64")]),
            Step::new(Shown::Figure("torus"), &[("grid", "4x4x4")]),
            Step::new(Shown::Figure("connections"), &[]),
            Step::new(Shown::Maps, &[]),
        ];
        STEPS
    }

    fn figures(&self) -> &'static [&'static str] {
        &["torus", "connections"]
    }

    fn formula(&self, g: &Geometry, s: &Settings, input: Shape) -> Formula {
        let c: usize = s.list("neighborhood").iter().product();
        Formula::of_weights(g.out_channels * c * g.area(), g.output(input))
    }

    /// Rule: the kernels between connected channels are kept, the others dropped. Limit: the network
    /// was not trained with its channels on a grid, so which connections survive is a matter of their
    /// numbers, not of their importance.
    fn derive(&self, g: &Geometry, s: &Settings, kernel: &Weight, bias: Option<&Weight>) -> Weights {
        let (grid, neighborhood) = (s.list("grid"), s.list("neighborhood"));
        let mut weights = Weights::new();
        let (kernel, n) = (&widened(g, kernel, &mut weights), g.out_channels);
        let mut values = Vec::new();
        for j in 0..g.out_channels {
            for input in neighbours(&grid, &neighborhood, j) {
                let start = (j * n + input) * g.area();
                values.extend_from_slice(&kernel.values[start..start + g.area()]);
            }
        }
        let dims = vec![n, neighborhood.iter().product(), g.kernel, g.kernel];
        weights.insert("weight".into(), Weight::new("weight", dims, values, Origin::Derived));
        weights.extend(bias.map(|b| ("bias".into(), b.clone())));
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variants::testing::run;

    /// The worked example of the reference on one pixel: a torus of 2 x 3.
    #[test]
    fn by_hand() {
        let w: Vec<f32> = (0..24).map(|place| (place % 5) as f32 - 2.0).collect();
        let settings = [("grid", "2x3"), ("neighborhood", "2x2")];
        let x = [1., 2., 3., 4., 5., 6.];
        let g = Geometry::same(6, 6, 1, 1);
        let y = run(&Topological, g, &settings, &[([1, 6, 1, 1], &x)], &[("weight", &w)]);
        // Output 0 reads 0, 1, 3, 4 with -2, -1, 0, 1: -2 * 1 - 1 * 2 + 0 * 4 + 1 * 5 = 1. Output 2 wraps
        // around and reads 2, 0, 5, 3 with 1, 2, -2, -1: 3 + 2 - 12 - 4 = -11.
        assert_eq!(y, [[1., -7., -11., 3., 3., -15.]]);
    }

    #[test]
    fn grids_of_the_definition_are_legal_also_where_no_slider_has_them() {
        let g = Geometry::same(24, 24, 1, 1);
        for (grid, neighborhood) in [("1x24", "1x5"), ("2x3x2x2", "1x2x2x1"), ("4x6x1", "2x2x1")] {
            let mut s = Settings::default();
            s.set("grid", grid.parse().unwrap());
            s.set("neighborhood", neighborhood.parse().unwrap());
            assert_eq!(s.check(&Topological, &g), Ok(()), "{grid}");
        }
        for grid in ["5x5", "0x24", "-4x-6", "1x1x1x1x1x1x1x1x24"] {
            let mut s = Settings::default();
            s.set("grid", grid.parse().unwrap());
            assert!(s.check(&Topological, &g).is_err(), "{grid}");
        }
    }

    /// The examples of the reference: a torus of 5 x 6 and one of 3 x 4.
    #[test]
    fn neighbourhoods_wrap_around() {
        assert_eq!(neighbours(&[5, 6], &[3, 3], 0), [0, 1, 2, 6, 7, 8, 12, 13, 14]);
        let mut last = neighbours(&[5, 6], &[3, 3], 29);
        last.sort_unstable();
        assert_eq!(last, [0, 1, 5, 6, 7, 11, 24, 25, 29]);
        assert_eq!(neighbours(&[3, 4], &[2, 2], 11), [11, 8, 3, 0]);
    }

    #[test]
    fn every_input_is_read_by_as_many_outputs_as_there_are_neighbours() {
        let mut readers = [0; 24];
        (0..24).flat_map(|j| neighbours(&[2, 3, 4], &[2, 2, 3], j)).for_each(|i| readers[i] += 1);
        assert_eq!(readers, [12; 24]);
    }

    #[test]
    fn grids_are_ordered_products() {
        assert_eq!(grids(6, 3), [vec![6], vec![2, 3], vec![3, 2]]);
        assert_eq!(grids(8, 3).len(), 1 + 2 + 1);
        assert_eq!(squarest(512), Value::List(vec![16, 32]));
        assert_eq!(squarest(7), Value::List(vec![7]));
        assert_eq!(quarter(&[16, 32]), Value::List(vec![8, 16]));
    }
}
