//! A layer file as a graph with its inputs: the question that the file asks.

use serde_json::Value as Json;

use super::{LayerFile, ModelError, OutputTensor};
use crate::graph::{Builder, Graph, Op, Padding, Wiring};
use crate::tensor::{HostTensor, Shape};
use crate::variants::{self, ConvVariant, Geometry, Key, Legal, Output, Outputs, Settings, Value};

/// Bounds of a layer: what is beyond them is a mistake in the file, not a convolution.
const MOST_CHANNELS: usize = 1 << 16;
const MOST_TAPS: usize = 1 << 10;
const MOST_WEIGHTS: usize = 1 << 30;

/// A layer ready to run.
#[derive(Debug)]
pub struct LayerProblem {
    /// The operator.
    pub graph: Graph,
    /// Values of the graph's inputs.
    pub inputs: Vec<HostTensor>,
    /// Its results.
    pub outputs: Outputs,
}

impl LayerFile {
    /// Builds the operator of the file with its settings and weights.
    ///
    /// # Errors
    /// A sentence that names what is missing, wrong or not used.
    pub fn problem(&self) -> Result<LayerProblem, ModelError> {
        let refuse = |reason: String| ModelError::Layer { file: self.file.clone(), reason };
        let variant = variants::find(&self.variant).ok_or_else(|| {
            let known: Vec<&str> = variants::ALL.iter().map(|v| v.name()).collect();
            refuse(format!("there is no operator '{}'; known are {}", self.variant, known.join(", ")))
        })?;
        let geometry = self.geometry(variant).map_err(refuse)?;
        let settings = self.checked_settings(variant, &geometry).map_err(refuse)?;
        self.refuse_unknown_settings(variant, &geometry).map_err(refuse)?;

        let mut weights = self.weights();
        let mut builder = Builder::new(&mut weights);
        let (mut nodes, mut inputs) = (Vec::new(), Vec::<HostTensor>::new());
        for map in variant.inputs(&geometry, &settings) {
            let value = self.input(map.name).map_err(|e| match e {
                ModelError::Tensor { tensor, found, .. } => {
                    let expected = format!("a map of shape [N, {}, H, W]", map.channels);
                    ModelError::Tensor { tensor, expected, found }
                }
                other => other,
            })?;
            let expected = map.shape(inputs.first().map_or(value.shape(), HostTensor::shape));
            if value.shape() != expected {
                let (tensor, found) = (map.name.to_owned(), value.shape().to_string());
                return Err(ModelError::Tensor { tensor, expected: format!("shape {expected}"), found });
            }
            nodes.push(builder.input(map.name, value.shape())?);
            inputs.push(value);
        }
        let outputs = variant.lower(&geometry, &settings, &nodes, &mut builder)?;
        let graph = builder.finish();
        let unused: Vec<&str> = weights.unused().collect();
        if !unused.is_empty() {
            return Err(refuse(format!(
                "{} does not use the tensor '{}' of the file",
                variant.name(),
                unused.join("', '")
            )));
        }
        Ok(LayerProblem { graph, inputs, outputs })
    }

    fn geometry(&self, variant: &dyn ConvVariant) -> Result<Geometry, String> {
        let keys = variant.keys();
        let integer = |key: &str, least: usize, most: usize| -> Result<usize, String> {
            let found = self.setting(key)?;
            let value = found.as_u64().and_then(|v| usize::try_from(v).ok());
            value.filter(|v| (least..=most).contains(v)).ok_or_else(|| {
                let nearest = found.as_f64().map_or_else(String::new, |v| {
                    format!("; the nearest is {}", v.round().clamp(least as f64, most as f64))
                });
                format!("{key} = {found}: expected a whole number from {least} to {most}{nearest}")
            })
        };
        let side = |key: Key| match key {
            Key::Named(name) => integer(name, 1, MOST_TAPS),
            Key::Fixed(value) => Ok(value),
        };
        let in_channels = integer(keys.in_channels, 1, MOST_CHANNELS)?;
        let out_channels = integer(keys.out_channels, 1, MOST_CHANNELS)?;
        let kernel = side(keys.kernel)?;
        if in_channels * out_channels > MOST_WEIGHTS / (kernel * kernel) {
            return Err(format!(
                "a {kernel}x{kernel} kernel for {in_channels} -> {out_channels} channels is too large"
            ));
        }
        if !keys.padding && kernel.is_multiple_of(2) {
            return Err(format!("kernel = {kernel}: expected an odd number; the nearest is {}", kernel - 1));
        }
        let padding = match keys.padding {
            true => Padding::even(integer("padding", 0, MOST_TAPS)?),
            false => Padding::same(kernel, 1),
        };
        let geometry = Geometry { in_channels, out_channels, kernel, stride: side(keys.stride)?, padding };
        variant.defined_for(&geometry).map_err(|misfit| {
            let nearest = variant.nearest(geometry);
            let named = |key| if let Key::Named(name) = key { name } else { "" };
            let differing = [
                (keys.in_channels, in_channels, nearest.in_channels),
                (keys.out_channels, out_channels, nearest.out_channels),
                (named(keys.kernel), kernel, nearest.kernel),
                (named(keys.stride), geometry.stride, nearest.stride),
            ];
            let mut message = misfit.to_string();
            for (key, found, nearest) in differing.iter().filter(|(_, found, nearest)| found != nearest) {
                message += &format!("; {key} = {found}: the nearest is {nearest}");
            }
            message
        })?;
        Ok(geometry)
    }

