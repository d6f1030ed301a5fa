//! Which older layers each layer of a dense block refreshes (SFR) or reads (learned groups): a heat map of
//! source against target, by layer or by channel.

use super::dense_block::{DenseBlock, Part};
use super::parts::{LINE, paragraph, sentences};
use super::{
    Align, Area, ColourMap, Figure, Ink, Knob, Paint, Raster, Scene, Stroke, StudyRun, Target, TextSize,
    View, text_width,
};
use crate::analysis::Range;
use crate::text::{tr, tr_args};

/// Layers of the block.
const LAYERS: Knob = Knob { name: "layers", least: 2, most: 16, default: 8 };
/// Whether each column has a scale of its own.
const SCALED: Knob = Knob::switch("column_scale", true);
/// Whether rows are channels instead of layers.
const CHANNELS: Knob = Knob::switch("by_channel", false);

/// Reactivation heat map.
#[derive(Debug)]
pub struct Reactivation;

/// Whether the learned groups are shown instead of SFR: as the page's operator is at first.
fn reads(run: &StudyRun) -> Knob {
    Knob::switch("reads", run.study.settings.get("condensation").is_some())
}

/// Values by row (source) and column (target layer); none below the diagonal.
#[derive(Clone, Debug, PartialEq)]
struct Heat {
    rows: usize,
    columns: usize,
    cells: Vec<Option<f64>>,
    /// Least and greatest value that the colours stand for.
    range: (f64, f64),
}

impl Heat {
    /// By layer: the mean over the source's channels.
    fn by_layer(strengths: &[Vec<f64>]) -> Self {
        let columns = strengths.len();
        let cell = |source: usize, target: usize| {
            let channels = DenseBlock::channels(source);
            let sums = strengths[target].get(channels.clone())?;
            Some(sums.iter().sum::<f64>() / channels.len() as f64)
        };
        let cells = (0..columns).flat_map(|s| (0..columns).map(move |t| (s, t))).map(|(s, t)| cell(s, t));
        Self { rows: columns, columns, cells: cells.collect(), range: (0.0, 1.0) }
    }

    fn by_channel(strengths: &[Vec<f64>]) -> Self {
        let columns = strengths.len();
        let rows = strengths.last().map_or(0, Vec::len);
        let places = (0..rows).flat_map(|c| (0..columns).map(move |t| (c, t)));
        let cells = places.map(|(c, t)| strengths[t].get(c).copied()).collect();
        Self { rows, columns, cells, range: (0.0, 1.0) }
    }

    /// Each column from its least value to its greatest, as the paper's figure. The zeros of the lower
    /// triangle count as values there, so that the least one is zero.
    fn scaled(mut self) -> Self {
        for column in 0..self.columns {
            let of_column = |cells: &[Option<f64>]| -> Vec<f64> {
                cells.iter().skip(column).step_by(self.columns).map(|v| v.unwrap_or(0.0)).collect()
            };
            let values = of_column(&self.cells);
            // The last layer of the block is read by none: below the last column is a zero too.
            let least = values.iter().copied().fold(0.0, f64::min);
            let most = values.iter().copied().fold(f64::MIN, f64::max);
            for cell in self.cells.iter_mut().skip(column).step_by(self.columns).flatten() {
                *cell = if most > least { (*cell - least) / (most - least) } else { 0.0 };
            }
        }
        self.range = (0.0, 1.0);
        self
    }

    fn unscaled(mut self) -> Self {
        let most = self.cells.iter().flatten().copied().fold(0.0, f64::max);
        self.range = (0.0, most);
        self
    }

    fn at(&self, row: usize, column: usize) -> Option<f64> {
        self.cells[row * self.columns + column]
    }
}

/// The greatest of 8, 4, 2, 1 that is not above a setting: what divides all channels of the block.
fn power(setting: usize) -> usize {
    [8, 4, 2].into_iter().find(|&p| p <= setting).unwrap_or(1)
}

/// Groups and factor of the block: those of the operator as far as the block can have them.
fn shares(run: &StudyRun) -> (usize, usize) {
    let s = &run.study.settings;
    (power(s.integer("groups")), power(s.integer("sparsity").max(s.integer("condensation"))))
}

