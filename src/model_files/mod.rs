//! Models and layers as files: weights in safetensors, and what must be known to use them.

mod bundled;
mod error;
mod foreign;
mod layer_file;
mod layer_problem;
mod manifest;
mod model;
mod names;
mod note;
pub mod onnx;
mod port;
mod safetensors;
mod seeded;
mod torch;

pub use bundled::{BUNDLED, Watch};
pub use error::ModelError;
pub(crate) use error::one_line;
pub use layer_file::{LayerFile, LayerWeights, OutputTensor, write_outputs};
pub use layer_problem::LayerProblem;
pub use manifest::{ChannelOrder, InputSize, Manifest, ResizeRule, Title};
pub use model::{Label, MODEL_EXTENSIONS, Model};
pub use note::Note;
pub use port::Port;
pub use safetensors::{TensorFile, TensorWeights};
pub use torch::TorchFile;
