//! Tensors whose values are known when the file is read: weights, and the numbers of shapes.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use half::{bf16, f16};
use prost::Message as _;
use prost::bytes::Bytes;

use super::proto::{TensorHead, TensorProto};

/// Values that are made while reading a file and do not stand in it: weights filled with one number,
/// transposed ones.
#[derive(Debug)]
pub(super) struct Made {
    count: usize,
    most: usize,
}

impl Made {
    /// For a file of `size` bytes: eight values for each, and 2^18 in any case.
    pub(super) const fn of_file(size: usize) -> Self {
        Self { count: 0, most: size.saturating_mul(8).saturating_add(1 << 18) }
    }

    /// For one of few values, which need not be counted.
    pub(super) const fn few() -> Self {
        Self::of_file(0)
    }

    /// Counts values that are to be made.
    ///
    /// # Errors
    /// If there are more than the file justifies.
    pub(super) fn add(&mut self, count: usize) -> Result<(), String> {
        self.allow(count)?;
        self.count += count;
        Ok(())
    }

    /// The same for values that are made for a moment.
    ///
    /// # Errors
    /// If there are more than the file justifies.
    pub(super) fn allow(&self, count: usize) -> Result<(), String> {
        if self.count.saturating_add(count) > self.most {
            return Err(format!(
                "more than {} values would have to be made that do not stand in the file; save it with all its \
                 weights",
                self.most
            ));
        }
        Ok(())
    }
}

/// The most axes of a tensor.
pub(super) const MAX_RANK: usize = 16;

/// The most values of a tensor of whole numbers that is computed with.
const INTEGERS: usize = 1 << 16;

/// A constant. Cloning shares the values.
#[derive(Clone, Debug)]
pub(super) struct Constant {
    /// Sides, slowest axis first.
    pub dims: Vec<usize>,
    data: Data,
}

#[derive(Clone, Debug)]
enum Data {
    /// In the file, decoded when first asked for.
    File(Rc<FileTensor>),
    Floats(Arc<Vec<f32>>),
    Integers(Rc<Vec<i64>>),
    /// The same number everywhere.
    Filled(f32),
}

#[derive(Debug)]
struct FileTensor {
    kind: Kind,
    /// The whole message, from which typed values are decoded.
    message: Bytes,
    raw: Bytes,
    decoded: OnceCell<Arc<Vec<f32>>>,
}

/// Types of values that are read, by `TensorProto.DataType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Float,
    Double,
    Half,
    BFloat,
    Int64,
    Int32,
    Bool,
}

/// Names of `TensorProto.DataType`, for messages.
const TYPES: [&str; 24] = [
    "undefined",
    "float32",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "int32",
    "int64",
    "string",
    "bool",
    "float16",
    "float64",
    "uint32",
    "uint64",
    "complex64",
    "complex128",
    "bfloat16",
    "float8e4m3fn",
    "float8e4m3fnuz",
    "float8e5m2",
    "float8e5m2fnuz",
    "uint4",
    "int4",
    "float4e2m1",
];

/// Name of a type of values.
pub(super) fn type_name(data_type: i32) -> String {
    let known = usize::try_from(data_type).ok().and_then(|i| TYPES.get(i));
    known.map_or_else(|| format!("number {data_type}"), |name| (*name).to_owned())
}

/// Whether values of this type can flow through a network here.
pub(super) fn is_float(data_type: i32) -> bool {
    matches!(data_type, 1 | 10 | 11 | 16)
}

impl Kind {
    fn of(data_type: i32) -> Option<Self> {
        Some(match data_type {
            1 => Self::Float,
            11 => Self::Double,
            10 => Self::Half,
            16 => Self::BFloat,
            7 => Self::Int64,
            6 => Self::Int32,
            9 => Self::Bool,
            _ => return None,
        })
    }

    /// Bytes of a value in `raw_data`.
    const fn width(self) -> usize {
        match self {
            Self::Double | Self::Int64 => 8,
            Self::Float | Self::Int32 => 4,
            Self::Half | Self::BFloat => 2,
            Self::Bool => 1,
        }
    }
}

/// Product of sides, if it can be counted.
pub(super) fn elements(dims: &[usize]) -> Option<usize> {
    dims.iter().try_fold(1_usize, |a, &b| a.checked_mul(b))
}