impl Figure for Reactivation {
    fn name(&self) -> &'static str {
        "reactivation"
    }

    fn knobs(&self, run: &StudyRun) -> Vec<Knob> {
        vec![LAYERS, reads(run), CHANNELS, SCALED]
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let mut scene = Scene::new(view.size);
        let lang = view.lang;
        let layers = LAYERS.value(view.knobs) as usize;
        let (groups, factor) = shares(run);
        let Ok(block) = DenseBlock::new(layers, groups, factor) else { return scene };
        let part = if reads(run).value(view.knobs) == 1 { Part::Reads } else { Part::Refreshes };
        let strengths = block.strengths(part);
        let by_channel = CHANNELS.value(view.knobs) == 1;
        let heat = if by_channel { Heat::by_channel(&strengths) } else { Heat::by_layer(&strengths) };
        let scaled = SCALED.value(view.knobs) == 1;
        let heat = if scaled { heat.scaled() } else { heat.unscaled() };

        let area = scene.area().shrunk(8.0);
        let side_width = (area.w * 0.32).clamp(190.0, 300.0);
        let (left, right) = area.split_left(area.w - side_width);
        let label = text_width(tr(lang, "reactivation-stem"), TextSize::Small) + 12.0;
        let room = Area::new(left.x + label, left.y + 2.0 * LINE, left.w - label, left.h - 2.0 * LINE - 4.0);
        let side = (room.w / heat.columns as f32).min(room.h / layers as f32).min(96.0);
        // By channel every layer has the room that it has by layer, so that both can be compared.
        let map = Area::new(room.x, room.y, side * heat.columns as f32, side * layers as f32);
        cells(&mut scene, map, &heat, by_channel, scaled, part, view);
        labels(&mut scene, map, layers, part, view);
        let column = Area::new(right.x + 20.0, map.y, right.w - 20.0, right.bottom() - map.y);
        explain(&mut scene, column, &heat, part, scaled, [groups, factor, layers], view);
        scene
    }
}

/// The coloured cells, blank where there is nothing to refresh yet.
fn cells(
    scene: &mut Scene,
    map: Area,
    heat: &Heat,
    by_channel: bool,
    scaled: bool,
    part: Part,
    view: &View<'_>,
) {
    let lang = view.lang;
    let layers = heat.columns;
    let side = map.w / layers as f32;
    let range = Range { min: heat.range.0 as f32, max: heat.range.1 as f32 };
    let colour = |v: f64| ColourMap::Sequential.at(ColourMap::Sequential.position(v as f32, range));
    for target in 0..layers {
        for source in 0..=target {
            let cell = Area::new(
                map.x + target as f32 * side,
                map.y + source as f32 * side,
                (side - 1.0).max(1.0),
                (side - 1.0).max(1.0),
            );
            let rows = if by_channel { DenseBlock::channels(source) } else { source..source + 1 };
            let values: Vec<f64> = rows.clone().filter_map(|row| heat.at(row, target)).collect();
            // One column of pixels, a row for each channel; channels that nobody refreshes are white.
            let rgb = values.iter().map(|&v| if v == 0.0 && by_channel { [0xff; 3] } else { colour(v) });
            let image = Raster { width: 1, height: values.len(), rgb: rgb.collect() };
            let zero = values.iter().filter(|v| **v == 0.0).count();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let mut tip = tr_args(
                lang,
                if part == Part::Reads { "reactivation-reads-tip" } else { "reactivation-tip" },
                &[
                    ("target", (target + 1).to_string().into()),
                    ("source", long_name(source, view).into()),
                    ("value", super::numbers::value(mean as f32).into()),
                ],
            );
            if by_channel {
                let args = [("count", zero.to_string().into()), ("total", values.len().to_string().into())];
                tip = sentences(lang, &[&tip, &tr_args(lang, "reactivation-untouched", &args)]);
            }
            if scaled {
                tip = sentences(lang, &[&tip, tr(lang, "reactivation-scaled-tip")]);
            }
            scene.image(cell, image).tip(tip);
        }
    }
    scene.rect(
        Area::new(map.x - 1.0, map.y - 1.0, map.w + 1.0, map.h + 1.0),
        None,
        Stroke::new(Paint::Line, 1.0),
    );
}

fn name(source: usize, view: &View<'_>) -> String {
    if source == 0 { tr(view.lang, "reactivation-stem").to_owned() } else { source.to_string() }
}

/// The name of a source within a sentence.
fn long_name(source: usize, view: &View<'_>) -> String {
    if source == 0 {
        return name(source, view);
    }
    tr_args(view.lang, "reactivation-layer", &[("layer", source.to_string().into())])
}

/// Names of rows and columns.
fn labels(scene: &mut Scene, map: Area, layers: usize, part: Part, view: &View<'_>) {
    let side = map.w / layers as f32;
    let step = (14.0 / side).ceil().max(1.0) as usize;
    for layer in (0..layers).step_by(step) {
        let middle = (layer as f32 + 0.5) * side;
        let words = name(layer, view);
        scene.text([map.x - 6.0, map.y + middle], words, TextSize::Small, Align::Right, Paint::Weak);
        let words = (layer + 1).to_string();
        scene.text([map.x + middle, map.y - 9.0], words, TextSize::Small, Align::Middle, Paint::Weak);
    }
    let key = if part == Part::Reads { "reactivation-axes-reads" } else { "reactivation-axes" };
    let at = [map.x, map.y - 9.0 - LINE];
    scene.text(at, tr(view.lang, key), TextSize::Small, Align::Left, Paint::Text);
}

