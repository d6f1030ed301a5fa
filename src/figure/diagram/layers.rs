//! Nodes in columns from left to right, columns in rows, and the order within a column: layered
//! drawing as of Sugiyama, Tagawa and Toda (1981).

use std::ops::Range;

use crate::graph::{Graph, Op};

/// Sweeps over the columns of a row.
const SWEEPS: usize = 12;

/// How much wider a row may be, in points, so that it ends where a new part of the operator begins.
const UNEVEN: f32 = 130.0;

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The node with this index.
    Node(usize),
    /// The value of this node on its way to a later column.
    Bend(usize),
    /// The value of this node comes from the row above.
    Entry(usize),
    /// The value of this node goes on in the row below.
    Exit(usize),
}

/// Columns that stand side by side.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// What stands in them.
    pub items: Vec<What>,
    /// The items of each column from top to bottom.
    pub columns: Vec<Vec<usize>>,
    /// Items of neighbouring columns that one line joins, by their places in `items`.
    pub links: Vec<(usize, usize)>,
}

/// The column of each node: longest paths, and where a node could stand in several columns, the middle
/// one. Inputs stand first, nodes that nobody reads last.
pub fn columns(graph: &Graph) -> Vec<usize> {
    let nodes = graph.nodes();
    let mut early = vec![0_usize; nodes.len()];
    for (i, node) in nodes.iter().enumerate() {
        early[i] = node.inputs.iter().map(|id| early[id.index()] + 1).max().unwrap_or(0);
    }
    let last = early.iter().copied().max().unwrap_or(0);
    let mut late = vec![last; nodes.len()];
    for (i, node) in nodes.iter().enumerate().rev() {
        for input in &node.inputs {
            late[input.index()] = late[input.index()].min(late[i] - 1);
        }
    }
    let middle = |i: usize| match nodes[i].op {
        Op::Input => 0,
        _ if late[i] == last => last,
        // Both ends move by at least one from a node to its reader, so their middle does, too.
        _ => (early[i] + late[i]).div_ceil(2),
    };
    (0..nodes.len()).map(middle).collect()
}

/// A column behind which a row can end.
#[derive(Clone, Copy, Debug)]
pub struct Break {
    /// The column.
    pub column: usize,
    /// Whether what goes on is read by several nodes: a new part of the operator begins there.
    pub forks: bool,
}

/// Columns behind which a row can end: one value alone goes on.
pub fn breaks(graph: &Graph, column: &[usize]) -> Vec<Break> {
    let last = column.iter().copied().max().unwrap_or(0);
    let alone = |c: usize| {
        let mut sources: Vec<usize> = edges(graph)
            .filter(|&(from, to)| column[from] <= c && column[to] > c)
            .map(|(from, _)| from)
            .collect();
        let readers = sources.len();
        sources.dedup();
        (sources.len() == 1).then_some(Break { column: c, forks: readers > 1 })
    };
    (0..last).filter_map(alone).collect()
}

/// Every node with those that read it.
pub fn edges(graph: &Graph) -> impl Iterator<Item = (usize, usize)> + '_ {
    let reads = |(to, node): (usize, &'_ crate::graph::Node)| {
        node.inputs.iter().map(move |id| (id.index(), to)).collect::<Vec<_>>()
    };
    graph.nodes().iter().enumerate().flat_map(reads)
}

/// Cuts columns of these widths into `count` rows behind some of `breaks`, so that the widest row is as
/// narrow as possible. `None` if there are too few places.
pub fn cut(widths: &[f32], breaks: &[Break], count: usize) -> Option<Vec<Range<usize>>> {
    let mut ends: Vec<usize> = breaks.iter().map(|b| b.column + 1).collect();
    ends.push(widths.len());
    // A row that ends in the middle of a part counts as wider.
    let apart = |to: usize| breaks.iter().any(|b| b.column + 1 == to && !b.forks);
    let width =
        |from: usize, to: usize| widths[from..to].iter().sum::<f32>() + if apart(to) { UNEVEN } else { 0.0 };
    // best[e]: the widest row and the ends of rows so far, where the last row ends at ends[e].
    let mut best: Vec<Option<(f32, Vec<usize>)>> =
        ends.iter().map(|&e| Some((width(0, e), vec![e]))).collect();
    for _ in 1..count {
        let longer = |e: usize| {
            let before = (0..e).filter_map(|b| {
                let (widest, cuts) = best[b].as_ref()?;
                let widest = widest.max(width(ends[b], ends[e]));
                Some((widest, [cuts.as_slice(), &[ends[e]]].concat()))
            });
            before.min_by(|a, b| a.0.total_cmp(&b.0))
        };
        best = (0..ends.len()).map(longer).collect();
    }
    let (_, cuts) = best.pop()??;
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    Some(starts.zip(cuts.iter().copied()).map(|(from, to)| from..to).collect())
}

