//! Where everything stands: columns side by side, items near the height of what they are joined to.

use std::ops::Range;

use super::layers::{self, Row, What};
use super::parts::{Detail, Part, Sizing};
use crate::graph::Graph;

/// Least space between columns.
const LEAST_GAP: f32 = 22.0;
/// The same where there is little room: an arrow head and a short curve.
const BARE_GAP: f32 = 15.0;
/// Most space between columns.
const MOST_GAP: f32 = 72.0;
/// Space between boxes of a column, with their captions.
const BETWEEN: f32 = 12.0;
/// Half of the space a passing line takes in a column.
const LANE: f32 = 5.0;
/// Width of the column in which lines enter or leave a row.
const PORT: f32 = 8.0;
/// Space between rows, where lines go from one to the next.
pub const ROW_GAP: f32 = 20.0;
/// How often the heights of all items are moved towards their neighbours.
const ROUNDS: usize = 16;

/// A row with its places.
#[derive(Clone, Debug)]
pub struct Placed {
    /// What stands in it.
    pub row: Row,
    /// Left edge and width of each column.
    pub columns: Vec<(f32, f32)>,
    /// Height of the middle of each item.
    pub middle: Vec<f32>,
    /// Upper edge of all of it.
    pub top: f32,
    /// Lower edge of all of it.
    pub bottom: f32,
}

/// All rows with their places.
#[derive(Clone, Debug)]
pub struct Layout {
    /// From top to bottom.
    pub rows: Vec<Placed>,
    /// The sizes it is made for.
    pub sizing: Sizing,
    /// Width of the widest row with the least space between columns.
    pub width: f32,
    /// Height of all rows.
    pub height: f32,
}

/// Columns, breaks and orders of a graph: what does not depend on sizes.
pub struct Plan {
    column: Vec<usize>,
    breaks: Vec<layers::Break>,
}

impl Plan {
    /// For this graph.
    pub fn new(graph: &Graph) -> Self {
        let column = layers::columns(graph);
        let breaks = layers::breaks(graph, &column);
        Self { column, breaks }
    }

    /// Most rows that it can be cut into.
    pub fn most_rows(&self) -> usize {
        self.breaks.len() + 1
    }

    /// Which columns stand in each of `count` rows; `None` if there are too few places to cut.
    pub fn ranges(&self, parts: &[Part], sizing: Sizing, count: usize) -> Option<Vec<Range<usize>>> {
        let columns = self.column.iter().max().map_or(0, |&c| c + 1);
        let mut widths = vec![0.0_f32; columns];
        for (part, &column) in parts.iter().zip(&self.column) {
            widths[column] = widths[column].max(part.width(sizing));
        }
        widths.iter_mut().for_each(|w| *w += least_gap(sizing));
        layers::cut(&widths, &self.breaks, count)
    }

    /// The rows with these columns.
    pub fn rows(&self, graph: &Graph, ranges: &[Range<usize>]) -> Vec<Row> {
        layers::rows(graph, &self.column, ranges)
    }
}

/// Least space between columns at this detail.
fn least_gap(sizing: Sizing) -> f32 {
    if sizing.detail < Detail::Bare { LEAST_GAP } else { BARE_GAP }
}

/// Width of an item.
fn width(what: What, parts: &[Part], sizing: Sizing) -> f32 {
    match what {
        What::Node(n) => parts[n].width(sizing),
        What::Bend(_) => 0.0,
        What::Entry(_) | What::Exit(_) => PORT,
    }
}

/// Height of an item above and below its middle.
fn extent(what: What, parts: &[Part], sizing: Sizing) -> (f32, f32) {
    match what {
        What::Node(n) => (parts[n].upper(sizing), parts[n].lower(sizing)),
        What::Bend(_) | What::Entry(_) | What::Exit(_) => (LANE, LANE),
    }
}

/// Places the rows with this sizing, from the left upper corner on.
pub fn place(rows: &[Row], parts: &[Part], sizing: Sizing) -> Layout {
    let mut layout = Layout { rows: Vec::new(), sizing, width: 0.0, height: 0.0 };
    for row in rows {
        let extents: Vec<(f32, f32)> = row.items.iter().map(|&w| extent(w, parts, sizing)).collect();
        let between = if sizing.detail < Detail::Least { BETWEEN } else { BETWEEN / 2.0 };
        let middle = middles(row, &extents, between);
        let top = middle.iter().zip(&extents).map(|(m, e)| m - e.0).fold(f32::INFINITY, f32::min);
        let bottom = middle.iter().zip(&extents).map(|(m, e)| m + e.1).fold(f32::NEG_INFINITY, f32::max);
        let widest = |column: &Vec<usize>| {
            column.iter().map(|&i| width(row.items[i], parts, sizing)).fold(0.0, f32::max)
        };
        let columns: Vec<(f32, f32)> = row.columns.iter().map(|c| (0.0, widest(c))).collect();
        let wide =
            columns.iter().map(|c| c.1).sum::<f32>() + least_gap(sizing) * (columns.len() as f32 - 1.0);
        if !layout.rows.is_empty() {
            layout.height += ROW_GAP;
        }
        let shift = layout.height - top;
        layout.height += bottom - top;
        layout.width = layout.width.max(wide);
        layout.rows.push(Placed {
            row: row.clone(),
            columns,
            middle: middle.iter().map(|m| m + shift).collect(),
            top: top + shift,
            bottom: bottom + shift,
        });
    }
    layout
}

