//! The products of all pairs of channels, summed over every pixel of every image.

use candle_core::{DType, Device, Tensor};
use rayon::prelude::*;

use super::on_adapter;
use crate::exec::backend::Device as Executor;
use crate::exec::wgpu::GpuContext;
use crate::exec::{CancelToken, ExecError};
use crate::tensor::HostTensor;

/// Channels that are multiplied with each other in one matrix product.
const BLOCK: usize = 256;
/// Pixels in one matrix product: its operands stay in the cache, and between two of them it can be
/// cancelled.
const CHUNK: usize = 1024;

/// Maps of more channels are multiplied in f32, a chunk at a time, and only the chunks are added in f64: twice
/// as fast where it takes long, and right to about 1e-7 of the product of the norms.
const EXACT: usize = 512;

/// What can be said of a channel before it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// Every value is zero in every image.
    Dead,
    /// Every value is the same, and not zero, in every image.
    Constant,
    /// It holds NaN or an infinity.
    NotFinite,
    /// It can be compared.
    Live,
}

/// Sums over the values of the channels, and over the products of each pair of channels.
///
/// The products are those of the differences from a level per channel, its mean in the first image: the
/// covariance of maps that lie far from zero would drown otherwise.
#[derive(Clone, Debug)]
pub struct Gram {
    channels: usize,
    /// Values of one channel that were added so far.
    values: usize,
    images: usize,
    level: Vec<f64>,
    least: Vec<f32>,
    greatest: Vec<f32>,
    finite: Vec<bool>,
    /// Of the differences from the level.
    sums: Vec<f64>,
    /// `channels x channels`, the upper triangle by blocks; see [`Gram::product`].
    products: Vec<f64>,
}

impl Gram {
    /// Nothing yet, for maps of so many channels.
    pub fn new(channels: usize) -> Self {
        Self {
            channels,
            values: 0,
            images: 0,
            level: vec![0.0; channels],
            least: vec![f32::INFINITY; channels],
            greatest: vec![f32::NEG_INFINITY; channels],
            finite: vec![true; channels],
            sums: vec![0.0; channels],
            products: vec![0.0; channels * channels],
        }
    }

    /// Adds the maps of one image, or of a batch of them. Images may have maps of different sizes.
    ///
    /// # Errors
    /// If it is cancelled; the sums are worthless then.
    ///
    /// # Panics
    /// If the maps have another number of channels.
    pub fn add(&mut self, maps: &HostTensor, cancel: &CancelToken) -> Result<(), ExecError> {
        let shape = maps.shape();
        assert_eq!(shape.c, self.channels, "channels of maps to compare");
        for image in 0..shape.n {
            self.add_image(maps, image, cancel)?;
        }
        Ok(())
    }

    /// [`Gram::add`] where this device is fast at it: on a GPU, for many channels, in f32.
    ///
    /// # Errors
    /// If it is cancelled or the device fails; the sums are worthless then.
    ///
    /// # Panics
    /// If the maps have another number of channels.
    pub fn add_on(
        &mut self,
        device: &Executor,
        maps: &HostTensor,
        cancel: &CancelToken,
    ) -> Result<(), ExecError> {
        match on_adapter::worthwhile(device, self.channels) {
            Some(context) => self.add_on_adapter(context, maps, cancel),
            None => self.add(maps, cancel),
        }
    }

    pub(super) fn add_on_adapter(
        &mut self,
        context: &GpuContext,
        maps: &HostTensor,
        cancel: &CancelToken,
    ) -> Result<(), ExecError> {
        assert_eq!(maps.shape().c, self.channels, "channels of maps to compare");
        for image in 0..maps.shape().n {
            self.look_at(maps, image);
            let rows: Vec<f32> = (0..self.channels)
                .into_par_iter()
                .flat_map_iter(|c| self.differences(c, maps.channel(image, c)).map(|v| v as f32))
                .collect();
            for c in 0..self.channels {
                self.sums[c] += self.differences(c, maps.channel(image, c)).sum::<f64>();
            }
            let products = on_adapter::products(context, rows, self.channels, cancel)?;
            let sums = self.products.iter_mut().zip(products.data());
            sums.for_each(|(sum, &more)| *sum += f64::from(more));
            self.values += maps.shape().plane();
            self.images += 1;
        }
        Ok(())
    }

