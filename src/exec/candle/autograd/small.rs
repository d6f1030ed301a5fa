//! Products of many small matrices with long rows, as depthwise convolutions need them. A matrix product shares
//! each of them out among the threads and waits for them, once for every channel; here each channel is one
//! thread's work.

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Tensor, bail};
use rayon::prelude::*;

/// Largest number of values of a small matrix.
pub(super) const LARGEST: usize = 64;

/// Which product.
#[derive(Clone, Copy)]
enum Product {
    /// `A B`.
    Plain,
    /// `A B^T`, summed over the batch.
    SecondTransposed,
    /// `A^T B`.
    FirstTransposed,
}

/// The product of `[1, g, R, K]` and `[N, g, K, P]`; the second needs a gradient unless it is `fixed`.
///
/// # Shapes
/// Gives `[N, g, R, P]`.
pub(super) fn multiply(kernels: &Tensor, patches: &Tensor, fixed: bool) -> Result<Tensor> {
    kernels.apply_op2(patches, Multiply { product: Product::Plain, fixed })
}

struct Multiply {
    product: Product,
    fixed: bool,
}

impl CustomOp2 for Multiply {
    fn name(&self) -> &'static str {
        "small-products"
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        a_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<(CpuStorage, candle_core::Shape)> {
        let (av, bv) = (values(a, a_layout)?, values(b, b_layout)?);
        let (an, g, rows, columns) = a_layout.shape().dims4()?;
        let (bn, _, b_rows, b_columns) = b_layout.shape().dims4()?;
        let n = an.max(bn);
        // A batch of one is used again for every one of the other.
        let matrix = |batch: usize, size: usize, i: usize| {
            let start = if batch == 1 { i % g * size } else { i * size };
            start..start + size
        };
        let (a_size, b_size) = (rows * columns, b_rows * b_columns);
        let shape = match self.product {
            Product::Plain => (n, g, rows, b_columns),
            Product::SecondTransposed => (1, g, rows, b_rows),
            Product::FirstTransposed => (n, g, columns, b_columns),
        };
        let size = shape.2 * shape.3;
        let mut all = vec![0_f32; shape.0 * g * size];
        let inner = if matches!(self.product, Product::SecondTransposed) { b_rows } else { columns };
        all.par_chunks_mut(size).enumerate().for_each(|(i, y)| {
            // Only the sum over the batch has more factors than results.
            let parts = (i..n * g).step_by(g).take(if shape.0 == n { 1 } else { n });
            for part in parts {
                let (a, b) = (&av[matrix(an, a_size, part)], &bv[matrix(bn, b_size, part)]);
                for row in 0..rows {
                    for k in 0..inner {
                        match self.product {
                            Product::Plain => {
                                let y = &mut y[row * b_columns..(row + 1) * b_columns];
                                add(y, a[row * columns + k], &b[k * b_columns..(k + 1) * b_columns]);
                            }
                            Product::SecondTransposed => {
                                let (a, b) = (&a[row * columns..][..columns], &b[k * columns..][..columns]);
                                y[row * b_rows + k] += dot(a, b);
                            }
                            Product::FirstTransposed => {
                                let y = &mut y[k * b_columns..(k + 1) * b_columns];
                                add(y, a[row * columns + k], &b[row * b_columns..(row + 1) * b_columns]);
                            }
                        }
                    }
                }
            }
        });
        Ok((CpuStorage::F32(all), shape.into()))
    }

    fn bwd(
        &self,
        kernels: &Tensor,
        patches: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let of = |product| Self { product, fixed: true };
        let grad = grad.contiguous()?;
        let of_kernels = grad.apply_op2_no_bwd(patches, &of(Product::SecondTransposed))?;
        if self.fixed {
            return Ok((Some(of_kernels), None));
        }
        let of_patches = kernels.apply_op2_no_bwd(&grad, &of(Product::FirstTransposed))?;
        Ok((Some(of_kernels), Some(of_patches)))
    }
}

fn add(y: &mut [f32], factor: f32, x: &[f32]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += factor * x);
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    // Partial sums of a fixed number of lanes: quicker, and rounded less.
    let mut lanes = [0_f32; 16];
    let (a, b) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f32>() + rest
}

fn values<'s>(storage: &'s CpuStorage, layout: &Layout) -> Result<&'s [f32]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&storage.as_slice::<f32>()?[start..end]),
        None => bail!("small matrices must be row-major"),
    }
}