impl Layout {
    /// Spreads the columns over `width` and moves everything by `x` and `y`.
    pub fn spread(&mut self, width: f32, x: f32, y: f32) {
        let several = self.rows.len() > 1;
        let least = least_gap(self.sizing);
        for placed in &mut self.rows {
            let count = placed.columns.len() as f32;
            let taken: f32 = placed.columns.iter().map(|c| c.1).sum();
            let gap =
                if count > 1.0 { ((width - taken) / (count - 1.0)).clamp(least, MOST_GAP) } else { 0.0 };
            let all = taken + gap * (count - 1.0);
            // One row stands in the middle; several begin at the same edge.
            let mut left = x + if several { 0.0 } else { ((width - all) / 2.0).max(0.0) };
            for column in &mut placed.columns {
                column.0 = left;
                left += column.1 + gap;
            }
            placed.middle.iter_mut().for_each(|m| *m += y);
            placed.top += y;
            placed.bottom += y;
        }
    }
}

/// Heights of the items: every one near the mean of those it is joined to, none on another.
fn middles(row: &Row, extents: &[(f32, f32)], between: f32) -> Vec<f32> {
    let mut middle = vec![0.0; row.items.len()];
    for column in &row.columns {
        let wanted = vec![(0.0, 1.0); column.len()];
        settle(column, extents, between, &wanted, &mut middle, row);
    }
    // Lines that pass by are straight before boxes stand level with them.
    let passes = |item: usize| !matches!(row.items[item], What::Node(_));
    let weight = |a: usize, b: usize| match (passes(a), passes(b)) {
        (true, true) => 4.0,
        (false, false) => 1.0,
        _ => 0.15,
    };
    for round in 0..ROUNDS {
        let count = row.columns.len();
        for step in 0..count {
            let column = &row.columns[if round % 2 == 0 { step } else { count - 1 - step }];
            let wanted: Vec<(f32, f32)> = column
                .iter()
                .map(|&item| {
                    let (mut sum, mut weights) = (0.0, 0.0);
                    for &(a, b) in &row.links {
                        let other = if a == item {
                            b
                        } else if b == item {
                            a
                        } else {
                            continue;
                        };
                        sum += weight(a, b) * middle[other];
                        weights += weight(a, b);
                    }
                    let gives_way = if passes(item) { 0.02 } else { 1.0 };
                    if weights == 0.0 { (middle[item], 0.05) } else { (sum / weights, weights * gives_way) }
                })
                .collect();
            settle(column, extents, between, &wanted, &mut middle, row);
        }
    }
    middle
}

/// Least squares in a column: every item as near as possible to where it wants to be (place, weight), in
/// its order and with the space it needs (pool adjacent violators).
fn settle(
    column: &[usize],
    extents: &[(f32, f32)],
    between: f32,
    wanted: &[(f32, f32)],
    middle: &mut [f32],
    row: &Row,
) {
    let mut offset = 0.0;
    let mut offsets = Vec::with_capacity(column.len());
    // Blocks of items that touch: mean of (wanted - offset), weight, items.
    let mut blocks: Vec<(f32, f32, usize)> = Vec::new();
    for (i, &item) in column.iter().enumerate() {
        if i > 0 {
            let before = column[i - 1];
            let passes = [before, item].iter().any(|&i| !matches!(row.items[i], What::Node(_)));
            offset += extents[before].1 + extents[item].0 + if passes { between / 2.0 } else { between };
        }
        offsets.push(offset);
        blocks.push((wanted[i].0 - offset, wanted[i].1, 1));
        while let [.., (a, wa, na), (b, wb, nb)] = blocks.as_slice() {
            if a <= b {
                break;
            }
            let merged = ((a * wa + b * wb) / (wa + wb), wa + wb, na + nb);
            blocks.truncate(blocks.len() - 2);
            blocks.push(merged);
        }
    }
    let places = blocks.iter().flat_map(|&(mean, _, count)| std::iter::repeat_n(mean, count));
    for ((&item, place), offset) in column.iter().zip(places).zip(offsets) {
        middle[item] = place + offset;
    }
}
