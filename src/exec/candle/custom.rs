//! Our kernels as custom operations on candle tensors, and the way out of a tensor without a copy.

use std::cell::RefCell;

use candle_core::{CpuStorage, CustomOp1, InplaceOp1, Layout, Result, Tensor, bail};

use crate::tensor::Shape;

/// A kernel of ours: from the values of one map to those of another.
struct Kernel<F> {
    name: &'static str,
    shape: Shape,
    run: F,
}

impl<F: Fn(&[f32]) -> Vec<f32>> CustomOp1 for Kernel<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, candle_core::Shape)> {
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("{} reads row-major maps only", self.name)
        };
        let y = (self.run)(&storage.as_slice::<f32>()?[start..end]);
        Ok((CpuStorage::F32(y), dims(self.shape).into()))
    }
}

/// Applies one of our kernels to a tensor; the result has the shape `shape`.
///
/// # Errors
/// If the tensor is not row-major or holds no `f32`.
pub fn apply(
    x: &Tensor,
    name: &'static str,
    shape: Shape,
    run: impl Fn(&[f32]) -> Vec<f32>,
) -> Result<Tensor> {
    x.apply_op1_no_bwd(&Kernel { name, shape, run })
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
