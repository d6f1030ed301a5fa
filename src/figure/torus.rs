//! The channels of a topological convolution on their ring, grid or stack of grids, with the
//! neighbourhood that the chosen output channel reads, wrapped around the edges.

use super::connections::runs;
use super::kernel_grid::convolution;
use super::links::{Links, reach};
use super::matrix::{self, Look};
use super::palette::operator_mark;
use super::parts::LINE;
use super::{
    Align, Area, Figure, Ink, Mark, Paint, Point, Scene, Stroke, StudyRun, Target, TextSize, View, text_width,
};
use crate::graph::NodeId;
use crate::text::tr_args;

/// The channel torus.
#[derive(Debug)]
pub struct Torus;

/// What is drawn of each channel.
struct Channels<'a> {
    links: &'a Links,
    /// What a click chooses a channel of.
    node: NodeId,
    chosen: usize,
    colour: Paint,
    view: &'a View<'a>,
}

impl Figure for Torus {
    fn name(&self) -> &'static str {
        "torus"
    }

    fn draw(&self, run: &StudyRun, view: &View<'_>) -> Scene {
        let mut scene = Scene::new(view.size);
        let Some((id, links)) = convolution(run) else { return scene };
        let lang = view.lang;
        let settings = &run.study.settings;
        let grid = settings.list("grid");
        let chosen = view.channel.min(links.outputs - 1);
        let area = scene.area().shrunk(8.0);
        let (left, right) = area.split_left(area.w * 0.58);
        let right = Area::new(right.x + 20.0, right.y + LINE, right.w - 20.0, right.h - 2.0 * LINE);
        let (title, body) = left.split_top(LINE + 4.0);
        let (body, note) = body.split_top(body.h - 3.0 * LINE);
        let text = |name: &str| settings.get(name).map(ToString::to_string).unwrap_or_default();
        let times = |list: String| list.replace('x', " × ");
        let args = [("grid", times(text("grid")).into()), ("window", times(text("neighborhood")).into())];
        let axes = ["torus-ring", "torus-grid", "torus-stack"][grid.len().clamp(1, 3) - 1];
        let words = tr_args(lang, axes, &args);
        scene.text([title.x, title.centre()[1]], words, TextSize::Body, Align::Left, Paint::Text);

        let colour = Paint::Rgb(operator_mark(run.study.variant).0);
        let channels = Channels { links: &links, node: id, chosen, colour, view };
        match grid[..] {
            [] | [_] => channels.ring(&mut scene, body),
            [rows, columns] => {
                channels.sheet(&mut scene, body, 0, rows, columns);
            }
            // More than three axes, which only a file can have, are layers too.
            [.., rows, columns] => channels.stack(&mut scene, body, rows, columns),
        }
        let inputs = links.inputs_of(chosen);
        let args = [
            ("output", chosen.to_string().into()),
            ("count", inputs.len().to_string().into()),
            ("inputs", runs(&inputs).into()),
        ];
        super::parts::paragraph(&mut scene, note, &tr_args(lang, "torus-note", &args), Paint::Accent);
        let reached = reach(&run.graph, id, chosen);
        let look = Look { colour, lang, node: Some(id), lit: &reached[id.index()], marked: true };
        let (matrix, _) = matrix::draw(&mut scene, right, &links, &look);
        let at = [matrix.centre()[0], (matrix.bottom() + 12.0).min(area.bottom() - 6.0)];
        let words = super::parts::fit(crate::text::tr(lang, "matrix-axes"), TextSize::Small, right.w + 20.0);
        scene.text(at, words, TextSize::Small, Align::Middle, Paint::Weak);
        scene
    }
}

