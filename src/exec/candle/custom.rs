//! Our kernels as custom operations on candle tensors, and the way out of a tensor without a copy.

use std::cell::RefCell;

use candle_core::{
    CpuStorage, CustomOp1, CustomOp2, Device, InplaceOp1, Layout, Result, Storage, Tensor, bail,
};

use crate::tensor::Shape;

use super::{elementwise, resample};

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

/// A kernel of ours from the values of two maps to those of another.
struct Kernel2<F> {
    name: &'static str,
    shape: Shape,
    run: F,
}

impl<F: Fn(&[f32], &[f32]) -> Vec<f32>> CustomOp2 for Kernel2<F> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        layout_a: &Layout,
        b: &CpuStorage,
        layout_b: &Layout,
    ) -> Result<(CpuStorage, candle_core::Shape)> {
        let (Some(a_range), Some(b_range)) = (layout_a.contiguous_offsets(), layout_b.contiguous_offsets())
        else {
            bail!("{} reads row-major maps only", self.name)
        };
        let (a, b) = (a.as_slice::<f32>()?, b.as_slice::<f32>()?);
        let y = (self.run)(&a[a_range.0..a_range.1], &b[b_range.0..b_range.1]);
        Ok((CpuStorage::F32(y), dims(self.shape).into()))
    }
}

/// [`apply`] for kernels of two tensors.
///
/// # Errors
/// As [`apply`].
pub fn apply_two(
    a: &Tensor,
    b: &Tensor,
    name: &'static str,
    shape: Shape,
    run: impl Fn(&[f32], &[f32]) -> Vec<f32>,
) -> Result<Tensor> {
    a.apply_op2_no_bwd(b, &Kernel2 { name, shape, run })
}

/// `w a + (1 - w) b`, with one `w` per channel.
///
/// # Errors
/// If the shapes do not fit.
pub fn blend(a: &Tensor, b: &Tensor, w: &Tensor, shape: Shape) -> Result<Tensor> {
    let w = w.flatten_all()?.to_vec1::<f32>()?;
    let plane = shape.plane();
    apply_two(a, b, "blend", shape, |a, b| elementwise::blend(&w, a, b, plane))
}

/// Joins tensors along the channels; the result has the shape `shape`. (candle's custom operations
/// take three tensors at most, and its own `cat` runs on one thread.)
///
/// # Errors
/// If a tensor is not row-major or holds no `f32`.
pub fn concat(x: &[&Tensor], shape: Shape) -> Result<Tensor> {
    let storages: Vec<_> = x.iter().map(|t| t.storage_and_layout()).collect();
    let mut parts = Vec::with_capacity(x.len());
    for (storage, layout) in &storages {
        let (Storage::Cpu(storage), Some((start, end))) = (&**storage, layout.contiguous_offsets()) else {
            bail!("concat reads row-major maps on the CPU only")
        };
        parts.push((&storage.as_slice::<f32>()?[start..end], layout.dims()[1]));
    }
    Tensor::from_vec(resample::concat(&parts, shape), dims(shape), &Device::Cpu)
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
