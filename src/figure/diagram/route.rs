//! The way of every arrow: level through columns, curved between them, along the space between rows.

use super::layers::What;
use super::parts::{Look, Part, Sizing};
use super::place::{Layout, Placed, ROW_GAP};
use crate::figure::{Area, Point};
use crate::graph::Graph;

/// Pieces of a curve.
const PIECES: u8 = 14;
/// Radius of the corners where a line goes to the next row.
const CORNER: f32 = 6.0;
/// Straight end of an arrow, which carries its head.
const HEAD: f32 = 9.0;
/// Most space between two arrows that arrive at one box.
const ARRIVALS: f32 = 9.0;

impl Layout {
    /// Row and place in it of a node's item.
    fn find(&self, node: usize) -> Option<(usize, usize)> {
        self.rows.iter().enumerate().find_map(|(r, placed)| {
            Some((r, placed.row.items.iter().position(|&what| what == What::Node(node))?))
        })
    }

    /// Width of the column of a node.
    pub fn column_width(&self, node: usize) -> f32 {
        self.find(node).map_or(0.0, |(r, item)| self.rows[r].columns[self.rows[r].column(item)].1)
    }

    /// Where the box of a node stands, with its depth and without its captions.
    pub fn body(&self, parts: &[Part], node: usize) -> Option<Area> {
        let (r, item) = self.find(node)?;
        let placed = &self.rows[r];
        let body = parts[node].body(self.sizing);
        let (left, width) = placed.columns[placed.column(item)];
        let (w, h) = (body.width(), body.height());
        Some(Area::new(left + (width - w) / 2.0, placed.middle[item] - h / 2.0, w, h))
    }
}

impl Placed {
    /// The column of an item.
    fn column(&self, item: usize) -> usize {
        self.row.columns.iter().position(|column| column.contains(&item)).unwrap_or(0)
    }

    /// Left and right edge of an item's column.
    fn sides(&self, item: usize) -> (f32, f32) {
        let (left, width) = self.columns[self.column(item)];
        (left, left + width)
    }
}

/// The ways of all arrows, in the order of the nodes that read.
pub fn arrows(graph: &Graph, parts: &[Part], layout: &Layout) -> Vec<Vec<Point>> {
    let mut arrows = Vec::new();
    for (to, node) in graph.nodes().iter().enumerate() {
        let Some(body) = layout.body(parts, to) else { continue };
        let mut ways: Vec<Vec<Point>> =
            node.inputs.iter().filter_map(|from| way(parts, layout, from.index(), to)).collect();
        // Who comes from above arrives above.
        ways.sort_by(|a, b| height(a).total_cmp(&height(b)));
        let count = ways.len() as f32;
        let step = ARRIVALS.min(0.7 * body.h / count);
        for (i, mut points) in ways.into_iter().enumerate() {
            let y = body.centre()[1] + step * (i as f32 - (count - 1.0) / 2.0);
            let edge = [arrival(&parts[to], layout.sizing, body, y), y];
            curve(&mut points, [column_left(layout, to) - HEAD, y]);
            points.push(edge);
            arrows.push(points);
        }
    }
    arrows
}

fn column_left(layout: &Layout, node: usize) -> f32 {
    layout.find(node).map_or(0.0, |(r, item)| layout.rows[r].sides(item).0)
}

fn height(points: &[Point]) -> f32 {
    points.last().map_or(0.0, |p| p[1])
}