impl Constant {
    /// A tensor of the file. Its sides are checked against its values before anything is allocated.
    ///
    /// # Errors
    /// One reason, without the tensor's name.
    pub(super) fn from_file(message: Bytes) -> Result<(String, Self), (String, String)> {
        let head = TensorHead::decode(message.clone())
            .map_err(|_| (String::new(), "its bytes are not a tensor: the file is damaged".to_owned()))?;
        let TensorHead { dims, data_type, name, raw_data, data_location } = head;
        let fail = |reason: String| (name.clone(), reason);
        if data_location != 0 {
            return Err(fail(
                "its values lie in another file (external data); save the model as one file".into(),
            ));
        }
        let kind = Kind::of(data_type)
            .ok_or_else(|| fail(format!("values of type {} are not read", type_name(data_type))))?;
        if dims.len() > MAX_RANK {
            return Err(fail(format!("it has {} sides", dims.len())));
        }
        if let Some(negative) = dims.iter().find(|&&d| d < 0) {
            return Err(fail(format!("the sides {dims:?} hold the negative number {negative}")));
        }
        let sides: Vec<usize> = dims.iter().map(|&d| d as usize).collect();
        let count = elements(&sides)
            .filter(|count| count.checked_mul(8).is_some())
            .ok_or_else(|| fail(format!("no tensor can have the sides {dims:?}")))?;
        if !raw_data.is_empty() && raw_data.len() != count * kind.width() {
            return Err(fail(format!(
                "the sides {dims:?} of type {} need {} bytes, and the file holds {}",
                type_name(data_type),
                count * kind.width(),
                raw_data.len()
            )));
        }
        // A typed value takes one byte at least.
        if raw_data.is_empty() && count > message.len() {
            return Err(fail(format!(
                "the sides {dims:?} need {count} values, and the file holds {} bytes for it",
                message.len()
            )));
        }
        let data = Data::File(Rc::new(FileTensor { kind, message, raw: raw_data, decoded: OnceCell::new() }));
        Ok((name, Self { dims: sides, data }))
    }

    /// A list of whole numbers.
    pub(super) fn integers(values: Vec<i64>) -> Self {
        Self { dims: vec![values.len()], data: Data::Integers(Rc::new(values)) }
    }

    /// Whole numbers with sides; the caller knows that they fit.
    pub(super) fn of_integers(dims: Vec<usize>, values: Vec<i64>) -> Self {
        Self { dims, data: Data::Integers(Rc::new(values)) }
    }

    /// Numbers with sides; the caller knows that they fit.
    pub(super) fn of_floats(dims: Vec<usize>, values: Vec<f32>) -> Self {
        Self { dims, data: Data::Floats(Arc::new(values)) }
    }

    /// The same number everywhere. Nothing is allocated until the values are used.
    pub(super) fn filled(dims: Vec<usize>, value: f32) -> Self {
        Self { dims, data: Data::Filled(value) }
    }

    /// The same values with other sides; the caller knows that they fit.
    pub(super) fn with_dims(&self, dims: Vec<usize>) -> Self {
        Self { dims, data: self.data.clone() }
    }

    /// Number of values.
    pub(super) fn len(&self) -> usize {
        elements(&self.dims).unwrap_or(usize::MAX)
    }

    /// Whether the values are whole numbers.
    pub(super) fn is_integer(&self) -> bool {
        match &self.data {
            Data::Integers(_) => true,
            Data::File(file) => matches!(file.kind, Kind::Int64 | Kind::Int32 | Kind::Bool),
            Data::Floats(_) | Data::Filled(_) => false,
        }
    }

    /// The values as `f32`. `made` counts values that do not stand in the file.
    ///
    /// # Errors
    /// If there are too few or too many values for the sides, or too many would be made.
    pub(super) fn floats(&self, made: &mut Made) -> Result<Arc<Vec<f32>>, String> {
        match &self.data {
            Data::Floats(values) => Ok(Arc::clone(values)),
            Data::Integers(values) => Ok(Arc::new(values.iter().map(|&v| v as f32).collect())),
            Data::Filled(value) => {
                made.add(self.len())?;
                Ok(Arc::new(vec![*value; self.len()]))
            }
            Data::File(file) => {
                if let Some(values) = file.decoded.get() {
                    return Ok(Arc::clone(values));
                }
                let values = Arc::new(file.floats(self.len())?);
                Ok(Arc::clone(file.decoded.get_or_init(|| values)))
            }
        }
    }

