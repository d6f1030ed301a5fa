//! OctConv: why nothing in it is strided. A blob goes down and up again, once through a strided
//! convolution and once through average pooling, and its centroid is measured before and after.

use std::sync::LazyLock;

use super::parts::{LINE, fit};
use super::plane::Plane;
use super::{Align, Area, Figure, Ink, Knob, Mark, Paint, Point, Scene, Stroke, StudyRun, TextSize, View};
use super::{kit, plane};
use crate::exec::{Ctl, ExecError, ReferencePlan, Value};
use crate::graph::{
    Builder, Conv2d, GraphError, NodeId, Origin, Padding, Pool2d, PoolKind, Weight, WeightSource, Wiring,
};
use crate::tensor::{HostTensor, Shape};
use crate::text::{tr, tr_args};

/// Strided convolution against average pooling.
#[derive(Debug)]
pub struct Misalignment;

/// What is shown: the input, what a step down reads, the low map, the map up again with the shift.
const STEP: Knob = Knob { name: "align_step", least: 0, most: 3, default: 3 };
/// Cells of the input on each side.
const SIDE: usize = 8;
/// The blob on each axis. Its spectrum has zeros at the highest frequency, so sampling every second of its
/// values does not move its centroid: what moves it is the operator.
const BLOB: [f32; SIDE] = [0.0, 0.0, 1.0, 3.0, 3.0, 1.0, 0.0, 0.0];
/// The strided convolution's kernel on each axis: it smooths, evenly to both sides.
const KERNEL: [f32; 3] = [0.25, 0.5, 0.25];

/// A way down and up again.
#[derive(Clone, Debug)]
pub(super) struct Trip {
    /// The map at half the resolution.
    pub low: Plane,
    /// Upsampled again.
    pub up: Plane,
    /// How far the centroid moved in pixels of the input: right and down.
    pub shift: [f64; 2],
}

/// Both trips of the blob: through a strided convolution, through average pooling.
static TRIPS: LazyLock<Result<[Trip; 2], String>> =
    LazyLock::new(|| measure(blob()).map_err(|e| e.to_string()));

/// The blob.
fn blob() -> Plane {
    let values = (0..SIDE * SIDE).map(|i| BLOB[i % SIDE] * BLOB[i / SIDE]).collect();
    Plane { values, width: SIDE, height: SIDE }
}

/// Centre of mass in pixels, the first one's centre at 0.
pub(super) fn centroid(plane: &Plane) -> [f64; 2] {
    let (mut sum, mut x, mut y) = (0.0, 0.0, 0.0);
    for (i, &v) in plane.values.iter().enumerate() {
        let v = f64::from(v);
        sum += v;
        x += v * (i % plane.width) as f64;
        y += v * (i / plane.width) as f64;
    }
    if sum == 0.0 { [0.0; 2] } else { [x / sum, y / sum] }
}

/// Why the trips could not be made.
#[derive(Debug, thiserror::Error)]
enum TripError {
    #[error(transparent)]
    Graph(#[from] GraphError),
    #[error(transparent)]
    Run(#[from] ExecError),
    #[error("the value is not in host memory")]
    Elsewhere,
}

/// The kernel of the strided convolution.
struct Smooth;

impl WeightSource for Smooth {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        if optional {
            return Ok(None);
        }
        let k = KERNEL.len();
        let values = (0..k * k).map(|i| KERNEL[i % k] * KERNEL[i / k]).collect();
        Ok(Some(Weight::new(name, dims.to_vec(), values, Origin::Given)))
    }
}

/// Sends a map through the operations of the graph, by the reference executor.
fn measure(input: Plane) -> Result<[Trip; 2], TripError> {
    let mut source = Smooth;
    let mut b = Builder::new(&mut source);
    let shape = Shape::new(1, 1, input.height, input.width);
    let x = b.input("input", shape)?;
    let k = KERNEL.len();
    let strided = Conv2d {
        kernel: k,
        stride: 2,
        padding: Padding::same(k, 1),
        dilation: 1,
        wiring: Wiring::Grouped(1),
    };
    let strided = b.conv2d("strided", x, strided, 1, false)?;
    let mean = Pool2d { ceil: true, ..Pool2d::square(PoolKind::Average, 2, 2) };
    let pooled = b.pool2d("pooled", x, mean)?;
    let ups = [
        b.upsample("strided_up", strided, 2, shape.h, shape.w)?,
        b.upsample("pooled_up", pooled, 2, shape.h, shape.w)?,
    ];
    ups.iter().for_each(|&id| b.output("output", id));
    let graph = b.finish();
    let given = HostTensor::new(shape, input.values.clone());
    let trace = ReferencePlan::new(&graph).run(&[given], &Ctl::default())?;
    let plane = |id: NodeId| match trace.value(id) {
        Value::Host(v) => {
            Ok(Plane { values: v.channel(0, 0).to_vec(), width: v.shape().w, height: v.shape().h })
        }
        Value::Device { .. } => Err(TripError::Elsewhere),
    };
    let before = centroid(&input);
    let trip = |low: NodeId, up: NodeId| -> Result<Trip, TripError> {
        let (low, up) = (plane(low)?, plane(up)?);
        let after = centroid(&up);
        Ok(Trip { low, up, shift: [after[0] - before[0], after[1] - before[1]] })
    };
    Ok([trip(strided, ups[0])?, trip(pooled, ups[1])?])
}

impl Figure for Misalignment {
    fn name(&self) -> &'static str {
        "misalignment"
    }