    /// A setting that nothing reads would be answered as if it were not there.
    fn refuse_unknown_settings(&self, variant: &dyn ConvVariant, g: &Geometry) -> Result<(), String> {
        let keys = variant.keys();
        let mut known = vec![keys.in_channels, keys.out_channels];
        known.dedup();
        known.extend([keys.kernel, keys.stride].iter().filter_map(|key| match key {
            Key::Named(name) => Some(*name),
            Key::Fixed(_) => None,
        }));
        known.extend(keys.padding.then_some("padding"));
        known.extend(variant.settings(g, &Settings::default()).iter().map(|s| s.name));
        match self.settings.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => {
                Err(format!("{} has no setting '{key}'; it has: {}", variant.name(), known.join(", ")))
            }
            None => Ok(()),
        }
    }

    fn checked_settings(&self, variant: &dyn ConvVariant, g: &Geometry) -> Result<Settings, String> {
        let mut settings = Settings::default();
        for setting in variant.settings(g, &settings) {
            let name = setting.name;
            // Choices between forms that give the same results are ours, not the format's.
            if matches!(setting.legal, Legal::Choices(_)) && !self.settings.contains_key(name) {
                settings.set(name, setting.default);
                continue;
            }
            let found = self.setting(name)?;
            // A list of one number, or a number in quotes, is not a number.
            let (value, expected) = match (&setting.legal, found) {
                (Legal::Integers(_) | Legal::Reals(_), Json::Number(n)) => {
                    (n.as_i64().map(Value::Integer).or_else(|| n.as_f64().map(Value::Real)), "a number")
                }
                (Legal::Integers(_) | Legal::Reals(_), _) => (None, "a number"),
                (Legal::Lists(_) | Legal::UpTo(_), Json::Array(axes)) if !axes.is_empty() => {
                    let axes: Option<Vec<i64>> = axes.iter().map(Json::as_i64).collect();
                    (axes.map(Value::List), "an array of whole numbers")
                }
                (Legal::Lists(_) | Legal::UpTo(_), _) => (None, "an array of whole numbers"),
                (Legal::Choices(_), Json::String(name)) => (Some(Value::Choice(name.clone())), "a name"),
                (Legal::Choices(_), _) => (None, "a name"),
            };
            settings.set(name, value.ok_or_else(|| format!("{name} = {found}: expected {expected}"))?);
        }
        settings.check(variant, g).map_err(|e| e.to_string())?;
        Ok(settings)
    }

    fn setting(&self, key: &str) -> Result<&Json, String> {
        self.settings.get(key).ok_or_else(|| format!("the layer's setting '{key}' is missing"))
    }
}

impl LayerProblem {
    /// The results as tensors, read by `value`, which gives the value of a node.
    ///
    /// # Errors
    /// Those of `value`.
    pub fn answer<E>(
        &self,
        mut value: impl FnMut(crate::graph::NodeId) -> Result<HostTensor, E>,
    ) -> Result<Vec<OutputTensor>, E> {
        let tensor = |&(name, output): &(&str, Output)| {
            Ok(match output {
                Output::Map(id) => OutputTensor::map(name, &value(id)?),
                Output::PerChannel(id) => {
                    let map = value(id)?;
                    let Shape { n, c, .. } = map.shape();
                    OutputTensor { name: name.to_owned(), dims: vec![n, c], values: map.data().to_vec() }
                }
                Output::Mask(id) => mask(&self.graph, name, id),
            })
        };
        self.outputs.iter().map(tensor).collect()
    }
}

/// The connections of a 1x1 convolution as `[O, slots]`.
fn mask(graph: &Graph, name: &str, id: crate::graph::NodeId) -> OutputTensor {
    let node = graph.node(id);
    let inputs = graph.shape(node.inputs[0]).c;
    let wiring = match &node.op {
        Op::Conv2d(conv) => conv.wiring.clone(),
        _ => Wiring::Grouped(1),
    };
    let slots = wiring.slots(inputs);
    let mut values = vec![0.0; node.shape.c * slots];
    for o in 0..node.shape.c {
        wiring.for_each_kernel(o, inputs, node.shape.c, |k| values[o * slots + k.slot as usize] = 1.0);
    }
    OutputTensor { name: name.to_owned(), dims: vec![node.shape.c, slots], values }
}
