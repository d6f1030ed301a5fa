//! Counting conventions: an open set, one file each.
//!
//! Tools and papers give one network different "FLOPs". Each file here rebuilds the rule of one of them,
//! node by node, from the same graph. Node counts follow the *published* definition of the rule, quirks
//! included. A new convention is one new file, one line in [`ALL`] and its sentence in the text table
//! (`convention-<name>`).
//!
//! A convention that counts an operation as zero says why ([`Why`]), and [`Count::uncounted`] lists every
//! such operation of the graph.
//!
//! What the tools see as a module and what as a function decides some counts. Assumed throughout, after the
//! published layer lists: convolutions, fully connected layers, norms, activations, pools and upsampling are
//! modules; sums, products, softmax gates and index operations are functions. A norm with the statistics of its
//! input is a module together with the scale and shift behind it. torchstat alone has both
//! readings of activations, since its published counts come from networks that call them as functions.

mod condensenet;
mod condensenet_v2;
mod deepspeed;
mod deepspeed_macs;
mod flops;
mod fvcore;
mod hetconv;
mod layer;
mod macs;
mod octconv;
mod ptflops;
mod ptflops_aten;
mod thop;
mod thop_2019;
mod torch;
mod torchinfo;
mod torchlens;
mod torchlens_macs;
mod torchstat;
mod torchstat_modules;
mod torchsummaryx;

pub use layer::{Amount, Counted, Why};

use layer::Layer;

use crate::graph::{Graph, Op};

/// Every convention, in the order of menus; the first is the primary one.
#[rustfmt::skip] // one line each
pub static ALL: &[&Convention] = &[
    &macs::MACS,
    &flops::FLOPS,
    &fvcore::FVCORE,
    &thop::THOP,
    &thop_2019::THOP_2019,
    &ptflops::PTFLOPS,
    &ptflops_aten::PTFLOPS_ATEN,
    &torchinfo::TORCHINFO,
    &torch::TORCH,
    &deepspeed::DEEPSPEED,
    &deepspeed_macs::DEEPSPEED_MACS,
    &torchlens::TORCHLENS,
    &torchlens_macs::TORCHLENS_MACS,
    &torchsummaryx::TORCHSUMMARYX,
    &torchstat::TORCHSTAT,
    &torchstat_modules::TORCHSTAT_MODULES,
    &hetconv::HETCONV,
    &octconv::OCTCONV,
    &condensenet::CONDENSENET,
    &condensenet_v2::CONDENSENET_V2,
];

/// The word a convention uses for its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A multiplication and its addition are one.
    Macs,
    /// What the source calls FLOPs, whatever a multiply-add is there.
    Flops,
}

impl Unit {
    /// The word itself, the same in every language.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Macs => "MACs",
            Self::Flops => "FLOPs",
        }
    }
}

/// A rule by which operations are counted.
#[derive(Debug)]
pub struct Convention {
    /// Name on the command line and in the text table, such as `thop-2019`.
    pub name: &'static str,
    /// Other names under which it is found.
    pub aliases: &'static [&'static str],
    /// Name for people; the same in every language.
    pub title: &'static str,
    /// What its number is called there.
    pub unit: Unit,
    /// Where the rule is written: repository and version, or paper.
    pub source: &'static str,
    rule: fn(&Layer<'_>) -> Counted,
}

impl Convention {
    /// Key of the sentence that states the rule.
    pub fn key(&self) -> String {
        format!("convention-{}", self.name)
    }

    /// What its number is called, and whose number it is: `MACs (thop)`, or `MACs` where that is its name.
    pub fn label(&self) -> String {
        let word = self.unit.word();
        match self.title {
            title if title == word => word.to_owned(),
            title if title.contains('(') => format!("{word}, {title}"),
            title => format!("{word} ({title})"),
        }
    }

    /// Counts a graph node by node, for its batch.
    pub fn count(&'static self, graph: &Graph) -> Count {
        let mut count = Count {
            convention: self,
            nodes: Vec::with_capacity(graph.nodes().len()),
            sum: Amount::default(),
            uncounted: Vec::new(),
        };
        for (id, node) in graph.iter() {
            let counted = match &node.op {
                Op::Input => Counted::Zero(Why::NoArithmetic),
                op => match Layer::new(graph, id) {
                    Some(layer) => (self.rule)(&layer),
                    None if matches!(op, Op::Softmax) => Counted::Zero(Why::Outside),
                    None => Counted::Zero(Why::NoArithmetic),
                },
            };
            match counted {
                Counted::Work(amount) => count.sum += amount,
                Counted::Zero(why) if node.op != Op::Input => count.note(node.op.name(), why),
                Counted::Zero(_) => {}
            }
            count.nodes.push(counted);
        }
        count
    }
}

/// A graph counted under one convention.
#[derive(Clone, Debug)]
pub struct Count {
    /// The convention.
    pub convention: &'static Convention,
    /// One per node of the graph, in its order.
    pub nodes: Vec<Counted>,
    /// Operations of the graph that it counts as zero, in the order of their first occurrence.
    pub uncounted: Vec<Uncounted>,
    sum: Amount,
}

impl Count {
    /// The sum over the nodes, to the nearest whole number.
    pub fn total(&self) -> u64 {
        self.sum.rounded()
    }

    fn note(&mut self, op: &'static str, why: Why) {
        match self.uncounted.iter_mut().find(|u| (u.op, u.why) == (op, why)) {
            Some(known) => known.nodes += 1,
            None => self.uncounted.push(Uncounted { op, nodes: 1, why }),
        }
    }
}

/// An operation of a graph that a convention counts as zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uncounted {
    /// Name of the operation.
    pub op: &'static str,
    /// How many nodes of the graph have it.
    pub nodes: usize,
    /// Why it is zero.
    pub why: Why,
}

/// There is no such convention.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no counting convention '{name}', did you mean {similar}? Known are {known}")]
pub struct UnknownConvention {
    /// The name asked for.
    pub name: String,
    /// The most similar name.
    pub similar: &'static str,
    /// Every name.
    pub known: String,
}

/// The convention of this name or alias; case, `_` and spaces do not matter.
///
/// # Errors
/// If there is none; the message names the most similar one and lists all.
pub fn find(name: &str) -> Result<&'static Convention, UnknownConvention> {
    let asked = name.trim().to_lowercase().replace(['_', ' '], "-");
    let names = |c: &'static Convention| std::iter::once(c.name).chain(c.aliases.iter().copied());
    if let Some(found) = ALL.iter().find(|c| names(c).any(|n| n == asked)) {
        return Ok(found);
    }
    let likeness =
        |c: &'static Convention| names(c).map(|n| strsim::jaro_winkler(n, &asked)).fold(0.0, f64::max);
    let similar = ALL.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    Err(UnknownConvention {
        name: name.to_owned(),
        similar: similar.map_or(ALL[0].name, |c| c.name),
        known: ALL.iter().map(|c| c.name).collect::<Vec<_>>().join(", "),
    })
}