    fn knobs(&self, _: &StudyRun) -> Vec<Knob> {
        vec![STEP]
    }

    fn draw(&self, _: &StudyRun, view: &View<'_>) -> Scene {
        let mut scene = Scene::new(view.size);
        let area = scene.area().shrunk(12.0);
        let trips = match &*TRIPS {
            Ok(trips) => trips,
            Err(cause) => {
                scene.text(area.centre(), cause, TextSize::Small, Align::Middle, Paint::Weak);
                return scene;
            }
        };
        let step = STEP.value(view.knobs);
        for (row, trip) in trips.iter().enumerate() {
            draw_trip(&mut scene, view, area.row(row, 2, 18.0), row == 0, trip, step);
        }
        scene
    }
}

/// One row: input, what is read, low map, up again.
fn draw_trip(scene: &mut Scene, view: &View<'_>, area: Area, strided: bool, trip: &Trip, step: i64) {
    let size = TextSize::Small;
    let key = if strided { "align-strided" } else { "align-pooled" };
    let (head, rest) = area.split_top(LINE + 4.0);
    let title = fit(tr(view.lang, key), TextSize::Body, head.w);
    scene.text([head.x, head.y + LINE / 2.0], title, TextSize::Body, Align::Left, Paint::Text);
    let input = blob();
    let side = ((rest.w - 3.0 * 34.0) / 4.0).min(rest.h - 2.0 * LINE - 2.0);
    let gap = ((rest.w - 4.0 * side) / 3.0).min(120.0);
    let left = rest.x + (rest.w - 4.0 * side - 3.0 * gap) / 2.0;
    let frame = |i: usize| Area::new(left + i as f32 * (side + gap), rest.y + LINE, side, side);
    let captions = ["align-input", "align-reads", "align-low", "align-up"];
    for (i, caption) in captions.into_iter().enumerate() {
        let at = frame(i);
        let words = fit(tr(view.lang, caption), size, side + gap - 6.0);
        let shown = step >= i as i64;
        let paint = if shown { Paint::Text } else { Paint::Weak };
        scene.text([at.centre()[0], at.y - LINE / 2.0], words, size, Align::Middle, paint);
        if !shown {
            scene.rect(at, None, Some(Stroke::dashed(Paint::Line, 1.0)));
            continue;
        }
        if i > 0 {
            kit::step_arrow(scene, frame(i - 1), at);
        }
        let shown = match i {
            2 => &trip.low,
            3 => &trip.up,
            _ => &input,
        };
        plane::image(scene, at, shown, shown.range()).tip(tr(view.lang, tip_key(strided, i)));
        grid(scene, at, shown.width);
        if i == 1 {
            reads(scene, at, strided);
        }
        centroid_mark(scene, at, centroid(&input), SIDE, false);
        if i >= 2 {
            let scale = (SIDE / shown.width) as f64;
            // The centre of a cell twice as wide lies half a pixel further.
            let place = centroid(shown).map(|v| v * scale + (scale - 1.0) / 2.0);
            centroid_mark(scene, at, place, SIDE, true);
        }
    }
    if step >= 3 {
        let at = frame(3);
        let text = tr_args(view.lang, "align-shift", &[("shift", signed(trip.shift[0]).into())]);
        let text = fit(&text, size, side + gap);
        scene.text([at.centre()[0], at.bottom() + LINE / 2.0 + 1.0], text, size, Align::Middle, {
            if trip.shift[0].abs() > 1e-6 { Paint::Accent } else { Paint::Text }
        });
    }
}

const fn tip_key(strided: bool, column: usize) -> &'static str {
    match (strided, column) {
        (_, 0) => "align-input-tip",
        (true, 1) => "align-strided-reads-tip",
        (false, 1) => "align-pooled-reads-tip",
        (_, 2) => "align-low-tip",
        _ => "align-up-tip",
    }
}

