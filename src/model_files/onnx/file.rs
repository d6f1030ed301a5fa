//! From the bytes of a file to a graph.

use std::collections::{BTreeSet, HashMap, HashSet};

use prost::Message as _;
use prost::bytes::Bytes;

use super::constant::Constant;
use super::import::{Importer, Staged, Value};
use super::inputs::{add_inputs, may_be_one_map};
use super::lower;
use super::node::{Fault, Node};
use super::proto::{ModelProto, ValueInfo};
use crate::graph::{Builder, Graph};
use crate::model_files::{Note, Port, TensorFile};
use crate::tensor::Shape;

/// Versions of the standard operators that are read as documented.
const OPSETS: std::ops::RangeInclusive<i64> = 7..=21;
/// The most nodes of a file; networks have a few thousand.
const NODES: usize = 1 << 17;
/// The most channels of a map.
const CHANNELS: usize = 1 << 20;
/// The most values that all maps of a network may have together (4 GiB).
const VALUES: usize = 1 << 30;

/// What a file became.
#[derive(Debug)]
pub struct Imported {
    /// The network with its weights.
    pub graph: Graph,
    /// The inputs as the file describes them, in the order of the graph's.
    pub inputs: Vec<Port>,
    /// The outputs as the file describes them, in the order of the graph's.
    pub outputs: Vec<Port>,
    /// What a user should know: open sides that were chosen, where the graph ends, ...
    pub notes: Vec<Note>,
}

/// Reads the bytes of a file. `given` holds values of inputs: they choose sides that the file leaves
/// open, and stand for weights that are inputs.
///
/// # Errors
/// One reason, without the file's name.
pub fn import(bytes: Bytes, given: Option<&TensorFile>) -> Result<Imported, String> {
    if bytes.starts_with(b"version https://git-lfs") {
        return Err("it is a pointer of Git LFS and not the model itself".into());
    }
    let size = bytes.len();
    let cut_off = |_| "it is no ONNX file, or it is cut off".to_owned();
    let model = ModelProto::decode(bytes).map_err(cut_off)?;
    let Some(graph) = model.graph.filter(|g| !g.node.is_empty()) else {
        return Err("it holds no graph: it is no ONNX file, or an empty one".into());
    };
    let mut notes = Vec::new();
    let standard = model.opset_import.iter().find(|set| set.domain.is_empty() || set.domain == "ai.onnx");
    let opset = standard.map_or(1, |set| set.version);
    if !OPSETS.contains(&opset) {
        notes.push(Note::OtherOpset { version: opset, read: (*OPSETS.start(), *OPSETS.end()) });
    }
    if !graph.sparse_initializer.is_empty() {
        return Err("it holds sparse tensors, which are not read; save it with dense weights".into());
    }
    if graph.node.len() > NODES || graph.initializer.len() > NODES {
        return Err(format!("it has more than {NODES} nodes or tensors"));
    }

    let constants = initialisers(graph.initializer)?;
    let nodes: Vec<Node> = graph
        .node
        .into_iter()
        .enumerate()
        .map(|(at, bytes)| Node::decode(at, bytes))
        .collect::<Result<_, _>>()?;
    let infos = |list: Vec<Bytes>| -> Result<Vec<ValueInfo>, String> {
        let decode = |bytes| ValueInfo::decode(bytes).map_err(|_| "an input or output is damaged".to_owned());
        list.into_iter().map(decode).collect()
    };
    let inputs = infos(graph.input)?;
    let outputs: Vec<String> = infos(graph.output)?.into_iter().map(|info| info.name).collect();
    let inputs: Vec<ValueInfo> = inputs.into_iter().filter(|i| !constants.contains_key(&i.name)).collect();
    let known: HashSet<&str> =
        constants.keys().map(String::as_str).chain(inputs.iter().map(|i| i.name.as_str())).collect();
    let order = order(&nodes, &known, &outputs)?;
    let nodes = pick(nodes, &order);

    let parts = |nodes, one_map| Parts {
        opset,
        size,
        nodes,
        constants: &constants,
        inputs: &inputs,
        outputs: &outputs,
        one_map,
        notes: notes.clone(),
    };
    let again = may_be_one_map(&nodes).then(|| nodes.clone());
    let result = lowered(parts(nodes, false), given);
    let ends = |result: &Result<Imported, String>| match result {
        Ok(imported) => imported.notes.iter().any(|note| matches!(note, Note::Unsupported { .. })),
        Err(_) => true,
    };
    match again.filter(|_| ends(&result)).map(|nodes| lowered(parts(nodes, true), given)) {
        Some(other) if !ends(&other) => other,
        _ => result,
    }
}

