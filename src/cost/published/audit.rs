//! Recomputes a table and compares.

use super::model::{Model, ModelError, one_layer};
use super::printed::{Match, Printed};
use super::{Cell, Quantity, Reason, Row, Table};
use crate::cost::conventions::{self, Convention};
use crate::cost::count::cost;
use crate::graph::{Graph, Op};

/// What is to be said of a printed figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The recomputed number itself.
    Exact,
    /// The recomputed number, rounded.
    Rounds,
    /// The recomputed number, cut off.
    Truncates,
    /// A slip, with its reason.
    Misprint(&'static str),
    /// It does not follow, with the reason.
    NotReproducible(&'static str),
    /// It does not follow and nobody knows why.
    Differs,
}

impl Verdict {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Rounds => "rounds",
            Self::Truncates => "truncates",
            Self::Misprint(_) => "misprint",
            Self::NotReproducible(_) => "not-reproducible",
            Self::Differs => "differs",
        }
    }

    /// Key of its words.
    pub fn key(self) -> String {
        format!("audit-verdict-{}", self.name())
    }

    /// Key of the reason.
    pub const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Misprint(key) | Self::NotReproducible(key) => Some(key),
            Self::Exact | Self::Rounds | Self::Truncates | Self::Differs => None,
        }
    }

    /// Whether the printed figure follows from the number.
    pub const fn follows(self) -> bool {
        matches!(self, Self::Exact | Self::Rounds | Self::Truncates)
    }
}

/// A figure with what was recomputed for it.
#[derive(Clone, Debug)]
pub struct AuditedCell {
    /// As it stands in the table.
    pub cell: &'static Cell,
    /// The convention under which it was counted, for operations.
    pub convention: Option<&'static Convention>,
    /// The recomputed number, in units (not millions), or per cent; `None` for a citation.
    pub recomputed: Option<f64>,
    /// The verdict.
    pub verdict: Verdict,
}

impl AuditedCell {
    /// How far the printed figure is above the recomputed one, in per cent.
    pub fn difference(&self) -> Option<f64> {
        let printed = Printed::parse(self.cell.printed)?.value();
        self.recomputed.filter(|r| *r != 0.0).map(|r| (printed / r - 1.0) * 100.0)
    }
}

/// A row with its recomputed figures.
#[derive(Clone, Debug)]
pub struct AuditedRow {
    /// As it stands in the table.
    pub row: &'static Row,
    /// Its figures.
    pub cells: Vec<AuditedCell>,
}

/// A table with its recomputed figures.
#[derive(Clone, Debug)]
pub struct Audit {
    /// The table.
    pub table: &'static Table,
    /// Its rows.
    pub rows: Vec<AuditedRow>,
}

/// Builds every network of a table, counts it and compares.
///
/// # Errors
/// If the table names what does not exist; a test holds that none does.
pub fn audit(table: &'static Table) -> Result<Audit, ModelError> {
    let rows = table.rows.iter().map(audited_row).collect::<Result<_, _>>()?;
    Ok(Audit { table, rows })
}

/// [`audit`] row by row, as long as `goes_on` says so, which is told how many rows are done; `None` if it was stopped.
///
/// # Errors
/// As [`audit`].
pub fn audit_while(
    table: &'static Table,
    goes_on: impl Fn(usize) -> bool,
) -> Result<Option<Audit>, ModelError> {
    let mut rows = Vec::new();
    for row in table.rows {
        if !goes_on(rows.len()) {
            return Ok(None);
        }
        rows.push(audited_row(row)?);
    }
    Ok(Some(Audit { table, rows }))
}

fn audited_row(row: &'static Row) -> Result<AuditedRow, ModelError> {
    let graph = row.model.graph()?;
    let cells = row
        .cells
        .iter()
        .map(|cell| {
            let convention = match cell.quantity {
                Quantity::Count { convention, .. } => conventions::find(convention).ok(),
                _ => None,
            };
            let recomputed = recomputed(&row.model, graph.as_ref(), cell.quantity, convention)?;
            Ok(AuditedCell { cell, convention, recomputed, verdict: verdict(row, cell, recomputed) })
        })
        .collect::<Result<_, ModelError>>()?;
    Ok(AuditedRow { row, cells })
}

