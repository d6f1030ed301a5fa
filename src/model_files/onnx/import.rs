//! The walk over the nodes of a file: values by name, what is known of each, and the graph so far.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::constant::{Constant, Made};
use super::lower::Whole;
use super::moving;
use super::node::{Fault, Lowered, Node, broken, unsupported};
use super::view::View;
use crate::graph::{Builder, GraphError, NodeId, Origin, Padding, Pool2d, Weight, WeightSource};
use crate::tensor::Shape;

/// A value of the file's graph.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Known now.
    Constant(Constant),
    /// Known when the network runs.
    Map(Map),
    /// Lost: it needs a node that is not supported.
    Lost,
}

/// A value that lies in the map of a node.
#[derive(Clone, Debug)]
pub(super) struct Map {
    /// The node that gives it.
    pub id: NodeId,
    /// How the tensor lies in the node's map.
    pub view: View,
    /// Zeros around H and W that wait for the convolution or pool that reads them.
    pub pad: Padding,
    /// Whether no value is negative.
    pub positive: bool,
}

impl Map {
    /// A tensor of `rank` axes in a new map.
    pub(super) fn new(id: NodeId, view: View) -> Self {
        Self { id, view, pad: Padding::default(), positive: false }
    }

    /// Sides of the tensor, with its waiting zeros.
    pub(super) fn dims(&self) -> Vec<usize> {
        let mut dims = self.view.dims();
        if self.pad != Padding::default() {
            let [h, w] = self.view.plane();
            dims[h] += self.pad.top + self.pad.bottom;
            dims[w] += self.pad.left + self.pad.right;
        }
        dims
    }
}

/// Weights on their way to the builder, which asks for them by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Staged(Rc<RefCell<HashMap<String, Weight>>>);

impl WeightSource for Staged {
    fn take(&mut self, name: &str, _dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        let found = self.0.borrow_mut().remove(name);
        if found.is_none() && !optional {
            let reason = format!("no weight '{name}' was prepared");
            return Err(GraphError::Node { node: name.to_owned(), reason });
        }
        Ok(found)
    }
}

/// The state of the walk.
pub(super) struct Importer<'b> {
    /// The graph so far.
    pub b: Builder<'b>,
    /// Version of the standard operators.
    pub opset: i64,
    /// The nodes that the outputs need, in an order in which they can run.
    pub nodes: Vec<Node>,
    /// Values that are made and do not stand in the file.
    pub made: Made,
    /// Nodes that an earlier one has done as well: a bias, a scale.
    pub absorbed: HashSet<usize>,
    /// Nodes that end a function which is written out, and what they give.
    pub whole: HashMap<usize, Whole>,
    /// Number of scales and shifts that became part of a batch norm.
    pub scales_joined: usize,
    /// Names of results of the network.
    pub results: HashSet<String>,
    staged: Staged,
    values: HashMap<String, Value>,
    readers: HashMap<String, Vec<usize>>,
    names: HashSet<String>,
    reordered: HashMap<(NodeId, View), Map>,
}