/// What a file holds, decoded.
struct Parts<'f> {
    opset: i64,
    size: usize,
    nodes: Vec<Node>,
    constants: &'f HashMap<String, Constant>,
    inputs: &'f [ValueInfo],
    outputs: &'f [String],
    /// Whether an input is one map, and its first axis none of a batch.
    one_map: bool,
    notes: Vec<Note>,
}

/// The graph of a file.
fn lowered(parts: Parts<'_>, given: Option<&TensorFile>) -> Result<Imported, String> {
    let Parts { opset, size, nodes, constants, inputs, outputs, one_map, mut notes } = parts;
    let mut staged = Staged::default();
    let source = staged.clone();
    let mut im = Importer::new(Builder::new(&mut staged), source, opset, size, nodes);
    im.results = outputs.iter().cloned().collect();
    for (name, constant) in constants {
        im.set(name, Value::Constant(constant.clone()));
    }
    let ports = add_inputs(&mut im, inputs, given, one_map, &mut notes)?;
    let ends = walk(&mut im)?;
    finish(im, outputs, &ends, ports, notes)
}

fn initialisers(list: Vec<Bytes>) -> Result<HashMap<String, Constant>, String> {
    let mut constants = HashMap::with_capacity(list.len());
    for bytes in list {
        let (name, constant) =
            Constant::from_file(bytes).map_err(|(name, reason)| format!("tensor '{name}': {reason}"))?;
        if constants.contains_key(&name) {
            return Err(format!("it holds two tensors of the name '{name}'"));
        }
        constants.insert(name, constant);
    }
    Ok(constants)
}

/// The nodes that the outputs need, each behind those it reads from.
fn order(nodes: &[Node], known: &HashSet<&str>, outputs: &[String]) -> Result<Vec<usize>, String> {
    let mut maker: HashMap<&str, usize> = HashMap::new();
    let mut names = HashSet::new();
    for (at, node) in nodes.iter().enumerate() {
        if !names.insert(node.name.as_str()) {
            return Err(format!("it has two nodes of the name '{}'", node.name));
        }
        for output in node.outputs.iter().filter(|o| !o.is_empty()) {
            if known.contains(output.as_str()) || maker.insert(output, at).is_some() {
                return Err(format!("two nodes or tensors give the value '{output}'"));
            }
        }
    }
    // Depth first with a stack of its own: a long chain must not use up the thread's.
    let mut state = vec![0_u8; nodes.len()];
    let mut order = Vec::with_capacity(nodes.len());
    for output in outputs {
        let Some(&start) = maker.get(output.as_str()) else {
            if known.contains(output.as_str()) {
                continue;
            }
            return Err(format!("nothing gives its output '{output}'"));
        };
        let mut stack = vec![(start, 0)];
        while let Some((at, next)) = stack.pop() {
            if next == 0 {
                if state[at] == 2 {
                    continue;
                }
                state[at] = 1;
            }
            let node = &nodes[at];
            let Some(input) = node.inputs.get(next) else {
                state[at] = 2;
                order.push(at);
                continue;
            };
            stack.push((at, next + 1));
            if input.is_empty() || known.contains(input.as_str()) {
                continue;
            }
            match maker.get(input.as_str()) {
                None => {
                    return Err(format!(
                        "node '{}' ({}) reads '{input}', and no tensor, node or input of this name exists",
                        node.name, node.op
                    ));
                }
                Some(&from) if state[from] == 1 => {
                    return Err(format!("its graph has a cycle through node '{}' ({})", node.name, node.op));
                }
                Some(&from) if state[from] == 0 => stack.push((from, 0)),
                Some(_) => {}
            }
        }
    }
    Ok(order)
}

fn pick(nodes: Vec<Node>, order: &[usize]) -> Vec<Node> {
    let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    order.iter().filter_map(|&at| nodes[at].take()).collect()
}

/// Lists of channels are written out while reading; a few bytes must not ask for long ones.
pub(super) fn few_channels(shape: Shape) -> Result<(), String> {
    if shape.c > CHANNELS {
        return Err(format!("a map of it has {} channels; more than {CHANNELS} are not read", shape.c));
    }
    Ok(())
}

/// Where the graph ends: the place of a node that is not supported, and why.
type End = (usize, String);

