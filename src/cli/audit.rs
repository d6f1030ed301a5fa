//! `convscope audit`.

use clap::Args;
use serde_json::{Value as Json, json};

use super::{Format, Output, line, print_json};
use crate::cost::published::{self, Audit, AuditedCell, AuditedRow, Model, Printed, Quantity, Scale, Status};
use crate::text::{Lang, tr};

/// Arguments of `convscope audit`.
#[derive(Args, Debug)]
pub struct AuditArgs {
    /// One table, such as `spconv-vgg16`; without it all.
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    #[command(flatten)]
    output: Output,
}

/// Recomputes published tables and prints both figures with a verdict.
pub fn run(args: &AuditArgs) -> anyhow::Result<()> {
    let tables = match &args.table {
        Some(name) => vec![published::find(name)?],
        None => published::ALL.to_vec(),
    };
    let audits = tables.into_iter().map(published::audit).collect::<Result<Vec<Audit>, _>>()?;
    if args.output.format == Format::Json {
        let tables: Vec<Json> = audits.iter().map(table_json).collect();
        return print_json(&json!({ "tables": tables }));
    }
    audits.iter().try_for_each(print_table)
}

fn print_table(audit: &Audit) -> anyhow::Result<()> {
    line(format_args!("{} ({}; {})", audit.table.title, audit.table.name, audit.table.source))?;
    for row in &audit.rows {
        for cell in &row.cells {
            line(format_args!(
                "  {:36} {:38} {:>12} {:>18}  {}",
                row.row.label,
                quantity(cell),
                cell.cell.printed,
                number(cell),
                verdict(cell)
            ))?;
        }
        if let Some(note) = row.row.note {
            line(format_args!("  {:36} {}", "", tr(Lang::En, note)))?;
        }
    }
    line(format_args!(""))
}

/// What the figure gives, with its convention.
fn quantity(cell: &AuditedCell) -> String {
    match (cell.convention, cell.cell.quantity) {
        (Some(c), _) => format!("{} ({})", c.unit.word(), c.name),
        (None, Quantity::Reduction { from, base }) => format!("reduction, {from} of {base}"),
        (None, quantity) => tr(Lang::En, &quantity.key()).to_owned(),
    }
}

/// The recomputed number: whole where it counts something.
fn number(cell: &AuditedCell) -> String {
    let per_cent = Printed::parse(cell.cell.printed).is_some_and(|p| p.scale() == Scale::PerCent);
    match cell.recomputed {
        None => "-".to_owned(),
        Some(value) if per_cent => format!("{value:.3} %"),
        Some(value) => format!("{value:.0}"),
    }
}

fn verdict(cell: &AuditedCell) -> String {
    let words = tr(Lang::En, &cell.verdict.key());
    let who = match cell.cell.status {
        Status::Published => String::new(),
        status => format!(" [{}]", tr(Lang::En, &status.key())),
    };
    match cell.verdict.reason() {
        Some(reason) => format!("{words}: {}{who}", tr(Lang::En, reason)),
        None => format!("{words}{who}"),
    }
}

fn table_json(audit: &Audit) -> Json {
    let rows: Vec<Json> = audit.rows.iter().map(row_json).collect();
    let table = audit.table;
    json!({"name": table.name, "title": table.title, "source": table.source, "rows": rows})
}

fn row_json(row: &AuditedRow) -> Json {
    let (network, variant, settings, side) = match row.row.model {
        Model::Network { name, variant, set, side } => (Some(name), variant, set, side),
        Model::Layer { variant, set } => (None, Some(variant), set, None),
        Model::Citation(_) => (None, None, &[][..], None),
    };
    let settings: serde_json::Map<String, Json> =
        settings.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let cells: Vec<Json> = row.cells.iter().map(cell_json).collect();
    json!({
        "label": row.row.label, "network": network, "variant": variant, "settings": settings,
        "input_side": side, "note": row.row.note.map(|key| tr(Lang::En, key)), "figures": cells,
    })
}

fn cell_json(cell: &AuditedCell) -> Json {
    let (without, between) = match cell.cell.quantity {
        Quantity::Count { without, .. } => (without, None),
        Quantity::Reduction { from, base } => (&[][..], Some(json!({"from": from, "base": base}))),
        _ => (&[][..], None),
    };
    // Counts are whole; per cents and the fractions of HetConv's rule are not.
    let recomputed = cell.recomputed.map(|v| if v.fract() == 0.0 { json!(v as u64) } else { json!(v) });
    json!({
        "quantity": cell.cell.quantity.name(),
        "convention": cell.convention.map(|c| c.name),
        "unit": cell.convention.map(|c| c.unit.word()),
        "without": without,
        "between": between,
        "printed": cell.cell.printed,
        "status": cell.cell.status.name(),
        "recomputed": recomputed,
        "difference_percent": cell.difference(),
        "verdict": cell.verdict.name(),
        "reason": cell.verdict.reason().map(|key| tr(Lang::En, key)),
    })
}
