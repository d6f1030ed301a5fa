//! A matrix of connections as marks: rows are outputs, columns inputs. Large ones are drawn in cells
//! that stand for several connections, shaded by how many of them exist.

use super::links::{Link, Links};
use super::{Align, Area, Ink, Paint, Scene, Stroke, Target, TextSize, text_width};
use crate::graph::NodeId;
use crate::text::{Lang, tr_args};

/// Least side of a cell in points.
const LEAST: f32 = 2.0;
/// Greatest side of a cell.
const MOST: f32 = 40.0;
/// How far a cell may be from a square.
const STRETCH: f32 = 2.5;
/// Room for row numbers on the left and for column numbers and marks above.
const MARGIN: [f32; 2] = [28.0, 21.0];
/// Shade of a connection of one tap.
const CENTRE: f32 = 0.38;
/// With more cells than this a tip belongs to a row.
const MOST_TIPS: usize = 1200;

/// How a matrix is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Colour of connections.
    pub colour: Paint,
    /// Language of the tips.
    pub lang: Lang,
    /// What a click on a row chooses a channel of.
    pub node: Option<NodeId>,
    /// Rows that the chosen output channel depends on.
    pub lit: &'a [bool],
    /// Whether the lit rows and the inputs that they read are marked at the edges: for one chosen row.
    pub marked: bool,
}

/// How many connections one cell stands for: outputs and inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Outputs.
    pub outputs: usize,
    /// Inputs.
    pub inputs: usize,
}

impl Cell {
    /// Whether a cell is one connection.
    pub const fn is_one(self) -> bool {
        self.outputs == 1 && self.inputs == 1
    }
}

/// Draws the matrix into the upper middle of `area`. Returns where it stands and what a cell is.
pub fn draw(scene: &mut Scene, area: Area, links: &Links, look: &Look<'_>) -> (Area, Cell) {
    let room = Area::new(
        area.x + MARGIN[0],
        area.y + MARGIN[1],
        (area.w - MARGIN[0] - 4.0).max(LEAST),
        (area.h - MARGIN[1] - 2.0).max(LEAST),
    );
    // Powers of two: groups, which mostly are, begin with a cell.
    let per_cell = |count: usize, room: f32| {
        ((count as f32 * LEAST / room).ceil().max(1.0) as usize).next_power_of_two()
    };
    let cell = Cell { outputs: per_cell(links.outputs, room.h), inputs: per_cell(links.inputs, room.w) };
    let (rows, columns) = (links.outputs.div_ceil(cell.outputs), links.inputs.div_ceil(cell.inputs));
    let (mut cw, mut ch) = ((room.w / columns as f32).min(MOST), (room.h / rows as f32).min(MOST));
    cw = cw.min(STRETCH * ch);
    ch = ch.min(STRETCH * cw);
    let (w, h) = (cw * columns as f32, ch * rows as f32);
    let matrix = Area::new(room.x + (room.w - w) / 2.0, room.y, w, h);
    let grid = Grid { links, look, cell, rows, columns, matrix, cw, ch };
    grid.draw(scene);
    (matrix, cell)
}

struct Grid<'a> {
    links: &'a Links,
    look: &'a Look<'a>,
    cell: Cell,
    rows: usize,
    columns: usize,
    matrix: Area,
    cw: f32,
    ch: f32,
}

/// Cells of one shade that stand together.
struct Block {
    row: usize,
    rows: usize,
    column: usize,
    columns: usize,
    shade: u8,
    lit: bool,
}