/// Lowers every node. Returns those that could not be; what follows them is lost.
fn walk(im: &mut Importer<'_>) -> Result<Vec<End>, String> {
    let mut ends = Vec::new();
    let (mut counted, mut total) = (0, 0_usize);
    let nodes = std::mem::take(&mut im.nodes);
    // Lowering looks at nodes behind the current one.
    let nodes = std::rc::Rc::new(nodes);
    for (at, node) in nodes.iter().enumerate() {
        let lost = node.inputs.iter().any(|i| matches!(im.value(i), Some(Value::Lost)));
        let values = if lost {
            Vec::new()
        } else {
            match lower::node(im, &nodes, at) {
                Ok(values) => values,
                Err(Fault::Unsupported(reason)) => {
                    ends.push((at, reason));
                    Vec::new()
                }
                Err(Fault::Broken(reason)) => {
                    return Err(format!("node '{}' ({}): {reason}", node.name, node.op));
                }
                Err(Fault::Graph(error)) => return Err(error.to_string()),
            }
        };
        while counted < im.b.graph().nodes().len() {
            let shape = im.b.graph().nodes()[counted].shape;
            few_channels(shape)?;
            total = total.saturating_add(shape.elements());
            counted += 1;
        }
        if total > VALUES {
            return Err(format!("its maps would hold more than {VALUES} values; give it a smaller input"));
        }
        let mut values = values.into_iter();
        for output in node.outputs.iter().filter(|o| !o.is_empty()) {
            im.set(output, values.next().unwrap_or(Value::Lost));
        }
    }
    im.nodes = std::rc::Rc::into_inner(nodes).unwrap_or_default();
    Ok(ends)
}

/// The nodes that read a map and are lost with node `at`: itself, or where it reads constants alone those behind it.
fn first_lost(im: &Importer<'_>, nodes: &[Node], at: usize) -> Vec<usize> {
    let (mut open, mut seen, mut found) = (vec![at], BTreeSet::new(), Vec::new());
    while let Some(at) = open.pop() {
        if !seen.insert(at) {
            continue;
        }
        let reads_map = nodes[at].inputs.iter().any(|i| matches!(im.value(i), Some(Value::Map(_))));
        if reads_map {
            found.push(at);
        } else {
            open.extend(nodes[at].outputs.iter().flat_map(|output| im.readers(output)));
        }
    }
    found
}

/// Names the results; where the file's own are lost, those are taken that come before.
fn finish(
    mut im: Importer<'_>,
    outputs: &[String],
    ends: &[End],
    inputs: Vec<Port>,
    mut notes: Vec<Note>,
) -> Result<Imported, String> {
    let mut names: Vec<&str> = Vec::new();
    let mut lost = 0;
    for output in outputs {
        if let Some(Value::Map(map)) = im.value(output).cloned()
            && map.pad != crate::graph::Padding::default()
            && let Ok(map) = im.with_zeros(&map, output)
        {
            im.set(output, Value::Map(map));
        }
    }
    for output in outputs {
        match im.value(output) {
            Some(Value::Map(map)) if map.pad == crate::graph::Padding::default() => names.push(output),
            Some(Value::Constant(_)) => {
                notes.push(Note::FixedOutput { name: output.clone() });
            }
            _ => lost += 1,
        }
    }
    let nodes = std::mem::take(&mut im.nodes);
    if lost > 0 {
        let mut seen = BTreeSet::new();
        for (at, reason) in ends.iter().take(8) {
            let node = &nodes[*at];
            notes.push(Note::Unsupported {
                node: node.name.clone(),
                op: node.op.clone(),
                place: at + 1,
                of: nodes.len(),
                reason: reason.clone(),
            });
            for reader in first_lost(&im, &nodes, *at) {
                seen.extend(nodes[reader].inputs.iter().filter(|i| !i.is_empty()).map(String::as_str));
            }
        }
        for name in seen {
            let usable =
                matches!(im.value(name), Some(Value::Map(m)) if m.pad == crate::graph::Padding::default());
            if usable && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let is_input = |im: &Importer<'_>, name: &str| match im.value(name) {
        Some(Value::Map(map)) => im.b.graph().inputs().contains(&map.id),
        _ => true,
    };
    if lost > 0 {
        names.retain(|name| !is_input(&im, name));
    }
    if names.is_empty() {
        return Err(match ends.first() {
            Some((at, reason)) => {
                let node = &nodes[*at];
                format!(
                    "node '{}' ({}) is not supported, and nothing comes before it: {reason}",
                    node.name, node.op
                )
            }
            None => "none of its outputs depends on an input".into(),
        });
    }
    let mut ports = Vec::new();
    for name in names {
        if let Some(Value::Map(map)) = im.value(name).cloned() {
            ports.push(Port { name: name.to_owned(), dims: map.view.dims(), view: map.view });
            im.b.output(name, map.id);
        }
    }
    if im.scales_joined > 0 {
        notes.push(Note::ScalesJoined { count: im.scales_joined });
    }
    // Names that PyTorch's exporter gives to weights that it computed.
    let folded = nodes
        .iter()
        .filter(|n| n.op == "Conv" && n.inputs.get(1).is_some_and(|w| w.starts_with("onnx::Conv_")));
    let count = folded.count();
    if count > 0 {
        notes.push(Note::NormsFolded { count });
    }
    let graph = im.b.finish();
    Ok(Imported { graph, inputs, outputs: ports, notes })
}