/// The rows with everything that stands in them, ordered so that few lines cross.
pub fn rows(graph: &Graph, column: &[usize], ranges: &[Range<usize>]) -> Vec<Row> {
    let row_of = |node: usize| ranges.iter().position(|r| r.contains(&column[node])).unwrap_or(0);
    let count = column.len();
    let mut reach: Vec<Vec<usize>> = vec![Vec::new(); count];
    edges(graph).for_each(|(from, to)| reach[from].push(to));

    let mut rows = Vec::with_capacity(ranges.len());
    for (r, range) in ranges.iter().enumerate() {
        let entry = usize::from(r > 0);
        let leaves = r + 1 < ranges.len();
        let width = range.len() + entry + usize::from(leaves);
        let mut row = Row { columns: vec![Vec::new(); width], ..Row::default() };
        let add = |row: &mut Row, what: What, column: usize| {
            row.items.push(what);
            row.columns[column].push(row.items.len() - 1);
            row.items.len() - 1
        };
        let place = |node: usize| column[node] - range.start + entry;
        let mut item_of = vec![None; count];
        let own = (0..count).filter(|&n| range.contains(&column[n]));
        for node in own {
            item_of[node] = Some(add(&mut row, What::Node(node), place(node)));
        }
        for source in 0..count {
            let later = reach[source].iter().any(|&to| row_of(to) > r);
            let within: Vec<usize> = reach[source].iter().copied().filter(|&to| row_of(to) == r).collect();
            let (start, from) = match row_of(source) {
                own if own == r => (item_of[source], place(source)),
                before if before < r && (later || !within.is_empty()) => {
                    (Some(add(&mut row, What::Entry(source), 0)), 0)
                }
                _ => continue,
            };
            let Some(mut before) = start else { continue };
            let mut ends: Vec<(usize, usize)> =
                within.iter().filter_map(|&to| Some((place(to), item_of[to]?))).collect();
            if later {
                let exit = add(&mut row, What::Exit(source), width - 1);
                ends.push((width - 1, exit));
            }
            let far = ends.iter().map(|&(column, _)| column).max().unwrap_or(from);
            for column in from + 1..=far {
                for &(_, end) in ends.iter().filter(|&&(c, _)| c == column) {
                    if !row.links.contains(&(before, end)) {
                        row.links.push((before, end));
                    }
                }
                if column < far {
                    let bend = add(&mut row, What::Bend(source), column);
                    row.links.push((before, bend));
                    before = bend;
                }
            }
        }
        order(&mut row);
        rows.push(row);
    }
    rows
}

/// Orders the items of every column: each near the mean place of its neighbours, the best of all sweeps.
fn order(row: &mut Row) {
    // What passes by stands above what stays.
    for column in &mut row.columns {
        column.sort_by_key(|&i| (matches!(row.items[i], What::Node(_)), i));
    }
    let mut best = (cost(row), row.columns.clone());
    let starts =
        [row.columns.clone(), row.columns.iter().map(|c| c.iter().rev().copied().collect()).collect()];
    for start in starts {
        row.columns = start;
        for sweep in 0..SWEEPS {
            let count = row.columns.len();
            for step in 1..count {
                let (column, forward) = if sweep % 2 == 0 { (step, true) } else { (count - 1 - step, false) };
                let place = places(row);
                let key = |&item: &usize| {
                    let neighbours = row.links.iter().filter_map(|&(a, b)| match forward {
                        true if b == item => Some(place[a]),
                        false if a == item => Some(place[b]),
                        _ => None,
                    });
                    let (sum, n) = neighbours.fold((0.0, 0), |(sum, n), p| (sum + p, n + 1));
                    if n == 0 { place[item] } else { sum / n as f32 }
                };
                let mut keyed: Vec<(f32, usize)> =
                    row.columns[column].iter().map(|item| (key(item), *item)).collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
                row.columns[column] = keyed.into_iter().map(|(_, item)| item).collect();
            }
            let now = cost(row);
            if now < best.0 {
                best = (now, row.columns.clone());
            }
        }
    }
    row.columns = best.1;
    exchange(row);
}

/// Exchanges neighbours in a column as long as that helps.
fn exchange(row: &mut Row) {
    let mut now = cost(row);
    for _ in 0..row.items.len() {
        let before = now;
        for column in 0..row.columns.len() {
            for i in 1..row.columns[column].len() {
                row.columns[column].swap(i - 1, i);
                let changed = cost(row);
                if changed < now {
                    now = changed;
                } else {
                    row.columns[column].swap(i - 1, i);
                }
            }
        }
        if now >= before {
            break;
        }
    }
}

/// Place of every item in its column, counted from the column's middle.
fn places(row: &Row) -> Vec<f32> {
    let mut place = vec![0.0; row.items.len()];
    for column in &row.columns {
        for (i, &item) in column.iter().enumerate() {
            place[item] = i as f32 - (column.len() as f32 - 1.0) / 2.0;
        }
    }
    place
}

/// Crossings of lines, and a little for every line that is not level.
fn cost(row: &Row) -> f32 {
    let place = places(row);
    let mut column_of = vec![0; row.items.len()];
    for (c, column) in row.columns.iter().enumerate() {
        column.iter().for_each(|&item| column_of[item] = c);
    }
    let mut sum = 0.0;
    for (i, &(a, b)) in row.links.iter().enumerate() {
        sum += 0.01 * (place[a] - place[b]).abs();
        for &(c, d) in &row.links[i + 1..] {
            if column_of[a] == column_of[c] && (place[a] - place[c]) * (place[b] - place[d]) < 0.0 {
                sum += 1.0;
            }
        }
    }
    sum
}
