//! Depthwise 3x3 convolutions with stride 1 and padding 1: they have so few multiply-adds that a padded
//! copy would cost more than the sums.

use crate::exec::conv_work::ConvWork;
use crate::exec::taps::TapGroup;

use super::super::buffer::MIN_TASK;
use super::super::simd::DepthwiseArgs;
use super::super::spread::spread;
use super::run::{From, Out};
use super::{Map, PackedConv};

/// One output and the channel it reads.
#[derive(Clone, Debug)]
pub struct Channel {
    weights: [f32; 9],
    bias: f32,
    /// Where the channel of the first image begins.
    from: usize,
    /// Distance to that of the next image.
    image: usize,
    output: u32,
}

impl Channel {
    /// All outputs, if each reads one channel in this way.
    pub fn of_all(work: &ConvWork, maps: &[Map]) -> Option<Vec<Self>> {
        let channels = work.groups.iter().map(|group| Self::of(group, work, maps));
        let channels: Option<Vec<Vec<Self>>> = channels.collect();
        let mut channels = channels?.concat();
        channels.sort_by_key(|c| c.output);
        Some(channels)
    }

    fn of(group: &TapGroup, work: &ConvWork, maps: &[Map]) -> Option<Vec<Self>> {
        let first = group.taps.first()?;
        let map = &maps[first.source as usize];
        let shape = map.source.shape;
        let places = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dy, dx)));
        let fits = group.taps.len() == 9
            && (shape.h, shape.w) == (work.shape.h, work.shape.w)
            && map.source.stride == 1
            && !map.source.pooled
            && (group.taps.iter().zip(places))
                .all(|(t, place)| (t.source, t.input, (t.dy, t.dx)) == (first.source, first.input, place));
        let outputs = group.outputs.len();
        let channel = |(place, &output): (usize, &u32)| Self {
            weights: std::array::from_fn(|tap| group.weights[tap * outputs + place]),
            bias: work.bias[output as usize],
            from: map.plane(0, first.input),
            image: shape.c * shape.plane(),
            output,
        };
        fits.then(|| group.outputs.iter().enumerate().map(channel).collect())
    }
}

impl PackedConv {
    /// All channels of all images.
    pub(super) fn run_channels(&self, channels: &[Channel], read: From, out: Out) {
        let count = self.y.n * channels.len();
        spread(count, count * self.y.plane() / MIN_TASK, |i| {
            let (n, channel) = (i / channels.len(), &channels[i % channels.len()]);
            let args = DepthwiseArgs {
                from: read.at(channel.from + n * channel.image),
                to: out.plane(self, n, channel.output),
                w: self.y.w,
                h: self.y.h,
                weights: &channel.weights,
                bias: channel.bias,
            };
            // SAFETY: the level was detected on this machine; whoever runs the convolution vouches for
            // its maps, all of the same size; the plane is this piece's.
            unsafe { self.level.depthwise(args) };
            self.finish([channel.output], n, 0..self.y.plane(), read, out);
        });
    }
}
