//! Why a model or layer file could not be used.

use crate::graph::GraphError;

/// The most characters of a text from a file within a message.
const LONGEST: usize = 1000;

/// A text that may come from a file as part of a message: on one line, and not endless.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    for (i, c) in text.chars().enumerate() {
        match c {
            _ if i >= LONGEST => {
                line.push('…');
                break;
            }
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => line.extend(c.escape_default()),
            c => line.push(c),
        }
    }
    line
}

/// One sentence per cause; the file or tensor is named.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ModelError {
    /// The file could not be read or written.
    #[error("{file}: {}", one_line(cause))]
    File {
        /// Path or bundled name.
        file: String,
        /// What the system said.
        cause: String,
    },
    /// The bytes are no valid safetensors file.
    #[error("{file} is not a valid safetensors file: {}", one_line(cause))]
    NotSafetensors {
        /// Path or bundled name.
        file: String,
        /// What is wrong with it.
        cause: String,
    },
    /// A model of another program that cannot be used.
    #[error("{file} cannot be read as {kind}: {}", one_line(cause))]
    Foreign {
        /// Path of the file.
        file: String,
        /// `an ONNX model`, `PyTorch weights`.
        kind: &'static str,
        /// What is wrong with it.
        cause: String,
    },
    /// A JSON document that is not JSON or lacks a field.
    #[error("{file} cannot be read as {what}: {}", one_line(cause))]
    Json {
        /// Path or bundled name.
        file: String,
        /// `a manifest`, `labels`, `the settings of a layer`.
        what: &'static str,
        /// What is wrong with it, with line and column.
        cause: String,
    },
    /// A manifest whose fields are valid JSON but make no sense.
    #[error("{file}: {}", one_line(cause))]
    Manifest {
        /// Path or bundled name.
        file: String,
        /// The field and what it must be.
        cause: String,
    },
    /// A safetensors file without the metadata key `layer`.
    #[error("{file} is not a layer file: its metadata has no key 'layer'")]
    NotLayer {
        /// Path of the file.
        file: String,
    },
    /// A tensor that the operation needs is missing, or has another shape or type.
    #[error("tensor '{}': expected {}, found {}", one_line(tensor), one_line(expected), one_line(found))]
    Tensor {
        /// Full name of the tensor.
        tensor: String,
        /// What was asked for.
        expected: String,
        /// What the file holds.
        found: String,
    },
    /// A layer file whose operator or settings cannot be used.
    #[error("{file}: {}", one_line(reason))]
    Layer {
        /// Path of the file.
        file: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// The network could not be built from the weights.
    #[error(transparent)]
    Graph(#[from] GraphError),
}