impl<'b> Importer<'b> {
    /// A walk over `nodes` of a file of `size` bytes, whose graph takes its weights from `staged`.
    pub(super) fn new(b: Builder<'b>, staged: Staged, opset: i64, size: usize, nodes: Vec<Node>) -> Self {
        let mut readers: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, node) in nodes.iter().enumerate() {
            for input in &node.inputs {
                readers.entry(input.clone()).or_default().push(at);
            }
        }
        Self {
            b,
            opset,
            nodes,
            made: Made::of_file(size),
            absorbed: HashSet::new(),
            whole: HashMap::new(),
            scales_joined: 0,
            results: HashSet::new(),
            staged,
            values: HashMap::new(),
            readers,
            names: HashSet::new(),
            reordered: HashMap::new(),
        }
    }

    /// A name that no node of the graph has, like `base` or with a number behind it.
    pub(super) fn fresh(&mut self, base: &str) -> String {
        let mut name = base.to_owned();
        let mut number = 2;
        while !self.names.insert(name.clone()) {
            name = format!("{base}_{number}");
            number += 1;
        }
        name
    }

    /// Names a value.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.values.insert(name.to_owned(), value);
    }

    /// The value of this name.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// The nodes that read a value.
    pub(super) fn readers(&self, name: &str) -> &[usize] {
        self.readers.get(name).map_or(&[], Vec::as_slice)
    }

    /// The first axis of a tensor that is not that of the batch.
    pub(super) fn after_batch(&self, x: &Map) -> usize {
        usize::from(x.view.rank() > 1 && x.view.is_whole(0, 0, self.shape(x.id)))
    }

    /// Shape of a node's map.
    pub(super) fn shape(&self, id: NodeId) -> Shape {
        self.b.shape(id)
    }

    /// Input `i` of a node, whatever it is; `None` if it is left out.
    pub(super) fn input(&self, node: &Node, i: usize) -> Lowered<Option<Value>> {
        let Some(name) = node.inputs.get(i).filter(|name| !name.is_empty()) else { return Ok(None) };
        match self.values.get(name) {
            Some(value) => Ok(Some(value.clone())),
            None => broken(format!("its input '{name}' is nowhere to be found")),
        }
    }

    /// Input `i` as a map, with its waiting zeros.
    pub(super) fn padded(&self, node: &Node, i: usize) -> Lowered<Map> {
        match self.input(node, i)? {
            Some(Value::Map(map)) => Ok(map),
            Some(Value::Constant(_)) => unsupported("what it reads does not depend on the network's input"),
            Some(Value::Lost) => unsupported("it follows another one"),
            None => broken(format!("its input {i} is missing")),
        }
    }

    /// Input `i` as a map without waiting zeros: they become an operation of their own.
    pub(super) fn map(&mut self, node: &Node, i: usize) -> Lowered<Map> {
        let map = self.padded(node, i)?;
        if map.pad == Padding::default() {
            return Ok(map);
        }
        let map = self.with_zeros(&map, &node.inputs[i])?;
        self.set(&node.inputs[i], Value::Map(map.clone()));
        Ok(map)
    }

    /// The value of this name as a map without waiting zeros.
    pub(super) fn named(&mut self, name: &str) -> Lowered<Map> {
        match self.values.get(name).cloned() {
            Some(Value::Map(map)) if map.pad == Padding::default() => Ok(map),
            Some(Value::Map(map)) => {
                let map = self.with_zeros(&map, name)?;
                self.set(name, Value::Map(map.clone()));
                Ok(map)
            }
            _ => unsupported("it follows another one"),
        }
    }

    /// Whether a node's value is known already.
    pub(super) fn is_done(&self, node: &Node) -> bool {
        node.outputs.iter().any(|output| self.values.contains_key(output))
    }

    /// The map with the zeros around it that were waiting.
    pub(super) fn with_zeros(&mut self, map: &Map, name: &str) -> Lowered<Map> {
        let shape = self.shape(map.id);
        let view = &map.view;
        let lies = match view.rank() {
            4 => view.is_whole(2, 2, shape) && view.is_whole(3, 3, shape),
            3 => shape.h == 1 && view.is_whole(2, 3, shape),
            _ => false,
        };
        let last = [0, 2, 3, 1];
        let ends_in_channels =
            view.rank() == 4 && last.iter().enumerate().all(|(axis, &side)| view.is_whole(axis, side, shape));
        let ordered = match (lies, ends_in_channels) {
            (true, _) => self.ordered(map, name)?,
            (false, true) => map.clone(),
            _ => return moving::with_zeros(self, name, map),
        };
        let name = self.fresh(name);
        let id = self.b.pool2d(&name, ordered.id, Pool2d::zeros_around(map.pad))?;
        let shape = self.shape(id);
        let view = if ends_in_channels { View::ordered(shape, &last) } else { View::of(shape, view.rank()) };
        Ok(Map { positive: map.positive, ..Map::new(id, view) })
    }

    /// Input `i` as a constant; `None` if it is left out.
    pub(super) fn constant(&self, node: &Node, i: usize) -> Lowered<Option<Constant>> {
        match self.input(node, i)? {
            None => Ok(None),
            Some(Value::Constant(constant)) => Ok(Some(constant)),
            Some(Value::Map(_)) => unsupported(format!(
                "its input '{}' is computed by the network and not fixed",
                node.inputs[i]
            )),
            Some(Value::Lost) => unsupported("it follows another one"),
        }
    }

    /// Input `i` as a constant that must be there.
    pub(super) fn weight(&self, node: &Node, i: usize) -> Lowered<Constant> {
        match self.constant(node, i)? {
            Some(constant) => Ok(constant),
            None => broken(format!("its input {i} is missing")),
        }
    }

    /// Whole numbers from an input, or from an attribute in files of older versions.
    pub(super) fn list(&self, node: &Node, i: usize, attribute: &str) -> Lowered<Option<Vec<i64>>> {
        if let Some(values) = node.ints(attribute) {
            return Ok(Some(values.to_vec()));
        }
        match self.constant(node, i)? {
            None => Ok(None),
            Some(constant) => constant.whole_numbers().map(|v| Some(v.to_vec())).map_err(Fault::Broken),
        }
    }

    /// Values of a constant.
    pub(super) fn floats(&mut self, constant: &Constant) -> Lowered<Arc<Vec<f32>>> {
        constant.floats(&mut self.made).map_err(Fault::Broken)
    }

    /// Gives the builder a weight for when it asks for it.
    pub(super) fn stage(&mut self, name: String, dims: Vec<usize>, values: Arc<Vec<f32>>) {
        self.stage_from(name, dims, values, Origin::Trained);
    }

    /// [`Importer::stage`] of what is not in the file as it is.
    pub(super) fn stage_from(
        &mut self,
        name: String,
        dims: Vec<usize>,
        values: Arc<Vec<f32>>,
        origin: Origin,
    ) {
        let weight = Weight { name: name.clone(), dims, values, origin };
        self.staged.0.borrow_mut().insert(name, weight);
    }

    /// The map with its axes in the order of the tensor: N, C, then H and W. Values move for it where they must.
    pub(super) fn ordered(&mut self, map: &Map, name: &str) -> Lowered<Map> {
        let shape = self.shape(map.id);
        let is_map = map.view.is_map(shape);
        if is_map && map.view.is_whole(1, 1, shape) {
            return Ok(map.clone());
        }
        let Some(channels) = map.view.channels(1, shape).filter(|_| is_map) else {
            return self.in_order(map, name);
        };
        let key = (map.id, map.view.clone());
        if let Some(known) = self.reordered.get(&key) {
            return Ok(Map { pad: map.pad, ..known.clone() });
        }
        let name = self.fresh(&format!("{name}/channels"));
        let id = self.b.gather(&name, map.id, channels)?;
        let ordered = Map { id, view: map.view.with_whole(1, 1, shape), ..map.clone() };
        self.reordered.insert(key, ordered.clone());
        Ok(ordered)
    }

    /// The map with its values in the order of the tensor.
    pub(super) fn in_order(&mut self, map: &Map, name: &str) -> Lowered<Map> {
        if map.pad != Padding::default() {
            // The zeros wait around other axes than those that become H and W.
            let map = self.with_zeros(map, name)?;
            return self.in_order(&map, name);
        }
        let key = (map.id, map.view.clone());
        if let Some(known) = self.reordered.get(&key) {
            return Ok(known.clone());
        }
        let moved = moving::in_order(self, name, map)?;
        self.reordered.insert(key, moved.clone());
        Ok(moved)
    }

    /// The only node that reads a value which is no result of the network.
    pub(super) fn only_reader(&self, value: &str) -> Option<usize> {
        match self.readers(value) {
            [one] if !self.results.contains(value) => Some(*one),
            _ => None,
        }
    }
}