/// `+0.50`, `0.00`
fn signed(shift: f64) -> String {
    let rounded = (shift * 100.0).round() / 100.0;
    if rounded == 0.0 { "0.00".into() } else { format!("{rounded:+.2}").replace('-', "−") }
}

/// Lines between cells.
fn grid(scene: &mut Scene, at: Area, cells: usize) {
    let stroke = Stroke::new(Ink::faded(Paint::Ground, 0.35), 0.75);
    for i in 1..cells {
        let along = at.w * i as f32 / cells as f32;
        scene.line([[at.x + along, at.y], [at.x + along, at.bottom()]], stroke);
        scene.line([[at.x, at.y + along], [at.right(), at.y + along]], stroke);
    }
}

/// What a step down reads: dots on the pixels at which the strided kernel is centred, or frames around the
/// windows of the pool.
fn reads(scene: &mut Scene, at: Area, strided: bool) {
    let cell = at.w / SIDE as f32;
    for row in 0..SIDE / 2 {
        for column in 0..SIDE / 2 {
            let corner = [at.x + 2.0 * column as f32 * cell, at.y + 2.0 * row as f32 * cell];
            if strided {
                let centre = [corner[0] + cell / 2.0, corner[1] + cell / 2.0];
                let fill = Some(Ink::solid(kit::ACROSS));
                scene.add(Mark::Circle { centre, radius: cell * 0.24, fill, stroke: None });
            } else {
                let window = Area::new(corner[0], corner[1], 2.0 * cell, 2.0 * cell);
                scene.rect(window.shrunk(1.5), None, Some(Stroke::new(kit::WITHIN, 2.0)));
            }
        }
    }
}

/// A cross at the input's centroid, a ring at the one measured.
fn centroid_mark(scene: &mut Scene, at: Area, place: [f64; 2], cells: usize, measured: bool) {
    let cell = at.w / cells as f32;
    let [x, y]: Point = [at.x + (place[0] as f32 + 0.5) * cell, at.y + (place[1] as f32 + 0.5) * cell];
    let r = (cell * 0.42).clamp(4.0, 12.0);
    let halo = Stroke::new(Paint::Rgb([0, 0, 0]), 4.0);
    if measured {
        let ring = |stroke| Mark::Circle { centre: [x, y], radius: r, fill: None, stroke: Some(stroke) };
        scene.add(ring(halo));
        scene.add(ring(Stroke::new(Paint::Rgb([0xff, 0x9a, 0x4a]), 2.2)));
        return;
    }
    for stroke in [halo, Stroke::new(Paint::Rgb([0xff, 0xff, 0xff]), 2.0)] {
        scene.line([[x - r, y], [x + r, y]], stroke);
        scene.line([[x, y - r], [x, y + r]], stroke);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::scene_checks::{check_figure, draw, study, texts};
    use crate::text::Lang;

    #[test]
    fn a_strided_convolution_moves_by_half_a_pixel_and_pooling_by_none() {
        let [strided, pooled] = measure(blob()).unwrap();
        for axis in 0..2 {
            assert!((strided.shift[axis] - 0.5).abs() < 1e-6, "{:?}", strided.shift);
            assert!(pooled.shift[axis].abs() < 1e-6, "{:?}", pooled.shift);
        }
    }

    /// A ramp tells the same: a map that moves by s to the right loses s of the slope's height.
    #[test]
    fn a_ramp_moves_as_far() {
        let side = 24;
        let values = (0..side * side).map(|i| (i % side) as f32).collect();
        let ramp = Plane { values, width: side, height: side };
        for (trip, shift) in measure(ramp.clone()).unwrap().iter().zip([0.5, 0.0]) {
            // Without the border, where the kernel reads zeros.
            let inner =
                (0..side * side).filter(|i| (4..20).contains(&(i % side)) && (4..20).contains(&(i / side)));
            let moved: Vec<f64> =
                inner.map(|i| f64::from(ramp.values[i]) - f64::from(trip.up.values[i])).collect();
            let mean = moved.iter().sum::<f64>() / moved.len() as f64;
            assert!((mean - shift).abs() < 1e-6, "{mean}");
        }
    }

    #[test]
    fn the_measured_shifts_are_shown_at_the_last_step_only() {
        let run = study("octave", &[], 8, 8);
        let shown = |step| {
            let scene = draw(&Misalignment, &run, Lang::En, [1500.0, 1000.0], &[("align_step", step)]);
            ["+0.50", " 0.00"].map(|shift| texts(&scene).iter().any(|text| text.contains(shift)))
        };
        assert_eq!(shown(3), [true; 2]);
        assert_eq!(shown(2), [false; 2]);
    }

    #[test]
    fn every_step_fits() {
        let run = study("octave", &[], 8, 8);
        (0..4).for_each(|step| check_figure(&Misalignment, &run, &[("align_step", step)]));
    }
}
