//! OctConv: its high and low result beside their spectra, and the trained convolution's where there is one.

use super::octave_parts::Octave;
use super::parts::{LINE, fit};
use super::plane::Plane;
use super::{Align, Area, ColourMap, Figure, Ink, Paint, Raster, Scene, Stroke, StudyRun, TextSize, View};
use super::{kit, numbers, palette};
use crate::analysis::{Range, Spectrum};
use crate::graph::NodeId;
use crate::text::{tr, tr_args};

/// Spectra of the high and the low map.
#[derive(Debug)]
pub struct Spectra;

/// What is drawn of a spectrum, in decibels below its strongest frequency.
const FLOOR: f32 = 60.0;
/// Octaves told apart below the highest frequency; all below them are one.
const RINGS: usize = 4;

/// A map with its spectrum.
struct Column {
    title: String,
    plane: Plane,
    source: Option<(NodeId, usize)>,
    /// How many high pixels one of its pixels is wide.
    scale: usize,
    operator: &'static str,
}

impl Column {
    fn spectrum(&self) -> Spectrum {
        Spectrum::of(&self.plane.values, self.plane.width, self.plane.height)
    }
}

/// Shares of the energy in square rings an octave wide, in cycles per high pixel, from low to high; the
/// first holds everything below. Empty rings above what the map can hold are 0.
pub(super) fn octaves(spectrum: &Spectrum, scale: usize) -> [f64; RINGS] {
    let total = spectrum.total();
    std::array::from_fn(|ring| {
        let edge = |ring: usize| 0.5 * scale as f64 / f64::from(1_u32 << (RINGS - 1 - ring));
        let from = if ring == 0 { -1.0 } else { edge(ring - 1) };
        if total > 0.0 { spectrum.ring(from, edge(ring)) / total } else { 0.0 }
    })
}

fn columns(run: &StudyRun, view: &View<'_>, octave: &Octave) -> Vec<Column> {
    let (high, low) = octave.channels(run, kit::chosen(run, view));
    let args = |c: usize| [("channel", c.to_string().into())];
    let mut columns = vec![Column {
        title: tr_args(view.lang, "octave-high-channel", &args(high)),
        plane: Plane::of(run, octave.high_out, high),
        source: Some((octave.high_out, high)),
        scale: 1,
        operator: "octave",
    }];
    if let (Some(id), Some(low)) = (octave.low_out, low) {
        columns.push(Column {
            title: tr_args(view.lang, "octave-low-channel", &args(low)),
            plane: Plane::of(run, id, low),
            source: Some((id, low)),
            scale: 2,
            operator: "octave",
        });
    }
    if let Some(dense) = run.dense() {
        let (shape, c) = (dense.shape(), kit::chosen(run, view) % dense.shape().c);
        columns.push(Column {
            title: tr_args(view.lang, "octave-trained-channel", &args(c)),
            plane: Plane { values: dense.channel(0, c).to_vec(), width: shape.w, height: shape.h },
            source: None,
            scale: 1,
            operator: "standard",
        });
    }
    columns
}

impl Figure for Spectra {
    fn name(&self) -> &'static str {
        "spectra"
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let Some(octave) = Octave::of(run) else { return kit::other_operator(view) };
        let mut scene = Scene::new(view.size);
        let area = scene.area().shrunk(10.0);
        let (area, foot) = area.split_top(area.h - LINE);
        let columns = columns(run, view, &octave);
        // Equal widths, also where a column is missing: the pictures keep their place.
        let count = columns.len().max(2);
        for (i, column) in columns.iter().enumerate() {
            draw_column(&mut scene, view, area.column(i, count, 18.0), column);
        }
        let words = fit(tr(view.lang, "octave-spectrum-note"), TextSize::Small, foot.w);
        let at = [foot.centre()[0], foot.bottom() - LINE / 2.0];
        scene.text(at, words, TextSize::Small, Align::Middle, Paint::Weak);
        scene
    }
}

fn draw_column(scene: &mut Scene, view: &View<'_>, area: Area, column: &Column) {
    let size = TextSize::Small;
    let bars = 34.0 + LINE;
    // Two pictures, the map with name and scale, the share in two lines, bars with their words.
    let side = ((area.h - 4.0 * LINE - 14.0 - bars) / 2.0).min(area.w).max(20.0);
    let spectrum = column.spectrum();
    let (middle, scale) = (area.centre()[0], column.scale as f32);
    let largest = |y: f32| Area::new(middle - side / 2.0, y, side, side);
    // A low map is drawn at its true relative size.
    let inside = |room: Area, shrink: f32| {
        let fitted = room.fitted(column.plane.width as f32, column.plane.height as f32);
        let (w, h) = (fitted.w / shrink, fitted.h / shrink);
        Area::new(middle - w / 2.0, room.centre()[1] - h / 2.0, w, h)
    };
    let place = largest(area.y + LINE);
    let map_at = inside(place, scale);
    scene.text(
        [middle, area.y + LINE / 2.0],
        fit(&column.title, size, area.w),
        size,
        Align::Middle,
        Paint::Text,
    );
    let item = super::plane::image(scene, map_at, &column.plane, column.plane.range());
    if let Some((id, channel)) = column.source {
        item.on_click(super::Target::Channel(id, channel));
    }
    let y = place.bottom() + LINE / 2.0;
    scene.text([middle, y], column.plane.scale(), size, Align::Middle, Paint::Weak);

    let room = largest(place.bottom() + LINE + 6.0);
    let at = draw_spectrum(scene, view, room, column, &spectrum);
    let share = spectrum.share_below(Spectrum::OCTAVE * f64::from(scale));
    let mut y = at.bottom() + 4.0 + LINE / 2.0;
    let text = tr_args(view.lang, "octave-below", &[("share", numbers::percent(share).into())]);
    scene.text([middle, y], fit(&text, size, area.w), size, Align::Middle, Paint::Text);
    y += LINE / 2.0 + 4.0;
    draw_octaves(scene, view, Area::new(area.x, y, area.w, bars), column, &spectrum);
}