fn verdict(row: &Row, cell: &Cell, recomputed: Option<f64>) -> Verdict {
    let printed = Printed::parse(cell.printed);
    let matched = printed.zip(recomputed).and_then(|(printed, number)| printed.follows(number));
    match (matched, cell.reason, &row.model) {
        (Some(Match::Exact), ..) => Verdict::Exact,
        (Some(Match::Rounds), ..) => Verdict::Rounds,
        (Some(Match::Truncates), ..) => Verdict::Truncates,
        (None, Some(Reason::Misprint(key)), _) => Verdict::Misprint(key),
        (None, Some(Reason::NotReproducible(key)), _) => Verdict::NotReproducible(key),
        (None, None, Model::Citation(key)) if recomputed.is_none() => Verdict::NotReproducible(key),
        (None, None, _) => Verdict::Differs,
    }
}

fn recomputed(
    model: &Model,
    graph: Option<&Graph>,
    quantity: Quantity,
    convention: Option<&'static Convention>,
) -> Result<Option<f64>, ModelError> {
    let number = match (quantity, graph) {
        (Quantity::Reduction { from, base }, _) => reduction(from, base),
        (Quantity::LayerMacs | Quantity::LayerMaps, _) => {
            let Some((graph, values)) = model.layer()? else { return Ok(None) };
            let (standard, standard_values) = one_layer("standard", &[])?;
            let macs = |graph| cost(graph).total.macs as f64;
            let share = match quantity {
                Quantity::LayerMacs => macs(&graph) / macs(&standard),
                _ => values as f64 / standard_values as f64,
            };
            Some(100.0 * share)
        }
        (_, None) => None,
        (Quantity::Count { without, .. }, Some(graph)) => convention.map(|c| counted(c, graph, without)),
        (Quantity::Params, Some(graph)) => Some(cost(graph).total.params as f64),
        (Quantity::ParamsWithoutNorms, Some(graph)) => Some(params(graph, |op| !is_norm(op)) as f64),
        (Quantity::ParamsFolded, Some(graph)) => Some((cost(graph).total.params - folded(graph)) as f64),
        (Quantity::Weights, Some(graph)) => Some((params(graph, |op| !is_norm(op)) - biases(graph)) as f64),
    };
    Ok(number)
}

/// The count without some layers. Whole, but for the fractions that HetConv's rule gives.
fn counted(convention: &'static Convention, graph: &Graph, without: &[&str]) -> f64 {
    let count = convention.count(graph);
    let kept = graph.iter().filter(|(_, node)| !without.iter().any(|end| node.name.ends_with(end)));
    kept.map(|(id, _)| count.nodes[id.index()].amount().value()).sum()
}

fn is_norm(op: &Op) -> bool {
    matches!(op, Op::BatchNorm { .. })
}

fn params(graph: &Graph, of: impl Fn(&Op) -> bool) -> u64 {
    let cost = cost(graph);
    graph.iter().filter(|(_, node)| of(&node.op)).map(|(id, _)| cost.nodes[id.index()].params).sum()
}

/// Parameters that folding saves: one per channel of each norm whose only input is a convolution without bias. A norm
/// behind a sum of two paths cannot be folded.
fn folded(graph: &Graph) -> u64 {
    let behind_convolution = |op: &Op, inputs: &[crate::graph::NodeId]| {
        is_norm(op) && inputs.iter().all(|&i| matches!(graph.node(i).op, Op::Conv2d(_)))
    };
    graph.nodes().iter().filter(|n| behind_convolution(&n.op, &n.inputs)).map(|n| n.shape.c as u64).sum()
}

/// Values of the biases of convolutions and fully connected layers.
fn biases(graph: &Graph) -> u64 {
    let layers = graph.iter().filter(|(_, node)| matches!(node.op, Op::Conv2d(_) | Op::Linear));
    layers
        .filter_map(|(_, node)| node.weights.get(1))
        .map(|&bias| graph.weight(bias).values.len() as u64)
        .sum()
}

/// `1 - from / base` in per cent, of two printed figures.
fn reduction(from: &str, base: &str) -> Option<f64> {
    let (from, base) = Printed::parse(from).zip(Printed::parse(base))?;
    Some((1.0 - from.value() / base.value()) * 100.0)
}