/// From the box of a node up to the column before the one that reads its value.
fn way(parts: &[Part], layout: &Layout, from: usize, to: usize) -> Option<Vec<Point>> {
    let body = layout.body(parts, from)?;
    let y = body.centre()[1];
    let (first, start) = layout.find(from)?;
    let (last, end) = layout.find(to)?;
    let mut points =
        vec![[departure(&parts[from], layout.sizing, body, y), y], [layout.rows[first].sides(start).1, y]];
    for r in first..=last {
        let placed = &layout.rows[r];
        let item = |what: What| placed.row.items.iter().position(|&w| w == what);
        let begin = if r == first { start } else { item(What::Entry(from))? };
        if r > first {
            // Down from the row before, back to the left, and down into this row.
            let (enter, y) = (placed.sides(begin).0, placed.middle[begin]);
            let between = layout.rows[r - 1].bottom + ROW_GAP / 2.0;
            let leave = points.last()?[0];
            let corners = [[leave, between], [enter, between], [enter, y]];
            points = rounded(&[points.as_slice(), &corners].concat(), points.len() - 1);
            points.push([placed.sides(begin).1, y]);
        }
        let stop = if r == last { placed.column(end) } else { placed.columns.len() - 1 };
        for column in placed.column(begin) + 1..stop {
            let bend = placed.row.columns[column]
                .iter()
                .copied()
                .find(|&i| placed.row.items[i] == What::Bend(from))?;
            let (left, right) = placed.sides(bend);
            curve(&mut points, [left, placed.middle[bend]]);
            points.push([right, placed.middle[bend]]);
        }
        if r < last {
            let exit = item(What::Exit(from))?;
            let (left, right) = placed.sides(exit);
            curve(&mut points, [left, placed.middle[exit]]);
            points.push([right, placed.middle[exit]]);
        }
    }
    Some(points)
}

/// Goes on to a point on the right, level at both ends.
fn curve(points: &mut Vec<Point>, [x, y]: Point) {
    let Some(&[from, height]) = points.last() else { return };
    if (y - height).abs() < 0.5 {
        points.push([x, y]);
        return;
    }
    for piece in 1..PIECES {
        let t = f32::from(piece) / f32::from(PIECES);
        // A cubic curve whose two middle points lie level with its ends.
        let along = 3.0 * t * (1.0 - t) * ((1.0 - t) * 0.5 + t * 0.5) + t * t * t;
        let rise = t * t * (3.0 - 2.0 * t);
        points.push([from + (x - from) * along, height + (y - height) * rise]);
    }
    // Exactly: what follows lies level with it.
    points.push([x, y]);
}

/// The same line with its corners from `first` on rounded.
fn rounded(points: &[Point], first: usize) -> Vec<Point> {
    let mut round = points[..first].to_vec();
    for i in first..points.len() {
        let corner = points[i];
        let (Some(&before), Some(&after)) = (i.checked_sub(1).and_then(|b| points.get(b)), points.get(i + 1))
        else {
            round.push(corner);
            continue;
        };
        let towards = |to: Point| {
            let (dx, dy) = (to[0] - corner[0], to[1] - corner[1]);
            let length = dx.hypot(dy).max(1e-3);
            let r = CORNER.min(length / 2.0) / length;
            [corner[0] + dx * r, corner[1] + dy * r]
        };
        let (a, b) = (towards(before), towards(after));
        for piece in 0..=6_u8 {
            let t = f32::from(piece) / 6.0;
            let mix = |i: usize| (1.0 - t).powi(2) * a[i] + 2.0 * t * (1.0 - t) * corner[i] + t * t * b[i];
            round.push([mix(0), mix(1)]);
        }
    }
    round
}

/// Left edge of a box at the height `y`.
fn arrival(part: &Part, sizing: Sizing, body: Area, y: f32) -> f32 {
    match part.look {
        Look::Cuboid { .. } => {
            let b = part.body(sizing);
            let above = (body.y + b.up - y).max(0.0);
            body.x + b.right * (above / b.up).min(1.0)
        }
        Look::Sum => body.centre()[0] - chord(body, y),
        Look::Vector { .. } | Look::Plate(_) => body.x,
    }
}

/// Right edge of a box at the height `y`.
fn departure(part: &Part, sizing: Sizing, body: Area, y: f32) -> f32 {
    match part.look {
        Look::Cuboid { .. } => {
            let b = part.body(sizing);
            let below = (y - body.y - b.h).max(0.0);
            body.right() - b.right * (below / b.up).min(1.0)
        }
        Look::Sum => body.centre()[0] + chord(body, y),
        Look::Vector { .. } | Look::Plate(_) => body.right(),
    }
}

/// Half the width of a circle at the height `y`.
fn chord(body: Area, y: f32) -> f32 {
    let (r, d) = (body.w / 2.0, y - body.centre()[1]);
    (r * r - d * d).max(0.0).sqrt()
}