impl Grid<'_> {
    fn outputs(&self, row: usize) -> std::ops::Range<usize> {
        row * self.cell.outputs..((row + 1) * self.cell.outputs).min(self.links.outputs)
    }

    fn inputs(&self, column: usize) -> std::ops::Range<usize> {
        column * self.cell.inputs..((column + 1) * self.cell.inputs).min(self.links.inputs)
    }

    fn is_lit(&self, row: usize) -> bool {
        self.outputs(row).any(|o| self.look.lit.get(o) == Some(&true))
    }

    /// Shade of a cell, `0 ..= 32`: of its connections how many exist, those of one tap in part.
    fn shade(&self, row: usize, column: usize) -> u8 {
        let (mut sum, mut count) = (0.0, 0.0);
        for o in self.outputs(row) {
            for i in self.inputs(column) {
                count += 1.0;
                sum += match self.links.link(o, i) {
                    Link::None => 0.0,
                    Link::Centre => CENTRE,
                    Link::Full => 1.0,
                };
            }
        }
        let share: f32 = sum / count;
        // Few connections in a large cell must still be seen; a cell with any is never empty.
        let seen = if self.cell.is_one() { share } else { share.sqrt() };
        (seen * 32.0).ceil() as u8
    }

    /// The cells as few rectangles: runs of one shade, joined with equal runs of the row above.
    fn blocks(&self) -> Vec<Block> {
        let mut done = Vec::new();
        let mut open: Vec<Block> = Vec::new();
        for row in 0..self.rows {
            let shades: Vec<u8> = (0..self.columns).map(|column| self.shade(row, column)).collect();
            let lit = self.is_lit(row);
            let mut next = Vec::new();
            let mut column = 0;
            for run in shades.chunk_by(|a, b| a == b) {
                let (shade, columns) = (run[0], run.len());
                if shade > 0 {
                    let same =
                        |b: &Block| (b.column, b.columns, b.shade, b.lit) == (column, columns, shade, lit);
                    next.push(match open.iter().position(same) {
                        Some(at) => Block { rows: row + 1 - open[at].row, ..open.swap_remove(at) },
                        None => Block { row, rows: 1, column, columns, shade, lit },
                    });
                }
                column += columns;
            }
            done.append(&mut open);
            open = next;
        }
        done.append(&mut open);
        done
    }

    fn place(&self, row: usize, rows: usize, column: usize, columns: usize) -> Area {
        let Area { x, y, .. } = self.matrix;
        let (cw, ch) = (self.cw, self.ch);
        Area::new(x + column as f32 * cw, y + row as f32 * ch, columns as f32 * cw, rows as f32 * ch)
    }

    fn draw(&self, scene: &mut Scene) {
        let matrix = self.matrix;
        scene.rect(matrix, Ink::solid(Paint::Ground), None);
        if self.look.marked {
            for row in (0..self.rows).filter(|&row| self.is_lit(row)) {
                scene.rect(self.place(row, 1, 0, self.columns), Ink::solid(Paint::AccentGround), None);
            }
        }
        for block in self.blocks() {
            let paint = if block.lit { Paint::Accent } else { self.look.colour };
            let place = self.place(block.row, block.rows, block.column, block.columns);
            scene.rect(place, Ink::faded(paint, f32::from(block.shade.min(32)) / 32.0), None);
        }
        if self.cw >= 5.0 && self.ch >= 5.0 {
            let line = Stroke::new(Paint::Panel, 1.0);
            for column in 1..self.columns {
                let x = matrix.x + column as f32 * self.cw;
                scene.line([[x, matrix.y], [x, matrix.bottom()]], line);
            }
            for row in 1..self.rows {
                let y = matrix.y + row as f32 * self.ch;
                scene.line([[matrix.x, y], [matrix.right(), y]], line);
            }
        }
        scene.rect(matrix, None, Stroke::new(Paint::Line, 1.0));
        self.numbers(scene);
        if self.look.marked {
            self.marks(scene);
        }
        self.hits(scene);
    }

    /// First and last number of both axes.
    fn numbers(&self, scene: &mut Scene) {
        let Area { x, y, .. } = self.matrix;
        let ink = Ink::solid(Paint::Weak);
        let mut put = |at, text: String, align| {
            scene.text(at, text, TextSize::Small, align, ink);
        };
        let (last_input, last_output) = (self.links.inputs - 1, self.links.outputs - 1);
        let (first, last) = ("0".to_owned(), last_input.to_string());
        let above = y - 13.0;
        let wide = text_width(&first, TextSize::Small) + text_width(&last, TextSize::Small) + 8.0;
        put([x, above], first.clone(), Align::Left);
        if last_input > 0 && self.matrix.w >= wide {
            put([self.matrix.right(), above], last, Align::Right);
        }
        // The chosen row has a number of its own.
        let chosen = self.chosen().map(|row| self.place(row, 1, 0, 1).centre()[1]);
        let free = |at: f32| chosen.is_none_or(|c| (c - at).abs() >= 13.0);
        let (top, bottom) = (y + 6.0, self.matrix.bottom() - 6.0);
        if free(top) {
            put([x - 6.0, top], first, Align::Right);
        }
        if last_output > 0 && bottom - top >= 13.0 && free(bottom) {
            put([x - 6.0, bottom], last_output.to_string(), Align::Right);
        }
    }

    /// The one lit row, if it is marked.
    fn chosen(&self) -> Option<usize> {
        (0..self.rows).find(|&row| self.look.marked && self.is_lit(row))
    }

    /// A frame around the lit row, its number, and a mark above each input that it reads.
    fn marks(&self, scene: &mut Scene) {
        let Some(row) = self.chosen() else { return };
        let place = self.place(row, 1, 0, self.columns);
        scene.rect(place, None, Stroke::new(Paint::Accent, 1.5));
        let Some(o) = self.outputs(row).find(|&o| self.look.lit[o]) else { return };
        let at = [self.matrix.x - 6.0, place.centre()[1]];
        scene.text(at, o.to_string(), TextSize::Small, Align::Right, Paint::Accent);
        let reads = |column: &usize| self.inputs(*column).any(|i| self.links.link(o, i) != Link::None);
        for column in (0..self.columns).filter(reads) {
            let gap = if self.cw >= 5.0 { 1.0 } else { 0.0 };
            let x = self.matrix.x + column as f32 * self.cw;
            scene.rect(
                Area::new(x, self.matrix.y - 5.0, self.cw - gap, 3.0),
                Ink::solid(Paint::Accent),
                None,
            );
        }
    }

    /// Rows that choose their output; tips that tell who reads whom.
    fn hits(&self, scene: &mut Scene) {
        let Look { lang, node, .. } = *self.look;
        let number = |n: usize| n.to_string().into();
        for row in 0..self.rows {
            let o = self.outputs(row).start;
            let reads = self.links.inputs_of(o).len();
            let args =
                [("output", number(o)), ("count", number(reads)), ("total", number(self.links.inputs))];
            let hit = scene.rect(self.place(row, 1, 0, self.columns), None, None);
            hit.tip(tr_args(lang, "matrix-row-tip", &args));
            hit.target = node.map(|node| Target::Channel(node, o));
        }
        let kernel = self.links.kernel;
        let present: Vec<(usize, usize)> = (0..self.rows)
            .flat_map(|row| (0..self.columns).map(move |column| (row, column)))
            .filter(|&(row, column)| self.shade(row, column) > 0)
            .take(MOST_TIPS + 1)
            .collect();
        if !self.cell.is_one() || present.len() > MOST_TIPS {
            return;
        }
        for (o, i) in present {
            let side = if self.links.link(o, i) == Link::Full { kernel } else { 1 };
            let args = [("output", number(o)), ("input", number(i)), ("side", number(side))];
            let hit = scene.rect(self.place(o, 1, i, 1), None, None);
            hit.tip(tr_args(lang, "matrix-cell-tip", &args));
            hit.target = node.map(|node| Target::Channel(node, o));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Mark;
    use crate::figure::testing::study;

    /// The coloured area is that of the connections, whatever rectangles it is drawn with.
    #[test]
    fn every_connection_is_drawn_once() {
        for (variant, settings) in [
            ("standard", ("groups", "4")),
            ("topological", ("neighborhood", "2x3")),
            ("hetconv", ("part", "4")),
        ] {
            let run = study(variant, &[settings], 16, 16, 3);
            let (id, _) = run.convolutions().next().unwrap();
            let links = Links::of(&run.graph, id).unwrap();
            let lit: Vec<bool> = (0..16).map(|o| o == 5).collect();
            let look = Look { colour: Paint::Text, lang: Lang::En, node: Some(id), lit: &lit, marked: true };
            let mut scene = Scene::new([300.0, 300.0]);
            let area = scene.area();
            let (matrix, cell) = draw(&mut scene, area, &links, &look);
            assert!(cell.is_one());
            let (cw, ch) = (matrix.w / 16.0, matrix.h / 16.0);
            let cells = |paint: Paint, centre: bool| -> f32 {
                let drawn = scene.items.iter().filter_map(|item| match &item.mark {
                    Mark::Rect { area, fill: Some(ink), .. } if ink.paint == paint && area.y >= matrix.y => {
                        ((ink.alpha < 1.0) == centre).then_some(area.w * area.h / cw / ch)
                    }
                    _ => None,
                });
                drawn.sum()
            };
            let full = cells(Paint::Text, false) + cells(Paint::Accent, false);
            let centre = cells(Paint::Text, true) + cells(Paint::Accent, true);
            assert!((full - links.full() as f32).abs() < 1e-2, "{variant}: {full}");
            assert!(
                (centre - (links.connections() - links.full()) as f32).abs() < 1e-2,
                "{variant}: {centre}"
            );
            let lit = cells(Paint::Accent, false) + cells(Paint::Accent, true);
            assert!((lit - links.inputs_of(5).len() as f32).abs() < 1e-2, "{variant}: {lit}");
            // A click in row 9 chooses output 9.
            let hit = scene.at([matrix.x + 2.5 * cw, matrix.y + 9.5 * ch]).unwrap();
            assert_eq!(hit.target, Some(Target::Channel(id, 9)));
        }
    }

    #[test]
    fn large_layers_are_drawn_in_cells_of_several_connections() {
        let run = study("group", &[("groups", "4")], 256, 256, 1);
        let (id, _) = run.convolutions().next().unwrap();
        let links = Links::of(&run.graph, id).unwrap();
        let lit = vec![false; 256];
        let look = Look { colour: Paint::Text, lang: Lang::En, node: Some(id), lit: &lit, marked: true };
        let mut scene = Scene::new([250.0, 250.0]);
        let area = scene.area();
        let (matrix, cell) = draw(&mut scene, area, &links, &look);
        assert!(cell.outputs > 1 && matrix.right() <= 250.0 && matrix.bottom() <= 250.0);
        assert!(scene.items.len() < 400, "{} marks", scene.items.len());
    }
}
