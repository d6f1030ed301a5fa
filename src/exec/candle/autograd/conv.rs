//! A convolution as a matrix product of its kernels with the patches of its input.

use candle_core::{CpuStorage, CustomOp1, Device, Layout, Result, Tensor, bail};

use super::small;
use crate::graph::{Conv2d, Wiring};
use crate::tensor::Shape;

/// How the kernel tensor `[O, slots, k, k]` becomes matrices `[g, O/g, K]` that multiply patches
/// `[N, g, K, P]`, with `K = I/g * k * k`.
pub(super) struct Connections {
    /// Groups that are multiplied on their own.
    pub groups: usize,
    /// For each value of a listed wiring's one matrix `[O, K]` its place in the kernel tensor; `None`
    /// where there is no such connection.
    pub listed: Option<Vec<Option<u32>>>,
    /// The same as tensors: places (0 where there is none), unless matrix and kernel tensor have the same
    /// layout, and 1 or 0.
    gather: Option<Tensor>,
    mask: Option<Tensor>,
    /// 0 for outputs without any connection: their bias has no meaning.
    bias_mask: Option<Tensor>,
}

impl Connections {
    pub fn new(conv: &Conv2d, in_channels: usize, out_channels: usize) -> Result<Self> {
        let listed = match &conv.wiring {
            Wiring::Grouped(groups) => {
                let none = None;
                return Ok(Self { groups: *groups, listed: None, gather: none, mask: None, bias_mask: None });
            }
            Wiring::Listed(listed) => listed,
        };
        let area = conv.kernel * conv.kernel;
        let row = in_channels * area;
        let mut places: Vec<Option<u32>> = vec![None; out_channels * row];
        let mut read = vec![0_f32; out_channels];
        for (o, kernels) in listed.outputs.iter().enumerate() {
            for kernel in kernels {
                read[o] = 1.0;
                for tap in 0..area {
                    if !kernel.extent.has(conv.kernel, tap) {
                        continue;
                    }
                    let place = &mut places[o * row + kernel.input as usize * area + tap];
                    let from = (o * listed.slots + kernel.slot as usize) * area + tap;
                    if place.replace(from as u32).is_some() {
                        bail!("output {o} reads input {} twice", kernel.input);
                    }
                }
            }
        }
        let same = places.iter().enumerate().all(|(i, p)| p.is_none_or(|p| p as usize == i));
        let same = same && listed.slots == in_channels;
        let tensor = |values: Vec<f32>, shape: &[usize]| Tensor::from_vec(values, shape, &Device::Cpu);
        let mask = places.iter().map(|p| f32::from(u8::from(p.is_some()))).collect();
        let gather = || {
            let from = places.iter().map(|p| p.unwrap_or(0)).collect::<Vec<u32>>();
            Tensor::from_vec(from, places.len(), &Device::Cpu)
        };
        Ok(Self {
            groups: 1,
            gather: if same { None } else { Some(gather()?) },
            mask: Some(tensor(mask, &[places.len()])?),
            bias_mask: if read.contains(&0.0) { Some(tensor(read, &[out_channels])?) } else { None },
            listed: Some(places),
        })
    }

    /// The matrices `[1, g, O/g, K]` of a kernel tensor given as one row of values.
    fn matrices(&self, kernel: &Tensor, out_channels: usize) -> Result<Tensor> {
        let mut kernel = kernel.clone();
        if let Some(places) = &self.gather {
            kernel = kernel.index_select(places, 0)?;
        }
        if let Some(mask) = &self.mask {
            kernel = (kernel * mask)?;
        }
        let rows = out_channels / self.groups;
        let columns = kernel.elem_count() / out_channels;
        kernel.reshape((1, self.groups, rows, columns))
    }

    /// The convolution of patches `[N, I, k*k, P]`, which are `fixed` or depend on a weight themselves; kernel
    /// and bias are rows of values.
    ///
    /// # Shapes
    /// Gives `to: [N, O, H', W']`.
    pub fn run(
        &self,
        patches: &Tensor,
        fixed: bool,
        kernel: &Tensor,
        bias: Option<&Tensor>,
        to: Shape,
    ) -> Result<Tensor> {
        let y = self.matrices(kernel, to.c)?;
        let patches = self.grouped(patches)?;
        let (_, _, rows, columns) = y.dims4()?;
        let y = if rows * columns <= small::LARGEST {
            small::multiply(&y, &patches, fixed)?
        } else if fixed {
            y.apply_op1(TimesFixed(patches))?
        } else {
            y.broadcast_matmul(&patches)?
        };
        let y = y.reshape((to.n, to.c, to.h, to.w))?;
        let Some(bias) = bias else { return Ok(y) };
        let bias = match &self.bias_mask {
            Some(mask) => (bias * mask)?,
            None => bias.clone(),
        };
        y.broadcast_add(&bias.reshape((1, to.c, 1, 1))?)
    }

    /// `[N, I, k*k, P]` as `[N, g, K, P]`.
    pub fn grouped(&self, patches: &Tensor) -> Result<Tensor> {
        let (n, channels, area, pixels) = patches.dims4()?;
        patches.reshape((n, self.groups, channels / self.groups * area, pixels))
    }
}

/// Matrices `[1, g, O/g, K]` times patches `[N, g, K, P]` that need no gradient. candle would compute it: it
/// is as large as the patches, and most of the work.
struct TimesFixed(Tensor);

impl CustomOp1 for TimesFixed {
    fn name(&self) -> &'static str {
        "times-fixed"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, candle_core::Shape)> {
        let Some((start, end)) = layout.contiguous_offsets() else { bail!("the kernels must be row-major") };
        let kernels = &storage.as_slice::<f32>()?[start..end];
        let kernels = Tensor::from_slice(kernels, layout.shape(), &Device::Cpu)?;
        let y = kernels.broadcast_matmul(&self.0)?;
        Ok((CpuStorage::F32(y.flatten_all()?.to_vec1()?), y.shape().clone()))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(grad.matmul(&self.0.t()?)?.sum_keepdim(0)?))
    }
}
