//! What the page shows as tables for files. Names of columns are English in every language: programs read them.

use super::{NetworkTimes, NetworksScene};
use crate::cost::conventions::Amount;
use crate::cost::published::{Audit, Printed, Scale};
use crate::figure::recipe::WeightsFrom;
use crate::figure::table::{Cell, Column, Table};
use crate::text::{Lang, tr};

fn columns<const N: usize>(names: [(&str, &str); N]) -> Vec<Column> {
    names.map(|(name, unit)| Column::new(name, unit)).to_vec()
}

fn amount(amount: Amount) -> Cell {
    amount.whole().map_or_else(|| Cell::from(amount.value()), Cell::from)
}

/// The totals of the networks, then their layers.
pub fn networks_table(scene: &NetworksScene, times: Option<&NetworkTimes>) -> Table {
    let convention = scene.convention;
    let columns = columns([
        ("network", ""),
        ("operator", ""),
        ("layer", ""),
        ("output", ""),
        ("convention", ""),
        ("count", convention.unit.word()),
        ("macs", ""),
        ("params", ""),
        ("maps_written", "bytes"),
        ("peak_maps", "bytes"),
        ("median", "ms"),
        ("p10", "ms"),
        ("p90", "ms"),
        ("weights", ""),
    ]);
    let mut rows = Vec::new();
    let entries = scene.networks.iter().enumerate().filter_map(|(i, n)| Some((i, n.counted()?)));
    for (i, (network, count)) in entries.clone() {
        let measured = times.and_then(|t| t.of(&network.key));
        let time = measured.and_then(|m| m.time.as_ref().ok());
        let ms = |ns: Option<u64>| ns.map_or(Cell::Empty, |ns| Cell::from(ns as f64 / 1e6));
        let total = &network.cost.total;
        let mut row = head(network);
        row.extend([
            Cell::from("total"),
            Cell::Empty,
            Cell::from(convention.name),
            Cell::from(count.total()),
            Cell::from(total.macs),
            Cell::from(total.params),
            Cell::from(total.activation_bytes_written),
            Cell::from(network.peak.bytes),
            ms(time.map(|t| t.median_ns)),
            ms(time.map(|t| t.p10_ns)),
            ms(time.map(|t| t.p90_ns)),
            measured.map_or(Cell::Empty, |m| Cell::from(WeightsFrom::from(m.weights).name())),
        ]);
        rows.push(row);
        for (layer, cost) in scene.rows.iter().filter_map(|row| Some((&row.name, row.costs[i]?))) {
            let mut row = head(network);
            row.extend([
                Cell::from(layer.as_str()),
                Cell::from(format!("{}x{}x{}", cost.output.c, cost.output.h, cost.output.w)),
                Cell::from(convention.name),
                amount(cost.counted),
                Cell::from(cost.macs),
                Cell::from(cost.params),
                Cell::from(cost.maps),
                Cell::Empty,
            ]);
            let time = measured.and_then(|m| m.layers.get(layer)).map(|layer| &layer.time);
            row.extend([
                ms(time.map(|t| t.median_ns)),
                ms(time.map(|t| t.p10_ns)),
                ms(time.map(|t| t.p90_ns)),
                Cell::Empty,
            ]);
            rows.push(row);
        }
    }
    let title = format!("Networks counted under {}: {}", convention.title, tr(Lang::En, &convention.key()));
    Table { title, columns, rows }
}

fn head(network: &super::CountedNetwork) -> Vec<Cell> {
    let operator = network.key.entry.operator.as_ref();
    vec![Cell::from(network.title.as_str()), operator.map_or(Cell::Empty, |o| Cell::from(o.variant))]
}

/// A published table with what was recomputed.
pub fn audit_table(audit: &Audit) -> Table {
    let columns = columns([
        ("row", ""),
        ("quantity", ""),
        ("convention", ""),
        ("printed", ""),
        ("printed_by", ""),
        ("recomputed", ""),
        ("unit", ""),
        ("difference", "%"),
        ("verdict", ""),
        ("reason", ""),
    ]);
    let mut rows = Vec::new();
    for row in &audit.rows {
        for cell in &row.cells {
            let scale = Printed::parse(cell.cell.printed).map(Printed::scale);
            let unit = match (scale, cell.convention) {
                (Some(Scale::PerCent), _) => "%",
                (_, Some(convention)) => convention.unit.word(),
                _ => "",
            };
            rows.push(vec![
                Cell::from(row.row.label),
                Cell::from(cell.cell.quantity.name()),
                cell.convention.map_or(Cell::Empty, |c| Cell::from(c.name)),
                Cell::from(cell.cell.printed),
                Cell::from(cell.cell.status.name()),
                cell.recomputed.map_or(Cell::Empty, Cell::from),
                Cell::from(unit),
                cell.difference().map_or(Cell::Empty, Cell::from),
                Cell::from(cell.verdict.name()),
                cell.verdict.reason().map_or(Cell::Empty, |key| Cell::from(tr(Lang::En, key))),
            ]);
        }
    }
    Table { title: format!("{} ({})", audit.table.title, audit.table.source), columns, rows }
}
