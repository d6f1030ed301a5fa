//! A graph as few steps: what stands between convolutions is drawn into them.
//!
//! A runtime that is asked only for the results need not write every value to memory. Into a
//! convolution go: the batch norm, activation and residual addition behind it; a 2x2 mean in front of
//! it; nearest upsampling of what is added; gathers, slices and concatenations of channels (they
//! become numbers of channels); the scatter-add behind it; another convolution whose result is added
//! to its own. Convolutions that do not wait for each other become one step. SPConv's gate, with both
//! means, is one step.
//!
//! The executors run these steps when they are measured; the values of every node are what
//! [`super::candle`] and [`super::wgpu`] compute node by node when a network is looked at.

mod executed;
mod gate;
mod join;
mod made;
mod pending;

use std::collections::BTreeSet;

use super::conv_work::{ConvWork, Place, Residual, Source, View};
use super::taps;
use crate::graph::{Graph, Node, NodeId, Op, Pool2d, PoolKind};
use crate::tensor::Shape;
pub use executed::{Executed, steps_of};
use pending::Pending;

/// A graph as steps between buffers.
#[derive(Clone, Debug)]
pub struct Fused {
    /// Shapes of the buffers.
    pub buffers: Vec<Shape>,
    /// The buffer of each input of the graph.
    pub inputs: Vec<usize>,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// Where each output of the graph lies at the end.
    pub outputs: Vec<View>,
}

/// One step: one dispatch, or one pass over the threads.
#[derive(Clone, Debug)]
pub struct Step {
    /// Name of its last node.
    pub name: String,
    /// The nodes it does the work of.
    pub nodes: Vec<NodeId>,
    /// What it does.
    pub work: Work,
}

/// What can be said of a step beside its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepInfo {
    /// Name of its last node.
    pub name: String,
    /// The nodes it does the work of.
    pub nodes: Vec<NodeId>,
    /// What it executes.
    pub executed: Executed,
}

impl Step {
    /// What can be said of it.
    pub fn info(&self, graph: &Graph) -> StepInfo {
        let executed = self.work.executed(graph);
        StepInfo { name: self.name.clone(), nodes: self.nodes.clone(), executed }
    }
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Work {
    /// A convolution with what was drawn into it.
    Conv(ConvWork),
    /// `w = softmax(mean a, mean b)`, `y = w a + (1 - w) b` for each image and channel.
    Gate {
        /// First map.
        a: View,
        /// Second map.
        b: View,
        /// The blend.
        y: View,
        /// The weights of `a`, one pixel per channel.
        weight: View,
    },
    /// A node as it is, between whole buffers.
    Node {
        /// The node.
        node: NodeId,
        /// Buffers that it reads.
        inputs: Vec<usize>,
        /// Buffer that it writes.
        output: usize,
    },
    /// Channels put elsewhere.
    Copy {
        /// What is read.
        from: View,
        /// Where it goes.
        to: View,
    },
}

impl Work {
    /// Buffers that are read.
    pub fn reads(&self) -> BTreeSet<usize> {
        match self {
            Self::Conv(work) => {
                let sources = work.sources.iter().map(|s| s.buffer);
                let made = work.made.iter().flat_map(|made| &made.sources).map(|s| s.buffer);
                sources.chain(made).chain(work.residual.iter().map(|r| r.view.buffer)).collect()
            }
            Self::Gate { a, b, .. } => [a.buffer, b.buffer].into(),
            Self::Node { inputs, .. } => inputs.iter().copied().collect(),
            Self::Copy { from, .. } => [from.buffer].into(),
        }
    }

