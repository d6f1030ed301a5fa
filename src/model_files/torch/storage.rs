//! Types of the values of a storage.

use half::{bf16, f16};

/// Type of the values of a storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StorageType {
    Float,
    Double,
    Half,
    BFloat16,
    /// Whole numbers of so many bytes, which no weight has: counters.
    Integer(usize),
}

impl StorageType {
    /// The type of this name, such as `FloatStorage`.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "FloatStorage" => Self::Float,
            "DoubleStorage" => Self::Double,
            "HalfStorage" => Self::Half,
            "BFloat16Storage" => Self::BFloat16,
            "LongStorage" => Self::Integer(8),
            "IntStorage" => Self::Integer(4),
            "ShortStorage" => Self::Integer(2),
            "CharStorage" | "ByteStorage" | "BoolStorage" => Self::Integer(1),
            _ => return None,
        })
    }

    /// Bytes of a value.
    pub(super) const fn width(self) -> usize {
        match self {
            Self::Double => 8,
            Self::Float => 4,
            Self::Half | Self::BFloat16 => 2,
            Self::Integer(width) => width,
        }
    }

    /// The value at a place of little-endian bytes; `None` behind their end, or if it is a whole number.
    pub(super) fn value(self, bytes: &[u8], at: usize) -> Option<f32> {
        let start = at.checked_mul(self.width())?;
        let b = bytes.get(start..start.checked_add(self.width())?)?;
        Some(match self {
            Self::Float => f32::from_le_bytes(b.try_into().ok()?),
            Self::Double => f64::from_le_bytes(b.try_into().ok()?) as f32,
            Self::Half => f16::from_le_bytes(b.try_into().ok()?).to_f32(),
            Self::BFloat16 => bf16::from_le_bytes(b.try_into().ok()?).to_f32(),
            Self::Integer(_) => return None,
        })
    }
}
