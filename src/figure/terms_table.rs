//! What one value was computed from, as a table.

use super::table::{Cell, Column, Table};
use crate::picture::{Spot, Traced};

/// One row per constant and term in the order of the computation, and one for the result. `operands` are
/// the names of the maps that are read. Names of columns are English in every language: programs read them.
pub fn terms_table(title: impl Into<String>, traced: &Traced, operands: &[String]) -> Table {
    let columns =
        ["map", "channel", "row", "column", "tap_row", "tap_column", "weight", "value", "product", "running"];
    let mut rows = Vec::with_capacity(traced.terms.len() + traced.constants.len() + 1);
    let constants: f64 = traced.constants.iter().map(|c| c.value).sum();
    for constant in &traced.constants {
        let mut row = vec![Cell::Empty; columns.len()];
        row[0] = Cell::from(constant.name.as_str());
        row[8] = Cell::from(constant.value);
        row[9] = Cell::from(constants);
        rows.push(row);
    }
    for (term, running) in traced.terms.iter().zip(traced.running()) {
        let (spot, tap) = (term.read.spot, term.read.tap);
        rows.push(vec![
            operands.get(term.read.operand).map_or(Cell::Empty, |name| Cell::from(name.as_str())),
            Cell::from(spot.c),
            Cell::from(spot.y),
            Cell::from(spot.x),
            tap.map_or(Cell::Empty, |(row, _)| Cell::from(row)),
            tap.map_or(Cell::Empty, |(_, column)| Cell::from(column)),
            term.weight.map_or(Cell::Empty, Cell::from),
            Cell::from(f64::from(term.value)),
            Cell::from(term.product),
            Cell::from(running),
        ]);
    }
    let mut result = vec![Cell::Empty; columns.len()];
    result[0] = Cell::from("result");
    result[9] = Cell::from(traced.result);
    rows.push(result);
    Table { title: title.into(), columns: columns.map(|name| Column::new(name, "")).to_vec(), rows }
}

/// `What conv1 at channel 3, row 10, column 12 was computed from`.
pub fn terms_title(name: &str, Spot { c, y, x, .. }: Spot) -> String {
    format!("What {name} at channel {c}, row {y}, column {x} was computed from")
}