/// The spectrum within the square of all frequencies that the high maps can hold.
fn draw_spectrum(
    scene: &mut Scene,
    view: &View<'_>,
    room: Area,
    column: &Column,
    spectrum: &Spectrum,
) -> Area {
    let whole = room.fitted(column.plane.width as f32, column.plane.height as f32);
    let half =
        |a: Area| Area::new(a.centre()[0] - a.w / 4.0, a.centre()[1] - a.h / 4.0, a.w / 2.0, a.h / 2.0);
    let inner = half(whole);
    let at = if column.scale == 2 { inner } else { whole };
    scene.rect(whole, Some(Ink::faded(Paint::Weak, 0.12)), Some(Stroke::new(Paint::Weak, 1.0)));
    let range = Range { min: -FLOOR, max: 0.0 };
    let (w, h) = (spectrum.width, spectrum.height);
    let raster = Raster::of_map(&spectrum.decibels(FLOOR), w, h, ColourMap::Sequential, range);
    scene.image(at, raster).tip(tr(view.lang, "octave-spectrum-tip"));
    scene.rect(inner, None, Some(Stroke::dashed(Paint::Accent, 1.5)));
    whole
}

/// The energy by octave as bars.
fn draw_octaves(scene: &mut Scene, view: &View<'_>, area: Area, column: &Column, spectrum: &Spectrum) {
    let size = TextSize::Small;
    let (bars, words) = area.split_top(area.h - LINE);
    let paint = Paint::Rgb(palette::operator_mark(column.operator).0);
    let w = bars.w.min(230.0);
    let bars = Area::new(bars.centre()[0] - w / 2.0, bars.y, w, bars.h);
    for (ring, share) in octaves(spectrum, column.scale).into_iter().enumerate() {
        let cell = bars.column(ring, RINGS, 6.0);
        let h = cell.h * share as f32;
        scene.rect(cell, Some(Ink::faded(Paint::Weak, 0.10)), None).tip(tr_args(
            view.lang,
            "octave-ring-tip",
            &[("band", band(ring).into()), ("share", numbers::percent(share).into())],
        ));
        let ink = if ring + 1 == RINGS { Ink::faded(paint, 0.55) } else { Ink::solid(paint) };
        scene.rect(Area::new(cell.x, cell.bottom() - h, cell.w, h), Some(ink), None);
        let at = [cell.centre()[0], words.centre()[1]];
        scene.text(at, fit(&band(ring), size, cell.w + 4.0), size, Align::Middle, Paint::Weak);
    }
    let x = bars.x + bars.w * 0.75 + 0.0;
    scene.line([[x, bars.y - 2.0], [x, bars.bottom()]], Stroke::dashed(Paint::Accent, 1.5));
}

/// The highest frequency of a ring in cycles per high pixel: `≤1/16`, `1/8`, `1/4`, `1/2`.
fn band(ring: usize) -> String {
    let below = if ring == 0 { "≤" } else { "" };
    format!("{below}1/{}", 2 << (RINGS - 1 - ring))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::scene_checks::{check_figure, draw, study, study_on, texts};
    use crate::tensor::{HostTensor, Shape};
    use crate::text::Lang;

    #[test]
    fn energy_by_octave_is_all_the_energy() {
        let values: Vec<f32> = (0..400).map(|i| ((i * 7919) % 101) as f32).collect();
        for (scale, most) in [(1, RINGS), (2, RINGS - 1)] {
            let shares = octaves(&Spectrum::of(&values, 20, 20), scale);
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{shares:?}");
            assert!(shares[most..].iter().all(|&share| share == 0.0), "a low map holds no highest octave");
        }
    }

    /// A grating of 3/8 cycles per pixel lies above the boundary, one of 1/8 below it.
    #[test]
    fn the_share_shown_is_that_of_the_map() {
        for (f, share) in [(0.375_f32, "0.0 %"), (0.125, "100.0 %")] {
            let shape = Shape::new(1, 8, 32, 32);
            let value = |i: usize| (std::f32::consts::TAU * f * (i % 32) as f32).cos();
            let input = HostTensor::new(shape, (0..shape.elements()).map(value).collect());
            let run = study_on("octave", &[("alpha_in", "0"), ("alpha_out", "0.5")], input);
            let octave = Octave::of(&run).expect("octave");
            let plane = Plane::of(&run, octave.high_in, 0);
            let spectrum = Spectrum::of(&plane.values, plane.width, plane.height);
            assert_eq!(numbers::percent(spectrum.share_below(Spectrum::OCTAVE)), share);
            // The output's own share stands in the picture.
            let (high, _) = octave.channels(&run, 1);
            let plane = Plane::of(&run, octave.high_out, high);
            let own = Spectrum::of(&plane.values, plane.width, plane.height).share_below(Spectrum::OCTAVE);
            let words = tr_args(Lang::En, "octave-below", &[("share", numbers::percent(own).into())]);
            let scene = draw(&Spectra, &run, Lang::En, [1500.0, 1000.0], &[]);
            assert!(texts(&scene).contains(&words.as_str()), "{words}");
        }
    }

    #[test]
    fn it_fits_at_every_alpha() {
        for alpha in ["0", "0.125", "0.875"] {
            let run = study("octave", &[("alpha_in", alpha), ("alpha_out", alpha)], 16, 14);
            check_figure(&Spectra, &run, &[]);
        }
    }
}