/// The scale and what the block is made of.
fn explain(
    scene: &mut Scene,
    area: Area,
    heat: &Heat,
    part: Part,
    scaled: bool,
    [groups, factor, layers]: [usize; 3],
    view: &View<'_>,
) {
    let lang = view.lang;
    let (bar, rest) = area.split_top(12.0);
    let steps = 64;
    let rgb = (0..steps).map(|i| ColourMap::Sequential.at(i as f32 / (steps - 1) as f32)).collect();
    scene.image(bar, Raster { width: steps, height: 1, rgb });
    let (line, rest) = rest.split_top(LINE);
    let y = line.centre()[1];
    let ends = [(bar.x, heat.range.0, Align::Left), (bar.right(), heat.range.1, Align::Right)];
    for (x, value, align) in ends {
        scene.text([x, y], super::numbers::value(value as f32), TextSize::Small, align, Paint::Weak);
    }
    let (_, rest) = rest.split_top(6.0);
    let key = if heat.rows > layers { "reactivation-per-channel" } else { "reactivation-per-layer" };
    let scale = if scaled { "reactivation-scaled" } else { "reactivation-unscaled" };
    let words = sentences(lang, &[tr(lang, key), tr(lang, scale)]);
    let rest = paragraph(scene, rest, &words, Paint::Weak);
    let (_, rest) = rest.split_top(6.0);
    let number = |n: usize| n.to_string().into();
    let args = [("groups", number(groups)), ("factor", number(factor)), ("layers", number(layers))];
    let rest = paragraph(scene, rest, &tr_args(lang, "reactivation-block", &args), Paint::Weak);
    let (_, rest) = rest.split_top(6.0);
    let rest = paragraph(scene, rest, tr(lang, "reactivation-seeded"), Paint::Text);
    let (_, rest) = rest.split_top(8.0);
    // Both sides of the coin, one click apart.
    let (button, _) = rest.split_top(22.0);
    let [other, value] =
        if part == Part::Reads { ["reactivation-show-sfr", "0"] } else { ["reactivation-show-reads", "1"] };
    if rest.h >= 22.0 {
        let words = tr(lang, other);
        let button = Area { w: (text_width(words, TextSize::Small) + 20.0).min(button.w), ..button };
        scene
            .rect(button, Ink::solid(Paint::Ground), Stroke::new(Paint::Line, 1.0))
            .round(4.0)
            .on_click(Target::Knob("reads", i64::from(value == "1")));
        scene.text(button.centre(), words, TextSize::Small, Align::Middle, Paint::Text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Mark;
    use crate::figure::testing::{scene, study};

    #[test]
    fn columns_are_scaled_as_in_the_paper() {
        let block = DenseBlock::new(6, 8, 8).unwrap();
        let strengths = block.strengths(Part::Reads);
        let heat = Heat::by_layer(&strengths);
        // The mean over the 16 channels of layer 2, read by layer 5.
        let mean = strengths[4][48..64].iter().sum::<f64>() / 16.0;
        assert_eq!(heat.at(2, 4), Some(mean));
        assert!(heat.at(4, 4).is_some(), "a layer reads the one before it");
        assert_eq!(heat.at(5, 4), None, "and not itself");
        let scaled = heat.clone().scaled();
        for column in 0..6 {
            let values: Vec<f64> = (0..6).filter_map(|row| scaled.at(row, column)).collect();
            assert_eq!(values.iter().copied().fold(0.0, f64::max), 1.0);
            let raw: Vec<f64> = (0..6).filter_map(|row| heat.at(row, column)).collect();
            let most = raw.iter().copied().fold(0.0, f64::max);
            // The zeros of the lower triangle enter the minimum: what is left is a division.
            raw.iter().zip(&values).for_each(|(raw, v)| assert!((raw / most - v).abs() < 1e-12));
        }
    }

    #[test]
    fn cells_are_those_above_the_diagonal() {
        let run = study("sfr", &[("groups", "4"), ("sparsity", "8")], 16, 32, 1);
        for (layers, by_channel) in [(5, 0), (8, 1)] {
            let picture = scene("reactivation", &run, 0, &[("layers", layers), ("by_channel", by_channel)]);
            let cells: Vec<usize> = picture
                .items
                .iter()
                .filter_map(|item| match &item.mark {
                    Mark::Image { image, .. } if image.width == 1 => Some(image.height),
                    _ => None,
                })
                .collect();
            let n = layers as usize;
            assert_eq!(cells.len(), n * (n + 1) / 2);
            let stem = if by_channel == 1 { 32 } else { 1 };
            assert_eq!(cells[0], stem);
        }
    }

    #[test]
    fn the_block_follows_the_settings() {
        let shares = |groups: &str, sparsity: &str| {
            shares(&study("sfr", &[("groups", groups), ("sparsity", sparsity)], 16, 32, 1))
        };
        assert_eq!(shares("16", "32"), (8, 8));
        assert_eq!(shares("2", "4"), (2, 4));
        assert_eq!(shares("1", "1"), (1, 1));
    }
}
