//! Our kernels on candle tensors: from tensors to slices, and back without a copy.

use std::cell::RefCell;

use candle_core::{CpuStorage, Device, InplaceOp1, Layout, Result, Storage, Tensor, bail};

use crate::tensor::Shape;

use super::buffer::{Unwritten, fresh};

/// Applies one of our kernels to tensors; the result has the shape `shape`. (candle's custom operations
/// take three tensors at most.)
///
/// # Errors
/// If a tensor is not row-major or holds no `f32`.
pub fn apply(
    x: &[&Tensor],
    name: &'static str,
    shape: Shape,
    run: impl for<'m> FnOnce(&[&[f32]], Unwritten<'m>) -> &'m mut [f32],
) -> Result<Tensor> {
    let storages: Vec<_> = x.iter().map(|t| t.storage_and_layout()).collect();
    let mut slices = Vec::with_capacity(x.len());
    for (storage, layout) in &storages {
        let (Storage::Cpu(storage), Some((start, end))) = (&**storage, layout.contiguous_offsets()) else {
            bail!("{name} reads row-major maps on the CPU only")
        };
        slices.push(&storage.as_slice::<f32>()?[start..end]);
    }
    let values = fresh(shape.elements(), |memory| run(&slices, memory));
    Tensor::from_vec(values, dims(shape), &Device::Cpu)
}

/// Sides as candle wants them.
pub const fn dims(s: Shape) -> (usize, usize, usize, usize) {
    (s.n, s.c, s.h, s.w)
}

/// Moves the values out of a tensor's storage.
struct Take(RefCell<Vec<f32>>);

impl InplaceOp1 for Take {
    fn name(&self) -> &'static str {
        "take"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let CpuStorage::F32(values) = storage else { bail!("the tensor holds no f32 values") };
        if layout.contiguous_offsets() != Some((0, values.len())) {
            bail!("the tensor is a part of another one")
        }
        self.0.replace(std::mem::take(values));
        Ok(())
    }
}

/// The values of a tensor that nobody needs any more, without a copy. The tensor must be the only
/// one on its storage: it is empty afterwards.
///
/// # Errors
/// If the tensor is a view or holds no `f32`.
pub fn take(x: &Tensor) -> Result<Vec<f32>> {
    let take = Take(RefCell::default());
    x.inplace_op1(&take)?;
    Ok(take.0.into_inner())
}