impl Channels<'_> {
    fn reads(&self, input: usize) -> bool {
        self.links.link(self.chosen, input) != super::links::Link::None
    }

    fn fill(&self, channel: usize) -> Ink {
        if self.reads(channel) { Ink::solid(Paint::Accent) } else { Ink::faded(self.colour, 0.28) }
    }

    /// What a click on a channel does, and what it tells.
    fn hit(&self, scene: &mut Scene, area: Area, channel: usize) {
        let number = |n: usize| n.to_string().into();
        let tip = if self.reads(channel) {
            let side = self.links.kernel;
            let args = [("output", number(self.chosen)), ("input", number(channel)), ("side", number(side))];
            tr_args(self.view.lang, "matrix-cell-tip", &args)
        } else {
            let args = [("output", number(self.chosen)), ("input", number(channel))];
            tr_args(self.view.lang, "torus-unread-tip", &args)
        };
        scene.rect(area, None, None).on_click(Target::Channel(self.node, channel)).tip(tip);
    }

    fn number(&self, scene: &mut Scene, at: Point, channel: usize, room: f32) {
        let words = channel.to_string();
        if room >= 13.0 && text_width(&words, TextSize::Small) + 4.0 <= room {
            let ink = if self.reads(channel) { Paint::Panel } else { Paint::Text };
            scene.text(at, words, TextSize::Small, Align::Middle, ink);
        }
    }

    /// One axis: the channels on a ring, clockwise from the top.
    fn ring(&self, scene: &mut Scene, area: Area) {
        let n = self.links.inputs;
        let [cx, cy] = area.centre();
        let outer = (area.w.min(area.h) / 2.0 - 14.0).max(20.0);
        let thick = (outer * 0.28).min(34.0);
        let turn = std::f32::consts::TAU / n as f32;
        let at =
            |radius: f32, angle: f32| -> Point { [cx + radius * angle.sin(), cy - radius * angle.cos()] };
        let inner = outer - thick;
        for channel in 0..n {
            let (from, to) = (channel as f32 * turn, (channel + 1) as f32 * turn);
            // Half a point of air between neighbours where there is room.
            let air = if turn * inner > 4.0 { 0.5 / inner } else { 0.0 };
            let points =
                vec![at(inner, from + air), at(outer, from + air), at(outer, to - air), at(inner, to - air)];
            let stroke = (channel == self.chosen).then(|| Stroke::new(Paint::Text, 2.0));
            scene.add(Mark::Polygon { points, fill: Some(self.fill(channel)), stroke });
            let middle = at((inner + outer) / 2.0, (from + to) / 2.0);
            let side = (turn * inner).min(thick).max(5.0);
            self.hit(scene, Area::new(middle[0] - side / 2.0, middle[1] - side / 2.0, side, side), channel);
            self.number(scene, middle, channel, turn * (inner + outer) / 2.0);
        }
        // From the middle to the first and last channel of the window, with an arc between them.
        let lit = self.links.inputs_of(self.chosen).len();
        let start = (self.chosen as f32 + 0.5) * turn;
        let end = start + (lit.saturating_sub(1)) as f32 * turn;
        let radius = inner - 10.0;
        let steps = 48;
        let points: Vec<Point> =
            (0..=steps).map(|i| at(radius, start + (end - start) * i as f32 / steps as f32)).collect();
        if lit > 1 && lit < n {
            scene.arrow(points, Stroke::new(Paint::Accent, 2.0));
        }
        let words = crate::text::tr(self.view.lang, "torus-output");
        scene.text([cx, cy - 9.0], words, TextSize::Small, Align::Middle, Paint::Weak);
        scene.text([cx, cy + 8.0], self.chosen.to_string(), TextSize::Heading, Align::Middle, Paint::Accent);
    }

    /// Two axes: rows and columns of channels from `first` on. Opposite edges are joined.
    /// Returns where they stand.
    fn sheet(&self, scene: &mut Scene, area: Area, first: usize, rows: usize, columns: usize) -> Area {
        let inner = area.shrunk(8.0);
        let side = (inner.w / columns as f32).min(inner.h / rows as f32).min(72.0);
        let (w, h) = (side * columns as f32, side * rows as f32);
        let sheet = Area::new(inner.x + (inner.w - w) / 2.0, inner.y + (inner.h - h) / 2.0, w, h);
        let gap = if side >= 7.0 { 1.0 } else { 0.0 };
        for row in 0..rows {
            for column in 0..columns {
                let channel = first + row * columns + column;
                let cell = Area::new(sheet.x + column as f32 * side, sheet.y + row as f32 * side, side, side);
                let inside = Area::new(cell.x, cell.y, side - gap, side - gap);
                scene.rect(inside, self.fill(channel), None);
                self.number(scene, inside.centre(), channel, side - gap);
                self.hit(scene, cell, channel);
            }
        }
        for channel in [self.chosen].into_iter().filter(|c| (first..first + rows * columns).contains(c)) {
            let place = channel - first;
            let (x, y) = ((place % columns) as f32 * side, (place / columns) as f32 * side);
            let cell = Area::new(sheet.x + x, sheet.y + y, side - gap, side - gap);
            scene.rect(cell, None, Stroke::new(Paint::Text, 2.0));
        }
        self.seams(scene, sheet, first, rows, columns);
        sheet
    }

    /// Where the window leaves the sheet on one edge and comes in on the other, both edges are marked.
    fn seams(&self, scene: &mut Scene, sheet: Area, first: usize, rows: usize, columns: usize) {
        let at = |row: usize, column: usize| self.reads(first + row * columns + column);
        let across =
            (0..rows).any(|row| at(row, 0) && at(row, columns - 1) && !(0..columns).all(|c| at(row, c)));
        let down = (0..columns)
            .any(|column| at(0, column) && at(rows - 1, column) && !(0..rows).all(|r| at(r, column)));
        let Area { x, y, .. } = sheet;
        let (right, bottom) = (sheet.right(), sheet.bottom());
        let edges = [
            (across, [[x - 4.0, y], [x - 4.0, bottom]], [[right + 3.0, y], [right + 3.0, bottom]]),
            (down, [[x, y - 4.0], [right, y - 4.0]], [[x, bottom + 3.0], [right, bottom + 3.0]]),
        ];
        for (wraps, one, other) in edges {
            let stroke =
                if wraps { Stroke::dashed(Paint::Accent, 2.0) } else { Stroke::new(Paint::Line, 1.0) };
            scene.line(one, stroke);
            scene.line(other, stroke);
        }
    }

    /// Three axes: sheets side by side, in rows if need be.
    fn stack(&self, scene: &mut Scene, area: Area, rows: usize, columns: usize) {
        let layers = self.links.inputs / (rows * columns);
        // The number of columns of sheets that leaves the largest cells.
        let side = |across: usize| {
            let down = layers.div_ceil(across);
            let (w, h) = (area.w / across as f32 - 16.0, area.h / down as f32 - 16.0 - LINE);
            (w / columns as f32).min(h / rows as f32)
        };
        let across = (1..=layers).max_by(|&a, &b| side(a).total_cmp(&side(b))).unwrap_or(1);
        let down = layers.div_ceil(across);
        for layer in 0..layers {
            let place = area.row(layer / across, down, 0.0).column(layer % across, across, 0.0);
            let (_, body) = place.split_top(LINE);
            let sheet = self.sheet(scene, body, layer * rows * columns, rows, columns);
            let words = tr_args(self.view.lang, "torus-layer", &[("layer", layer.to_string().into())]);
            let words = super::parts::fit(&words, TextSize::Small, place.w - 4.0);
            let at = [sheet.centre()[0], sheet.y - LINE / 2.0 - 5.0];
            scene.text(at, words, TextSize::Small, Align::Middle, Paint::Weak);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::testing::{scene, study};

    /// The inputs that the torus lights, by the tips of what can be clicked left of the matrix.
    fn lit(picture: &Scene, n: usize) -> Vec<usize> {
        let accent = Some(Ink::solid(Paint::Accent));
        let mut lit = Vec::new();
        let mut last = false;
        for item in &picture.items {
            match (&item.mark, &item.target) {
                (Mark::Polygon { fill, .. }, _) => last = *fill == accent,
                (Mark::Rect { fill: fill @ Some(_), .. }, None) => last = *fill == accent,
                (Mark::Rect { fill: None, .. }, Some(Target::Channel(_, c))) if lit.len() < n => {
                    lit.push((*c, last));
                }
                _ => {}
            }
        }
        lit.into_iter().filter(|(_, lit)| *lit).map(|(c, _)| c).collect()
    }

    #[test]
    fn lit_cells_are_the_neighbourhood() {
        for (grid, window) in [("24", "5"), ("4x6", "2x3"), ("2x3x4", "2x2x2"), ("24", "24")] {
            let run = study("topological", &[("grid", grid), ("neighborhood", window)], 24, 24, 3);
            let (_, links) = convolution(&run).unwrap();
            for channel in [0, 7, 23] {
                let picture = scene("torus", &run, channel, &[]);
                assert_eq!(lit(&picture, 24), links.inputs_of(channel), "{grid} {window} {channel}");
            }
        }
        // On a torus of 4 x 6 the window 2 x 3 of the last channel wraps around both edges.
        let run = study("topological", &[("grid", "4x6"), ("neighborhood", "2x3")], 24, 24, 3);
        assert_eq!(convolution(&run).unwrap().1.inputs_of(23), [0, 1, 5, 18, 19, 23]);
    }
}
