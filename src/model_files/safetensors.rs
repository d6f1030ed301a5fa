//! Safetensors files as a source of weights.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use safetensors::tensor::{Dtype, Metadata, SafeTensorError, TensorInfo};

use super::ModelError;
use crate::graph::{GraphError, Origin, Weight, WeightSource};

/// A safetensors file whose header was checked against its length: every tensor it names lies in
/// it. Nothing but the header is decoded until a tensor is asked for.
pub struct TensorFile {
    bytes: Cow<'static, [u8]>,
    data_start: usize,
    header: Metadata,
}

impl TensorFile {
    /// Checks the bytes of a file; `file` is its name in messages.
    ///
    /// # Errors
    /// If they are no valid safetensors file.
    pub fn parse(file: &str, bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, ModelError> {
        let bytes = bytes.into();
        match safetensors::SafeTensors::read_metadata(&bytes) {
            // The header follows its length, a 64-bit number.
            Ok((length, header)) => Ok(Self { data_start: length + 8, header, bytes }),
            Err(error) => {
                let cause = reason(&error, bytes.len());
                Err(ModelError::NotSafetensors { file: file.to_owned(), cause })
            }
        }
    }

    /// Free text of the header's `__metadata__`.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.header.metadata().as_ref()?.get(key).map(String::as_str)
    }

    /// Names of all tensors, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names = self.header.offset_keys();
        names.sort();
        names
    }

    /// Sides of a tensor.
    pub fn dims(&self, name: &str) -> Option<&[usize]> {
        self.header.info(name).map(|info| info.shape.as_slice())
    }

    /// Sides and values of a tensor of `f32`, `f16`, `bf16` or `f64`, which are rounded.
    ///
    /// # Errors
    /// If there is none of this name, or its values are of another type.
    pub fn tensor(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), ModelError> {
        let error = |expected: &str, found: String| ModelError::Tensor {
            tensor: name.to_owned(),
            expected: expected.to_owned(),
            found,
        };
        let Some(info) = self.header.info(name) else {
            return Err(error("a tensor", "no tensor of this name".into()));
        };
        let values =
            self.decode(info).ok_or_else(|| error("F32, F16, BF16 or F64 values", info.dtype.to_string()))?;
        Ok((info.shape.clone(), values))
    }

    /// Sides and values of a tensor of whole numbers.
    pub fn integers(&self, name: &str) -> Option<(Vec<usize>, Vec<i64>)> {
        let info = self.header.info(name)?;
        let (start, end) = info.data_offsets;
        let data = &self.bytes[self.data_start + start..self.data_start + end];
        let values = match info.dtype {
            Dtype::I64 => {
                data.chunks_exact(8).filter_map(|b| Some(i64::from_le_bytes(b.try_into().ok()?))).collect()
            }
            Dtype::I32 => data
                .chunks_exact(4)
                .filter_map(|b| Some(i64::from(i32::from_le_bytes(b.try_into().ok()?))))
                .collect(),
            _ => return None,
        };
        Some((info.shape.clone(), values))
    }

    /// Type of the values of a tensor, such as `F32`.
    pub fn dtype(&self, name: &str) -> Option<String> {
        self.header.info(name).map(|info| info.dtype.to_string())
    }

    /// The tensors as weights of this origin.
    pub fn weights(&self, origin: Origin) -> TensorWeights<'_> {
        TensorWeights { file: self, origin }
    }

    fn decode(&self, info: &TensorInfo) -> Option<Vec<f32>> {
        let (start, end) = info.data_offsets;
        let data = &self.bytes[self.data_start + start..self.data_start + end];
        match info.dtype {
            Dtype::F32 => {
                Some(data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
            }
            Dtype::F16 => {
                Some(data.chunks_exact(2).map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32()).collect())
            }
            Dtype::BF16 => {
                Some(data.chunks_exact(2).map(|b| half::bf16::from_le_bytes([b[0], b[1]]).to_f32()).collect())
            }
            Dtype::F64 => {
                let value = |b: &[u8]| Some(f64::from_le_bytes(b.try_into().ok()?) as f32);
                data.chunks_exact(8).map(value).collect()
            }
            // The enum belongs to the format and grows with it.
            _ => None,
        }
    }
}

impl fmt::Debug for TensorFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tensors: HashMap<_, _> = self.header.tensors().into_iter().map(|(k, v)| (k, &v.shape)).collect();
        f.debug_struct("TensorFile").field("tensors", &tensors).finish_non_exhaustive()
    }
}

/// Gives the tensors of a file to a builder.
#[derive(Debug)]
pub struct TensorWeights<'f> {
    file: &'f TensorFile,
    origin: Origin,
}

impl WeightSource for TensorWeights<'_> {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        let error = |found: String| GraphError::Weight {
            tensor: name.to_owned(),
            expected: format!("{dims:?}"),
            found,
        };
        let Some(info) = self.file.header.info(name) else {
            return if optional { Ok(None) } else { Err(error("no tensor of this name".into())) };
        };
        if info.shape != dims {
            return Err(error(format!("{:?}", info.shape)));
        }
        let values = self.file.decode(info);
        let values = values.ok_or_else(|| error(format!("{:?} of type {}", info.shape, info.dtype)))?;
        Ok(Some(Weight::new(name, dims.to_vec(), values, self.origin)))
    }
}

/// The library's error as a reader of this program needs it.
fn reason(error: &SafeTensorError, size: usize) -> String {
    match error {
        _ if size == 0 => "the file is empty".into(),
        SafeTensorError::HeaderTooSmall => format!("it has only {size} bytes"),
        SafeTensorError::HeaderTooLarge | SafeTensorError::InvalidHeaderLength => {
            format!("its header claims to be longer than the file of {size} bytes or than is allowed")
        }
        SafeTensorError::MetadataIncompleteBuffer => {
            format!(
                "its tensors do not fill the file of {size} bytes: it is cut off or has something appended"
            )
        }
        SafeTensorError::InvalidHeader(_) | SafeTensorError::InvalidHeaderDeserialization(_) => {
            "its header is not the JSON it should be".into()
        }
        SafeTensorError::TensorInvalidInfo | SafeTensorError::ValidationOverflow => {
            "a tensor's shape does not fit the place the header gives it".into()
        }
        SafeTensorError::InvalidOffset(tensor) => {
            format!("the header gives the tensor '{tensor}' a place that overlaps another or leaves a gap")
        }
        other => other.to_string(),
    }
}
