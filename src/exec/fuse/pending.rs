//! A convolution that is still being added to.

use super::super::conv_work::{ConvWork, Residual, Source, View};
use super::super::taps::{self, Adder, Row};
use super::{places_of, source_of};
use crate::graph::{Activation, Graph, NodeId, Op};
use crate::tensor::Shape;

/// What will be one [`ConvWork`].
pub(super) struct Pending {
    sources: Vec<Source>,
    rows: Vec<Row>,
    bias: Vec<f32>,
    pub(super) residual: Option<Residual>,
    pub(super) activation: Option<Activation>,
    /// The nodes it does the work of.
    pub(super) nodes: Vec<NodeId>,
}

impl Pending {
    /// The convolution `id`, which reads `view`, or its 2x2 mean.
    pub(super) fn of_conv(graph: &Graph, id: NodeId, view: View, pooled: bool) -> Result<Self, String> {
        let node = graph.node(id);
        let Op::Conv2d(conv) = &node.op else {
            return Err("it is no convolution".into());
        };
        let kernel = graph.weight(node.weights[0]);
        let rows = taps::rows(conv, kernel, view.channels.len(), 0, |input| view.channels[input as usize])?;
        let bias = node.weights.get(1).map(|&w| graph.weight(w).values.to_vec());
        let mut nodes = vec![id];
        if pooled {
            nodes.insert(0, node.inputs[0]);
        }
        Ok(Self {
            sources: vec![source_of(&view, conv.stride, pooled)],
            bias: bias.unwrap_or_else(|| vec![0.0; rows.len()]),
            rows,
            residual: None,
            activation: None,
            nodes,
        })
    }

    /// Whether it is a sum of taps and nothing else yet.
    pub(super) const fn is_plain(&self) -> bool {
        self.residual.is_none() && self.activation.is_none()
    }

    /// How many maps it reads, at most.
    pub(super) const fn source_count(&self) -> usize {
        self.sources.len()
    }

    /// Draws in a batch norm: a factor and an offset for each output.
    pub(super) fn scale(&mut self, graph: &Graph, id: NodeId, eps: f32) {
        let part = |i: usize| &graph.weight(graph.node(id).weights[i]).values;
        let (weight, bias, mean, var) = (part(0), part(1), part(2), part(3));
        for (o, row) in self.rows.iter_mut().enumerate() {
            let scale = f64::from(weight[o]) / (f64::from(var[o]) + f64::from(eps)).sqrt();
            row.weights.iter_mut().for_each(|w| *w = (f64::from(*w) * scale) as f32);
            let offset = (f64::from(self.bias[o]) - f64::from(mean[o])) * scale;
            self.bias[o] = (offset + f64::from(bias[o])) as f32;
        }
        self.nodes.push(id);
    }

    /// Draws in the index layer behind it: outputs that go to the same place are one output.
    pub(super) fn scatter(&mut self, adder: &mut Adder, id: NodeId, channels: &[u32], out_channels: usize) {
        let nothing = Row { taps: Default::default(), weights: Vec::new() };
        let mut rows: Vec<Option<Row>> = vec![None; out_channels];
        let mut bias = vec![0.0; out_channels];
        for (j, &o) in channels.iter().enumerate() {
            let place = &mut rows[o as usize];
            *place = Some(match place.take() {
                Some(sum) => adder.add(&sum, &self.rows[j]),
                None => self.rows[j].clone(),
            });
            bias[o as usize] += self.bias[j];
        }
        self.rows = rows.into_iter().map(|row| row.unwrap_or_else(|| nothing.clone())).collect();
        self.bias = bias;
        self.nodes.push(id);
    }

    /// Draws in another convolution whose result is added to this one's by the node `id`.
    pub(super) fn add(&mut self, adder: &mut Adder, id: NodeId, other: Self) {
        let place = renumber(&mut self.sources, &other.sources);
        let renumbered = renumbered(&other.rows, &place);
        self.rows = self.rows.iter().zip(&renumbered).map(|(a, b)| adder.add(a, b)).collect();
        self.bias.iter_mut().zip(&other.bias).for_each(|(a, b)| *a += b);
        self.residual = self.residual.take().or(other.residual);
        self.nodes.extend(other.nodes);
        self.nodes.push(id);
    }

    /// The finished work, whose outputs are written to `home`.
    pub(super) fn into_work(self, shape: Shape, home: &View) -> ConvWork {
        ConvWork {
            sources: self.sources,
            groups: taps::group(&self.rows),
            bias: self.bias,
            shape,
            targets: places_of(home),
            residual: self.residual,
            activation: self.activation,
            gate: None,
            made: None,
        }
    }
}

/// Adds `more` to `sources`, each once. Returns where they are.
pub(super) fn renumber(sources: &mut Vec<Source>, more: &[Source]) -> Vec<u16> {
    let mut place = |source: &Source| {
        let known = sources.iter().position(|s| s == source);
        known.unwrap_or_else(|| {
            sources.push(source.clone());
            sources.len() - 1
        }) as u16
    };
    more.iter().map(&mut place).collect()
}

/// The rows with other numbers of their sources; shared lists stay shared.
fn renumbered(rows: &[Row], place: &[u16]) -> Vec<Row> {
    let mut all: Vec<Row> = Vec::with_capacity(rows.len());
    for (i, row) in rows.iter().enumerate() {
        let shared = i > 0 && std::sync::Arc::ptr_eq(&rows[i - 1].taps, &row.taps);
        let taps = match all.last() {
            Some(last) if shared => last.taps.clone(),
            _ => {
                let moved = row.taps.iter().map(|t| taps::Tap { source: place[t.source as usize], ..*t });
                std::sync::Arc::new(moved.collect())
            }
        };
        all.push(Row { taps, weights: row.weights.clone() });
    }
    all
}
