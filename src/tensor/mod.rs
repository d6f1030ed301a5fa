//! What a value is: shapes and tensors on the host. No dependencies, no devices.

mod host;
mod init;
mod shape;

pub use host::HostTensor;
pub use init::seeded_normal;
pub use shape::{Shape, ShapeError};
