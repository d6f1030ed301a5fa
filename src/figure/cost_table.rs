//! What a graph costs, node by node, as a table.

use super::table::{Cell, Column, Table};
use crate::cost::{Cost, NodeCost};
use crate::graph::Graph;

/// One row per node that costs anything, and one for all. Names of columns are English in every
/// language: programs read them.
pub fn cost_table(title: impl Into<String>, graph: &Graph, cost: &Cost) -> Table {
    let columns = [
        ("node", ""),
        ("output", ""),
        ("macs", ""),
        ("params", ""),
        ("additions", ""),
        ("activation_bytes_read", "bytes"),
        ("activation_bytes_written", "bytes"),
        ("weight_bytes", "bytes"),
    ];
    let row = |name: &str, output: Cell, c: &NodeCost| {
        let counts = [
            c.macs,
            c.params,
            c.additions,
            c.activation_bytes_read,
            c.activation_bytes_written,
            c.weight_bytes,
        ];
        let mut row = vec![Cell::from(name), output];
        row.extend(counts.map(Cell::from));
        row
    };
    let nodes = graph.iter().zip(&cost.nodes).filter(|(_, c)| **c != NodeCost::default());
    let mut rows: Vec<Vec<Cell>> = nodes
        .map(|((_, node), c)| {
            let s = node.shape;
            row(&node.name, Cell::from(format!("{}x{}x{}", s.c, s.h, s.w)), c)
        })
        .collect();
    rows.push(row("total", Cell::Empty, &cost.total));
    Table { title: title.into(), columns: columns.map(|(name, unit)| Column::new(name, unit)).to_vec(), rows }
}