    /// Buffers that are written.
    pub fn writes(&self) -> BTreeSet<usize> {
        match self {
            Self::Conv(work) => {
                let weight = work.gate.iter().map(|weight| weight.buffer);
                work.targets.iter().map(|t| t.buffer).chain(weight).collect()
            }
            Self::Gate { y, weight, .. } => [y.buffer, weight.buffer].into(),
            Self::Node { output, .. } => [*output].into(),
            Self::Copy { to, .. } => [to.buffer].into(),
        }
    }
}

/// Buffers that one convolution step may touch: what WebGPU's limit of eight storage buffers leaves
/// beside taps, groups, outputs and weights.
const MOST_BUFFERS: usize = 4;

/// Maps that one convolution step may read: what the kernels on a device have room for.
pub(super) const MOST_SOURCES: usize = 8;

/// Turns the graph into steps. The nodes of `part` share no step with convolutions beside them that have
/// nothing to do with them: so the part can be measured.
///
/// # Errors
/// If a convolution cannot be put as taps; the message names the node.
pub fn fuse(graph: &Graph, part: &[NodeId]) -> Result<Fused, String> {
    let mut fuser = Fuser::new(graph);
    for (id, node) in graph.iter() {
        fuser.visit(id, node).map_err(|reason| format!("{}: {reason}", node.name))?;
    }
    let outputs = graph.outputs().iter().map(|&(_, id)| fuser.in_memory(id)).collect();
    let mut fused = Fused { buffers: fuser.buffers, inputs: fuser.inputs, steps: fuser.steps, outputs };
    fused.join_siblings(part);
    Ok(fused)
}

/// What is known of the value of a node.
enum Value {
    /// Nobody asked for it yet, or it was drawn into another one.
    Drawn,
    /// It lies (or, once all steps so far have run, will lie) here.
    InMemory(View),
    /// A convolution that was not yet written down as a step.
    Pending(Box<Pending>),
    /// The 2x2 mean of a node's value.
    Pooled(NodeId),
    /// A node's value with its pixels repeated.
    Raised(NodeId, usize),
}

struct Fuser<'g> {
    graph: &'g Graph,
    users: Vec<Vec<NodeId>>,
    /// Whether a node is an output of the graph.
    wanted: Vec<bool>,
    values: Vec<Value>,
    /// Places in the buffer of a concatenation, reserved for what will be joined there.
    homes: Vec<Option<View>>,
    buffers: Vec<Shape>,
    inputs: Vec<usize>,
    steps: Vec<Step>,
    adder: taps::Adder,
}

impl<'g> Fuser<'g> {
    fn new(graph: &'g Graph) -> Self {
        let count = graph.nodes().len();
        let mut users = vec![Vec::new(); count];
        for (id, node) in graph.iter() {
            node.inputs.iter().for_each(|input| users[input.index()].push(id));
        }
        let mut wanted = vec![false; count];
        graph.outputs().iter().for_each(|(_, id)| wanted[id.index()] = true);
        Self {
            graph,
            users,
            wanted,
            values: (0..count).map(|_| Value::Drawn).collect(),
            homes: vec![None; count],
            buffers: Vec::new(),
            inputs: Vec::new(),
            steps: Vec::new(),
            adder: taps::Adder::default(),
        }
    }

    fn visit(&mut self, id: NodeId, node: &'g Node) -> Result<(), String> {
        let x = node.inputs.first().copied();
        let value = match (&node.op, x) {
            (Op::Input, _) => {
                let view = self.new_buffer(node.shape);
                self.inputs.push(view.buffer);
                Value::InMemory(view)
            }
            (Op::Conv2d(_), Some(x)) => {
                let (view, pooled) = match self.values[x.index()] {
                    Value::Pooled(of) => (self.in_memory(of), true),
                    _ => (self.in_memory(x), false),
                };
                Value::Pending(Box::new(Pending::of_conv(self.graph, id, view, pooled)?))
            }
            (Op::BatchNorm { eps }, Some(x)) => match self.draw(x, |p| p.is_plain()) {
                Some(mut pending) => {
                    pending.scale(self.graph, id, *eps);
                    Value::Pending(pending)
                }
                None => self.as_it_is(id),
            },
            (Op::Activation(f), Some(x)) if f.ceiling().is_some() => {
                match self.draw(x, |p| p.activation.is_none()) {
                    Some(mut pending) => {
                        pending.activation = Some(*f);
                        pending.nodes.push(id);
                        Value::Pending(pending)
                    }
                    None => self.as_it_is(id),
                }
            }
            (Op::Add, Some(x)) => self.sum(id, x, node.inputs[1]),
            (Op::ScatterAdd { channels, out_channels }, Some(x)) => match self.draw(x, Pending::is_plain) {
                Some(mut pending) => {
                    pending.scatter(&mut self.adder, id, channels, *out_channels);
                    Value::Pending(pending)
                }
                None => self.as_it_is(id),
            },
            (Op::Pool2d(pool), Some(x)) if self.is_drawn_pool(id, pool, x) => Value::Pooled(x),
            (Op::UpsampleNearest { factor, .. }, Some(x)) if self.only_user_is(id, |op| *op == Op::Add) => {
                Value::Raised(x, *factor)
            }
            (Op::Concat, _) => self.join(id, node),
            (Op::SliceChannels { start, len }, Some(x)) => {
                let view = self.in_memory(x);
                let channels = view.channels[*start..start + len].to_vec();
                Value::InMemory(View { channels, ..view })
            }
            (Op::GatherChannels(channels), Some(x)) => {
                let view = self.in_memory(x);
                let channels = channels.iter().map(|&c| view.channels[c as usize]).collect();
                Value::InMemory(View { channels, ..view })
            }
            (Op::GlobalAveragePool | Op::PairSoftmax, _) if self.is_part_of_gate(id) => Value::Drawn,
            (Op::Blend, _) if self.is_gate(id) => self.gate(id, node),
            _ => self.as_it_is(id),
        };
        self.values[id.index()] = value;
        Ok(())
    }

