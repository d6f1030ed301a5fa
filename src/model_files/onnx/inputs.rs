//! Inputs of a network: which values are some, and the maps that they become.

use super::constant::{Constant, is_float, type_name};
use super::file::few_channels;
use super::import::{Importer, Map, Value};
use super::node::Node;
use super::proto::{Dimension, ValueInfo};
use super::view::View;
use crate::model_files::{Note, Port, TensorFile};
use crate::tensor::Shape;

/// Length of a side of the input that the file leaves open.
const OPEN_SIDE: usize = 224;
/// Longest side of an input, as in manifests.
const LONGEST_SIDE: i64 = 8192;

/// Operators that may join or move places of the first axis, which then is none of a batch.
const OF_ANY_AXES: &str = "Abs Add Cast Clip Concat Constant Div Elu Erf Exp Expand Gather \
    HardSigmoid Identity LeakyRelu Log Max Mean Min Mul Neg Pow Reciprocal ReduceL1 \
    ReduceL2 ReduceLogSum ReduceMax ReduceMean ReduceMin ReduceSum ReduceSumSquare Relu Shape Sigmoid Slice Split \
    Sqrt Squeeze Sub Sum Tanh Tile Transpose Unsqueeze";

/// Whether an input need not be a batch of maps, if the file cannot be read so: no node treats its first axis unlike
/// the others.
pub(super) fn may_be_one_map(nodes: &[Node]) -> bool {
    nodes.iter().all(|node| OF_ANY_AXES.split(' ').any(|op| op == node.op))
}

/// Whether a value is only read where operators have their weights and settings.
fn is_setting(im: &Importer<'_>, name: &str) -> bool {
    const SIDE_BY_SIDE: [&str; 10] =
        ["Add", "Sub", "Mul", "Div", "Sum", "Mean", "Max", "Min", "Pow", "Concat"];
    let readers = im.readers(name);
    !readers.is_empty()
        && readers.iter().all(|&at| {
            let node = &im.nodes[at];
            let first = node.inputs.first().is_some_and(|input| input == name);
            !first && !SIDE_BY_SIDE.contains(&node.op.as_str())
        })
}

/// Adds the inputs of the network and says which of their sides were open.
pub(super) fn add_inputs(
    im: &mut Importer<'_>,
    infos: &[ValueInfo],
    given: Option<&TensorFile>,
    one_map: bool,
    notes: &mut Vec<Note>,
) -> Result<Vec<Port>, String> {
    let mut ports = Vec::new();
    for info in infos {
        let name = &info.name;
        if im.readers(name).is_empty() {
            continue;
        }
        if is_setting(im, name) {
            let Some(constant) = given.and_then(|file| from_given(file, name)) else {
                return Err(format!(
                    "its weight '{name}' is an input and not in the file: give its values too"
                ));
            };
            im.set(name, Value::Constant(constant));
            continue;
        }
        let tensor = info.r#type.as_ref().and_then(|t| t.tensor_type.as_ref());
        let Some(tensor) = tensor else {
            return Err(format!("its input '{name}' is no tensor"));
        };
        if !is_float(tensor.elem_type) {
            return Err(format!(
                "its input '{name}' has values of type {}; they must be float32",
                type_name(tensor.elem_type)
            ));
        }
        let declared: &[Dimension] = tensor.shape.as_ref().map_or(&[], |s| &s.dim);
        let channels_last = declared.len() == 4 && ends_in_channels(im, name, declared);
        let dims = sides(name, declared, given.and_then(|f| f.dims(name)), channels_last, notes)?;
        let (shape, view) = match dims[..] {
            [n, h, w, c] if channels_last => {
                let shape = Shape::new(n, c, h, w);
                (shape, View::ordered(shape, &[0, 2, 3, 1]))
            }
            [first, ..] if one_map && first > 1 => {
                let (shape, view) = View::of_dims(&[&[1], &dims[..]].concat());
                match view.reshape(&dims) {
                    Some(view) => (shape, view),
                    None => View::of_dims(&dims),
                }
            }
            _ => View::of_dims(&dims),
        };
        few_channels(shape)?;
        let node = im.fresh(name);
        let id = im.b.input(&node, shape).map_err(|e| e.to_string())?;
        im.set(name, Value::Map(Map::new(id, view.clone())));
        ports.push(Port { name: name.clone(), view, dims });
    }
    if ports.is_empty() {
        return Err("no input of it reaches an output".into());
    }
    Ok(ports)
}

fn from_given(file: &TensorFile, name: &str) -> Option<Constant> {
    if let Some((dims, values)) = file.integers(name) {
        return Some(Constant::of_integers(dims, values));
    }
    let (dims, values) = file.tensor(name).ok()?;
    Some(Constant::of_floats(dims, values))
}

/// Whether the input is N, H, W, C: the first thing that moves its axes brings C to the front.
fn ends_in_channels(im: &Importer<'_>, name: &str, declared: &[Dimension]) -> bool {
    let side = |axis: usize| declared.get(axis).and_then(|d: &Dimension| d.dim_value);
    let grey = side(3) == Some(1) && side(1) > Some(1) && side(2) > Some(1);
    let mut value = name;
    for _ in 0..8 {
        let [at] = im.readers(value) else { return false };
        let node = &im.nodes[*at];
        match node.op.as_str() {
            "Transpose" => return node.ints("perm") == Some(&[0, 3, 1, 2]),
            // With one channel the exporter only names the axes anew.
            "Reshape" => return grey,
            "Add" | "Sub" | "Mul" | "Div" | "Identity" | "Cast" => match node.outputs.first() {
                Some(output) => value = output,
                None => return false,
            },
            _ => return false,
        }
    }
    false
}

/// Sides of an input, with those chosen that the file leaves open.
fn sides(
    name: &str,
    declared: &[Dimension],
    given: Option<&[usize]>,
    channels_last: bool,
    notes: &mut Vec<Note>,
) -> Result<Vec<usize>, String> {
    let channel = if channels_last { 3 } else { 1 };
    let mut open = false;
    let mut dims = Vec::with_capacity(declared.len().min(16));
    if declared.len() > 8 {
        return Err(format!("its input '{name}' has {} sides", declared.len()));
    }
    for (axis, dim) in declared.iter().enumerate() {
        let side = match dim.dim_value {
            Some(value) if (1..=LONGEST_SIDE).contains(&value) || (declared.len() < 4 && value > 0) => {
                value as usize
            }
            Some(value) => {
                return Err(format!(
                    "its input '{name}' has a side of length {value}; sides lie between 1 and {LONGEST_SIDE}"
                ));
            }
            None => {
                open = true;
                match given.and_then(|dims| dims.get(axis)) {
                    Some(&side) => side,
                    None if axis == 0 => 1,
                    None if declared.len() == 4 && axis == channel => 3,
                    None if declared.len() == 4 => OPEN_SIDE,
                    None => {
                        return Err(format!(
                            "its input '{name}' leaves side {axis} open: give a value for it"
                        ));
                    }
                }
            }
        };
        dims.push(side);
    }
    if open && given.is_none() {
        notes.push(Note::OpenSides { input: name.to_owned(), sides: joined(&dims) });
    }
    Ok(dims)
}

fn joined(dims: &[usize]) -> String {
    dims.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}