    /// Differences of a channel from its level; zeros of one that is not finite, which would spoil the others.
    fn differences<'v>(&self, c: usize, values: &'v [f32]) -> impl Iterator<Item = f64> + use<'v> {
        let (level, finite) = (self.level[c], self.finite[c]);
        values.iter().map(move |&v| if finite { f64::from(v) - level } else { 0.0 })
    }

    /// Least, greatest and level of each channel.
    fn look_at(&mut self, maps: &HostTensor, image: usize) {
        let plane = maps.shape().plane();
        for c in 0..self.channels {
            let values = maps.channel(image, c);
            for &v in values {
                self.least[c] = self.least[c].min(v);
                self.greatest[c] = self.greatest[c].max(v);
                self.finite[c] &= v.is_finite();
            }
            if self.images == 0 && self.finite[c] {
                self.level[c] = values.iter().map(|&v| f64::from(v)).sum::<f64>() / plane as f64;
            }
        }
    }

    fn add_image(&mut self, maps: &HostTensor, image: usize, cancel: &CancelToken) -> Result<(), ExecError> {
        let plane = maps.shape().plane();
        self.look_at(maps, image);
        for start in (0..plane).step_by(CHUNK) {
            let end = (start + CHUNK).min(plane);
            if cancel.is_cancelled() {
                return Err(ExecError::Cancelled);
            }
            self.add_chunk(maps, image, start..end)?;
        }
        self.values += plane;
        self.images += 1;
        Ok(())
    }

    fn add_chunk(
        &mut self,
        maps: &HostTensor,
        image: usize,
        pixels: std::ops::Range<usize>,
    ) -> Result<(), ExecError> {
        let width = pixels.len();
        let blocks: Vec<std::ops::Range<usize>> =
            (0..self.channels).step_by(BLOCK).map(|from| from..(from + BLOCK).min(self.channels)).collect();
        let difference = |c: usize| self.differences(c, &maps.channel(image, c)[pixels.clone()]);
        let dtype = if self.channels > EXACT { DType::F32 } else { DType::F64 };
        let rows: Vec<Tensor> = blocks
            .par_iter()
            .map(|block| {
                let values: Vec<f64> = block.clone().flat_map(difference).collect();
                let rows = Tensor::from_vec(values, (block.len(), width), &Device::Cpu);
                rows.and_then(|rows| rows.to_dtype(dtype)).map_err(failed)
            })
            .collect::<Result<_, _>>()?;
        let sums: Vec<f64> = (0..self.channels).map(|c| difference(c).sum()).collect();
        let pairs: Vec<(usize, usize)> =
            (0..blocks.len()).flat_map(|i| (i..blocks.len()).map(move |j| (i, j))).collect();
        let products: Vec<Vec<f64>> = pairs
            .par_iter()
            .map(|&(i, j)| {
                let product = rows[i].matmul(&rows[j].t().map_err(failed)?).map_err(failed)?;
                let flat = product.to_dtype(DType::F64).and_then(|product| product.flatten_all());
                flat.and_then(|flat| flat.to_vec1()).map_err(failed)
            })
            .collect::<Result<_, _>>()?;
        self.sums.iter_mut().zip(sums).for_each(|(sum, more)| *sum += more);
        for ((i, j), product) in pairs.into_iter().zip(products) {
            for (row, values) in blocks[i].clone().zip(product.chunks_exact(blocks[j].len())) {
                let into = &mut self.products[row * self.channels + blocks[j].start..][..values.len()];
                into.iter_mut().zip(values).for_each(|(sum, more)| *sum += more);
            }
        }
        Ok(())
    }

    /// How many channels the maps have.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// How many images were added.
    pub fn images(&self) -> usize {
        self.images
    }

    /// How many values of each channel were added.
    pub fn values(&self) -> usize {
        self.values
    }

    /// What kind of channel it is, by all values so far.
    pub fn kind(&self, c: usize) -> ChannelKind {
        match (self.finite[c], self.least[c], self.greatest[c]) {
            (false, ..) => ChannelKind::NotFinite,
            (true, 0.0, 0.0) => ChannelKind::Dead,
            (true, least, greatest) if least >= greatest => ChannelKind::Constant,
            _ => ChannelKind::Live,
        }
    }

    /// Of differences from the levels.
    fn product(&self, i: usize, j: usize) -> f64 {
        // Whole blocks were computed; below the diagonal of blocks there is nothing.
        let (i, j) = if i / BLOCK <= j / BLOCK { (i, j) } else { (j, i) };
        self.products[i * self.channels + j]
    }

    /// `sum_p x_i[p] x_j[p]` over every pixel of every image.
    pub fn inner(&self, i: usize, j: usize) -> f64 {
        let (a, b) = (self.level[i], self.level[j]);
        self.product(i, j) + a * self.sums[j] + b * self.sums[i] + self.values as f64 * a * b
    }

    /// `sum_p (x_i[p] - mean_i) (x_j[p] - mean_j)`.
    pub fn covariance(&self, i: usize, j: usize) -> f64 {
        self.product(i, j) - self.sums[i] * self.sums[j] / self.values.max(1) as f64
    }
}

fn failed(error: candle_core::Error) -> ExecError {
    ExecError::Device { node: "similarity".into(), cause: error.to_string() }
}