    /// The convolution that gives `x`, to be changed, if nobody else needs `x` and `fits` agrees.
    fn draw(&mut self, x: NodeId, fits: impl Fn(&Pending) -> bool) -> Option<Box<Pending>> {
        let i = x.index();
        let alone = self.users[i].len() == 1 && !self.wanted[i];
        if !alone || !matches!(&self.values[i], Value::Pending(p) if fits(p)) {
            return None;
        }
        match std::mem::replace(&mut self.values[i], Value::Drawn) {
            Value::Pending(pending) => Some(pending),
            _ => None,
        }
    }

    fn sum(&mut self, id: NodeId, a: NodeId, b: NodeId) -> Value {
        let silent = |p: &Pending| p.activation.is_none();
        let (mut first, other) = match self.draw(a, silent) {
            Some(first) => (first, b),
            None => match self.draw(b, silent) {
                Some(first) => (first, a),
                None => return self.as_it_is(id),
            },
        };
        let free = first.residual.is_none();
        let fits = |p: &Pending| first.source_count() + p.source_count() <= MOST_SOURCES;
        let second = |p: &Pending| silent(p) && fits(p) && (free || p.residual.is_none());
        if let Some(second) = self.draw(other, second) {
            first.add(&mut self.adder, id, *second);
            return Value::Pending(first);
        }
        if !free {
            // Two maps to be added: the second waits for the first.
            self.values[if other == b { a } else { b }.index()] = Value::Pending(first);
            return self.as_it_is(id);
        }
        let (view, factor) = match self.values[other.index()] {
            Value::Raised(of, factor) => (self.in_memory(of), factor),
            _ => (self.in_memory(other), 1),
        };
        first.residual = Some(Residual { view, factor });
        first.nodes.push(id);
        if factor > 1 {
            first.nodes.push(other);
        }
        Value::Pending(first)
    }

    /// Joins maps; those that are not in memory yet are written where they belong.
    fn join(&mut self, id: NodeId, node: &Node) -> Value {
        let home = self.home(id);
        let mut start = 0;
        for &part in &node.inputs {
            let len = self.graph.shape(part).c;
            let place = View { channels: home.channels[start..start + len].to_vec(), ..home.clone() };
            start += len;
            let from = self.in_memory(part);
            if from != place {
                self.push(id, vec![id], Work::Copy { from, to: place });
            }
        }
        Value::InMemory(home)
    }

    /// Where the value of a node is to be written: inside the concatenation that reads it, or in a
    /// buffer of its own.
    fn home(&mut self, id: NodeId) -> View {
        if let Some(home) = &self.homes[id.index()] {
            return home.clone();
        }
        let reader = self.users[id.index()].iter().copied().find(|user| {
            let user = self.graph.node(*user);
            user.op == Op::Concat && user.inputs.iter().filter(|&&i| i == id).count() == 1
        });
        let home = match reader {
            Some(reader) => {
                let outer = self.home(reader);
                let before = self.graph.node(reader).inputs.iter().take_while(|&&i| i != id);
                let start: usize = before.map(|&i| self.graph.shape(i).c).sum();
                let channels = outer.channels[start..start + self.graph.shape(id).c].to_vec();
                View { channels, ..outer }
            }
            None => self.new_buffer(self.graph.shape(id)),
        };
        self.homes[id.index()] = Some(home.clone());
        home
    }

    fn new_buffer(&mut self, shape: Shape) -> View {
        self.buffers.push(shape);
        View::whole(self.buffers.len() - 1, shape)
    }

    fn push(&mut self, id: NodeId, nodes: Vec<NodeId>, work: Work) {
        let name = self.graph.node(id).name.clone();
        self.steps.push(Step { name, nodes, work });
    }

