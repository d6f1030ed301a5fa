//! A node of the file: names, attributes, and why it could not be read.

use std::collections::HashMap;

use prost::Message as _;
use prost::bytes::Bytes;

use super::constant::Constant;
use super::proto::{AttributeProto, NodeProto};
use crate::graph::GraphError;

/// No operator of the standard has more attributes.
const ATTRIBUTES: usize = 64;

/// Why a node does not become part of the graph.
#[derive(Debug)]
pub(super) enum Fault {
    /// The node is well-formed, but there is no operation for it here: the graph ends before it.
    Unsupported(String),
    /// The file is wrong; the reason without the node's name.
    Broken(String),
    /// The file is wrong; the error names the node.
    Graph(GraphError),
}

impl From<GraphError> for Fault {
    fn from(error: GraphError) -> Self {
        Self::Graph(error)
    }
}

/// What reading a node gives.
pub(super) type Lowered<T> = Result<T, Fault>;

/// An error of the file.
pub(super) fn broken<T>(reason: impl Into<String>) -> Lowered<T> {
    Err(Fault::Broken(reason.into()))
}

/// Something that has no operation here.
pub(super) fn unsupported<T>(reason: impl Into<String>) -> Lowered<T> {
    Err(Fault::Unsupported(reason.into()))
}

/// A decoded node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Its name in the file, or that of its first output.
    pub name: String,
    /// Operator, such as `Conv`; with its domain if that is not the standard one.
    pub op: String,
    /// Names of values read; empty where one is left out.
    pub inputs: Vec<String>,
    /// Names of values given; empty where one is not wanted.
    pub outputs: Vec<String>,
    attributes: HashMap<String, AttributeProto>,
}

impl Node {
    /// Decodes the node at a place of the file's list.
    ///
    /// # Errors
    /// One reason that names the node.
    pub(super) fn decode(place: usize, bytes: Bytes) -> Result<Self, String> {
        let damaged = || format!("node {place} is damaged");
        let NodeProto { input, output, name, op_type, attribute, domain } =
            NodeProto::decode(bytes).map_err(|_| damaged())?;
        let first = output.iter().find(|o| !o.is_empty()).cloned();
        let name = match (name.is_empty(), first) {
            (false, _) => name,
            (true, Some(output)) => output,
            (true, None) => format!("{op_type}_{place}"),
        };
        if attribute.len() > ATTRIBUTES {
            return Err(format!("node '{name}' has {} attributes", attribute.len()));
        }
        let mut attributes = HashMap::new();
        for bytes in attribute {
            let attribute = AttributeProto::decode(bytes)
                .map_err(|_| format!("an attribute of node '{name}' is damaged"))?;
            attributes.insert(attribute.name.clone(), attribute);
        }
        let standard = domain.is_empty() || domain == "ai.onnx";
        let op = if standard { op_type } else { format!("{domain}.{op_type}") };
        Ok(Self { name, op, inputs: input, outputs: output, attributes })
    }

    /// Whether the node has this attribute.
    pub(super) fn has(&self, name: &str) -> bool {
        self.attributes.contains_key(name)
    }

    /// Names of its attributes that hold a constant, sorted.
    pub(super) fn attribute_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.attributes.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// A whole number, or `default` if it is left out.
    pub(super) fn int(&self, name: &str, default: i64) -> i64 {
        self.attributes.get(name).map_or(default, |a| a.i)
    }

    /// A switch, off unless given.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.int(name, 0) != 0
    }

    /// A number, or `default` if it is left out.
    pub(super) fn float(&self, name: &str, default: f32) -> f32 {
        self.attributes.get(name).map_or(default, |a| a.f)
    }

    /// A list of numbers.
    pub(super) fn floats(&self, name: &str) -> Option<&[f32]> {
        self.attributes.get(name).map(|a| a.floats.as_slice())
    }

    /// A list of whole numbers.
    pub(super) fn ints(&self, name: &str) -> Option<&[i64]> {
        self.attributes.get(name).map(|a| a.ints.as_slice())
    }

    /// A text, or `default` if it is left out.
    pub(super) fn text(&self, name: &str, default: &str) -> String {
        let text = self.attributes.get(name).map(|a| String::from_utf8_lossy(&a.s).into_owned());
        text.unwrap_or_else(|| default.to_owned())
    }

    /// A tensor.
    pub(super) fn tensor(&self, name: &str) -> Lowered<Option<Constant>> {
        match self.attributes.get(name).and_then(|a| a.t.clone()) {
            None => Ok(None),
            Some(bytes) => match Constant::from_file(bytes) {
                Ok((_, constant)) => Ok(Some(constant)),
                Err((_, reason)) => broken(reason),
            },
        }
    }

    /// Positive whole numbers, one per axis of the window: `strides`, `dilations`. One without the
    /// attribute.
    pub(super) fn per_axis(&self, name: &str, axes: usize) -> Lowered<Vec<usize>> {
        let Some(values) = self.ints(name) else { return Ok(vec![1; axes]) };
        if values.len() != axes || values.iter().any(|v| !(1..=1 << 20).contains(v)) {
            return broken(format!("'{name}' is {values:?}; it must be {axes} numbers of at least 1"));
        }
        Ok(values.iter().map(|&v| v as usize).collect())
    }
}

/// An axis counted from the front; negative ones count from the end.
pub(super) fn axis(value: i64, rank: usize) -> Lowered<usize> {
    let from_front = if value < 0 { value + rank as i64 } else { value };
    match usize::try_from(from_front) {
        Ok(axis) if axis < rank => Ok(axis),
        _ => broken(format!("it has no axis {value} of {rank}")),
    }
}