    /// The one value of a tensor of one value.
    pub(super) fn scalar(&self) -> Option<f32> {
        if self.len() != 1 {
            return None;
        }
        self.floats(&mut Made::few()).ok().map(|values| values[0])
    }

    /// The values as whole numbers: shapes, axes, indices.
    ///
    /// # Errors
    /// If they are not whole numbers, or too many for such a list.
    pub(super) fn whole_numbers(&self) -> Result<Rc<Vec<i64>>, String> {
        if self.len() > INTEGERS {
            return Err(format!("a list of {} whole numbers is too long", self.len()));
        }
        match &self.data {
            Data::Integers(values) => Ok(Rc::clone(values)),
            Data::File(file) if self.is_integer() => Ok(Rc::new(file.integers(self.len())?)),
            Data::Filled(value) => Ok(Rc::new(vec![*value as i64; self.len()])),
            Data::Floats(_) | Data::File(_) => Err("whole numbers are needed".into()),
        }
    }
}

impl FileTensor {
    fn typed(&self) -> Result<TensorProto, String> {
        TensorProto::decode(self.message.clone()).map_err(|_| "its values are damaged".to_owned())
    }

    fn floats(&self, count: usize) -> Result<Vec<f32>, String> {
        let values: Vec<f32> = if self.raw.is_empty() {
            let typed = self.typed()?;
            match self.kind {
                Kind::Float => typed.float_data,
                Kind::Double => typed.double_data.iter().map(|&v| v as f32).collect(),
                Kind::Half => typed.int32_data.iter().map(|&v| f16::from_bits(v as u16).to_f32()).collect(),
                Kind::BFloat => {
                    typed.int32_data.iter().map(|&v| bf16::from_bits(v as u16).to_f32()).collect()
                }
                Kind::Int64 => typed.int64_data.iter().map(|&v| v as f32).collect(),
                Kind::Int32 | Kind::Bool => typed.int32_data.iter().map(|&v| v as f32).collect(),
            }
        } else {
            let raw = &self.raw;
            match self.kind {
                Kind::Float => {
                    raw.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
                }
                Kind::Double => eights(raw).map(|b| f64::from_le_bytes(b) as f32).collect(),
                Kind::Half => {
                    raw.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect()
                }
                Kind::BFloat => {
                    raw.chunks_exact(2).map(|b| bf16::from_le_bytes([b[0], b[1]]).to_f32()).collect()
                }
                Kind::Int64 | Kind::Int32 | Kind::Bool => {
                    self.integers(count)?.iter().map(|&v| v as f32).collect()
                }
            }
        };
        counted(values, count)
    }

    fn integers(&self, count: usize) -> Result<Vec<i64>, String> {
        let values: Vec<i64> = if self.raw.is_empty() {
            let typed = self.typed()?;
            if self.kind == Kind::Int64 {
                typed.int64_data
            } else {
                typed.int32_data.iter().map(|&v| i64::from(v)).collect()
            }
        } else {
            let fours = |b: &[u8]| i64::from(i32::from_le_bytes([b[0], b[1], b[2], b[3]]));
            match self.kind {
                Kind::Int64 => eights(&self.raw).map(i64::from_le_bytes).collect(),
                Kind::Int32 => self.raw.chunks_exact(4).map(fours).collect(),
                _ => self.raw.iter().map(|&b| i64::from(b)).collect(),
            }
        };
        counted(values, count)
    }
}

fn eights(raw: &[u8]) -> impl Iterator<Item = [u8; 8]> + '_ {
    raw.chunks_exact(8).map(|b| [b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]])
}

fn counted<T>(values: Vec<T>, count: usize) -> Result<Vec<T>, String> {
    if values.len() == count {
        Ok(values)
    } else {
        Err(format!("its sides need {count} values, and the file holds {}", values.len()))
    }
}