    /// Where the value of a node lies; writes down the step that puts it there.
    fn in_memory(&mut self, id: NodeId) -> View {
        let value = std::mem::replace(&mut self.values[id.index()], Value::Drawn);
        let view = match value {
            Value::InMemory(view) => view,
            Value::Pending(pending) => {
                let home = self.home(id);
                let nodes = pending.nodes.clone();
                let work = pending.into_work(self.graph.shape(id), &home);
                self.push(id, nodes, Work::Conv(work));
                home
            }
            Value::Drawn | Value::Pooled(_) | Value::Raised(..) => self.node_step(id),
        };
        self.values[id.index()] = Value::InMemory(view.clone());
        view
    }

    fn as_it_is(&mut self, id: NodeId) -> Value {
        Value::InMemory(self.node_step(id))
    }

    /// A step of its own for a node.
    fn node_step(&mut self, id: NodeId) -> View {
        let read: Vec<NodeId> = self.graph.node(id).inputs.clone();
        let inputs = read
            .into_iter()
            .map(|x| {
                let view = self.in_memory(x);
                if view.is_whole() {
                    return view.buffer;
                }
                let copy = self.new_buffer(Shape { c: view.channels.len(), ..view.shape });
                let buffer = copy.buffer;
                self.push(x, vec![x], Work::Copy { from: view, to: copy });
                buffer
            })
            .collect();
        let view = self.new_buffer(self.graph.shape(id));
        self.push(id, vec![id], Work::Node { node: id, inputs, output: view.buffer });
        view
    }

    fn only_user_is(&self, id: NodeId, is: impl Fn(&Op) -> bool) -> bool {
        let users = &self.users[id.index()];
        users.len() == 1 && !self.wanted[id.index()] && is(&self.graph.node(users[0]).op)
    }

    /// Whether a pool is a 2x2 mean that only convolutions read.
    fn is_drawn_pool(&self, id: NodeId, pool: &Pool2d, x: NodeId) -> bool {
        let (from, to) = (self.graph.shape(x), self.graph.shape(id));
        let users = &self.users[id.index()];
        *pool == Pool2d { ceil: pool.ceil, ..Pool2d::square(PoolKind::Average, 2, 2) }
            && (to.h, to.w) == (from.h.div_ceil(2), from.w.div_ceil(2))
            && !self.wanted[id.index()]
            && users.iter().all(|&user| matches!(self.graph.node(user).op, Op::Conv2d(_)))
    }

    /// Whether a blend is weighted by the softmax of the means of its two maps, and nobody else needs
    /// the means or reads the weight.
    fn is_gate(&self, blend: NodeId) -> bool {
        let &[a, b, weight] = self.graph.node(blend).inputs.as_slice() else { return false };
        let weight_node = self.graph.node(weight);
        let mean_of = |mean: NodeId, x: NodeId| {
            let node = self.graph.node(mean);
            node.op == Op::GlobalAveragePool
                && node.inputs == [x]
                && self.users[mean.index()] == [weight]
                && !self.wanted[mean.index()]
        };
        weight_node.op == Op::PairSoftmax
            && self.users[weight.index()] == [blend]
            && mean_of(weight_node.inputs[0], a)
            && mean_of(weight_node.inputs[1], b)
    }

    fn is_part_of_gate(&self, id: NodeId) -> bool {
        let users = |id: NodeId| self.users[id.index()].first().copied();
        let blend = match self.graph.node(id).op {
            Op::PairSoftmax => users(id),
            _ => users(id).and_then(users),
        };
        blend.is_some_and(|blend| self.graph.node(blend).op == Op::Blend && self.is_gate(blend))
    }

    fn gate(&mut self, id: NodeId, node: &Node) -> Value {
        let (a, b) = (self.in_memory(node.inputs[0]), self.in_memory(node.inputs[1]));
        let weight_node = node.inputs[2];
        let weight = self.new_buffer(self.graph.shape(weight_node));
        let y = self.home(id);
        let mut nodes = self.graph.node(weight_node).inputs.clone();
        nodes.extend([weight_node, id]);
        self.push(id, nodes, Work::Gate { a, b, y: y.clone(), weight: weight.clone() });
        self.values[weight_node.index()] = Value::InMemory(weight);
        Value::InMemory(y)
    }
}

/// The places of a view, with the sources that read it.
fn source_of(view: &View, stride: usize, pooled: bool) -> Source {
    Source { buffer: view.buffer, shape: view.shape, stride, pooled }
}

/// Where the channels of a view lie.
fn places_of(view: &View) -> Vec<Place> {
    view.places().collect()
}
