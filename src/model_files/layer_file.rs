//! Layer files: one operator, its weights and an input, to be answered with its outputs.

use std::collections::BTreeSet;
use std::path::Path;

use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Map, Value};

use super::bundled::read_file;
use super::{ModelError, TensorFile, TensorWeights};
use crate::graph::{GraphError, Origin, Weight, WeightSource};
use crate::tensor::{HostTensor, Shape};

/// A layer file: safetensors whose metadata key `layer` is a JSON object. Its key `variant` names
/// the operator, the others are settings. Tensors named `output` or `output.*` are answers and are
/// never read.
#[derive(Debug)]
pub struct LayerFile {
    /// Name of the operator.
    pub variant: String,
    /// Name of the file in messages.
    pub file: String,
    /// The other settings, as they stand in the file.
    pub settings: Map<String, Value>,
    /// The tensors.
    pub tensors: TensorFile,
}

impl LayerFile {
    /// Reads a layer file.
    ///
    /// # Errors
    /// If it cannot be read, is no safetensors file, has no usable metadata, or holds a tensor
    /// (not an output) that is not `f32`.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        Self::parse(&path.display().to_string(), read_file(path)?)
    }

    /// Reads the bytes of a layer file; `file` is its name in messages.
    ///
    /// # Errors
    /// As [`LayerFile::open`].
    pub fn parse(file: &str, bytes: Vec<u8>) -> Result<Self, ModelError> {
        let tensors = TensorFile::parse(file, bytes)?;
        let text = tensors.metadata("layer").ok_or_else(|| ModelError::NotLayer { file: file.to_owned() })?;
        let error = |cause: String| ModelError::Json {
            file: file.to_owned(),
            what: "the settings of a layer",
            cause,
        };
        let value: Value = serde_json::from_str(text).map_err(|e| error(e.to_string()))?;
        let Value::Object(mut settings) = value else {
            return Err(error("the metadata key 'layer' is not a JSON object".into()));
        };
        let Some(Value::String(variant)) = settings.remove("variant") else {
            return Err(error("the key 'variant' is missing or not a text".into()));
        };
        for name in tensors.names().iter().filter(|name| !belongs_to(name, "output")) {
            let dtype = tensors.dtype(name).unwrap_or_default();
            if dtype != Dtype::F32.to_string() {
                return Err(ModelError::Tensor {
                    tensor: name.clone(),
                    expected: "F32 values".into(),
                    found: dtype,
                });
            }
        }
        Ok(Self { variant, file: file.to_owned(), settings, tensors })
    }

    /// The input of this name, such as `input` or `input.high`.
    ///
    /// # Errors
    /// If there is none of this name, or it is not a map `[N, C, H, W]` with at least one value.
    pub fn input(&self, name: &str) -> Result<HostTensor, ModelError> {
        let error = |found: String| ModelError::Tensor {
            tensor: name.to_owned(),
            expected: "a map of shape [N, C, H, W]".into(),
            found,
        };
        let Some(dims) = self.tensors.dims(name) else {
            return Err(error("no tensor of this name".into()));
        };
        let &[n, c, h, w] = dims else {
            return Err(error(format!("{dims:?}")));
        };
        let shape = Shape::new(n, c, h, w).check().map_err(|e| error(e.to_string()))?;
        Ok(HostTensor::new(shape, self.tensors.tensor(name)?.1))
    }

    /// All inputs with their names, sorted by name.
    ///
    /// # Errors
    /// If there is none, or one is not a map `[N, C, H, W]`.
    pub fn inputs(&self) -> Result<Vec<(String, HostTensor)>, ModelError> {
        let names = self.tensors.names().into_iter().filter(|name| belongs_to(name, "input"));
        let inputs: Vec<_> =
            names.map(|name| self.input(&name).map(|x| (name, x))).collect::<Result<_, _>>()?;
        if inputs.is_empty() {
            self.input("input")?;
        }
        Ok(inputs)
    }

    /// The weights, with the origin [`Origin::Given`].
    pub fn weights(&self) -> LayerWeights<'_> {
        let names = self.tensors.names().into_iter();
        let weights = names.filter(|name| !belongs_to(name, "input") && !belongs_to(name, "output"));
        LayerWeights { source: self.tensors.weights(Origin::Given), left: weights.collect() }
    }
}

/// Gives the weights of a layer file to a builder and remembers which were not asked for.
#[derive(Debug)]
pub struct LayerWeights<'f> {
    source: TensorWeights<'f>,
    left: BTreeSet<String>,
}

impl LayerWeights<'_> {
    /// Names of the weights that nobody asked for, sorted: the file means another operator.
    pub fn unused(&self) -> impl Iterator<Item = &str> {
        self.left.iter().map(String::as_str)
    }
}

impl WeightSource for LayerWeights<'_> {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        self.left.remove(name);
        self.source.take(name, dims, optional)
    }
}

/// A result to be written: any number of sides, so that a mask `[O, I]` stays one.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputTensor {
    /// Name in the file, such as `output.high`.
    pub name: String,
    /// Sides, slowest axis first.
    pub dims: Vec<usize>,
    /// The values, row-major.
    pub values: Vec<f32>,
}

impl OutputTensor {
    /// A map `[N, C, H, W]`.
    pub fn map(name: impl Into<String>, map: &HostTensor) -> Self {
        let Shape { n, c, h, w } = map.shape();
        Self { name: name.into(), dims: vec![n, c, h, w], values: map.data().to_vec() }
    }
}

/// Writes results as `f32` tensors of a safetensors file.
///
/// # Errors
/// If the number of values is not the product of the sides, or the file cannot be written.
pub fn write_outputs(path: &Path, outputs: &[OutputTensor]) -> Result<(), ModelError> {
    let error = |cause: String| ModelError::File { file: path.display().to_string(), cause };
    let bytes: Vec<Vec<u8>> =
        outputs.iter().map(|o| o.values.iter().flat_map(|v| v.to_le_bytes()).collect()).collect();
    let views = outputs.iter().zip(&bytes).map(|(output, bytes)| {
        TensorView::new(Dtype::F32, output.dims.clone(), bytes).map(|view| (output.name.as_str(), view))
    });
    let views: Vec<_> = views.collect::<Result<_, _>>().map_err(|e| error(e.to_string()))?;
    let file = safetensors::serialize(views, None).map_err(|e| error(e.to_string()))?;
    std::fs::write(path, file).map_err(|e| error(e.to_string()))
}

/// Whether `name` is `kind` or `kind.*`.
fn belongs_to(name: &str, kind: &str) -> bool {
    name.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
