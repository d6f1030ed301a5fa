//! Results that the window shows. Each is made by one job and never changed.

use std::sync::Arc;

use crate::analysis::{BoundBy, ChannelRanges, Class, TimeStats};
use crate::cost::Cost;
use crate::exec::backend::{Device, Plan};
use crate::exec::fuse::Executed;
use crate::exec::{Trace, Value};
use crate::graph::{Graph, NodeId, Op};
use crate::image_io::{InputWindow, Photo};
use crate::model_files::Model;
use crate::tensor::HostTensor;
use crate::variants::Swapped;

use super::choice::SwapChoice;

/// A photo with the number it was loaded under.
#[derive(Clone)]
pub struct LoadedPhoto {
    /// Differs between loads.
    pub id: u64,
    /// The pixels.
    pub photo: Arc<Photo>,
    /// The same, small enough for a texture on any adapter.
    pub shown: Arc<Photo>,
}

/// A model with the number it was loaded under.
#[derive(Clone)]
pub struct LoadedModel {
    /// Differs between loads.
    pub id: u64,
    /// Network, labels, manifest.
    pub model: Arc<Model>,
    /// Cost of every node.
    pub cost: Arc<Cost>,
}

/// What a run was made from: model, photo, device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunKey {
    /// [`LoadedModel::id`].
    pub model: u64,
    /// [`LoadedPhoto::id`].
    pub photo: u64,
    /// Whether it ran on the graphics adapter.
    pub graphics: bool,
}

/// The network run on the photo.
pub struct Run {
    /// From what.
    pub key: RunKey,
    /// The model.
    pub model: LoadedModel,
    /// The photo.
    pub photo: LoadedPhoto,
    /// Where.
    pub device: Device,
    /// Ready to run again.
    pub plan: Arc<Plan>,
    /// The network's input.
    pub input: HostTensor,
    /// What part of the photo the network sees.
    pub window: InputWindow,
    /// Every value.
    pub trace: Trace,
    /// Best classes.
    pub top: Vec<Class>,
}

/// The network run with one layer replaced.
pub struct SwapRun {
    /// The run it stands beside.
    pub base: Arc<Run>,
    /// When it was asked for.
    pub asked: std::time::Instant,
    /// What replaces what.
    pub choice: SwapChoice,
    /// The new network.
    pub swapped: Swapped,
    /// Cost of its nodes.
    pub cost: Cost,
    /// Ready to run again.
    pub plan: Arc<Plan>,
    /// Every value.
    pub trace: Trace,
    /// Best classes.
    pub top: Vec<Class>,
    /// `||after - before|| / ||before||` of the replaced layer's output.
    pub relative_change: f64,
}

/// The maps of one layer.
#[derive(Clone)]
pub struct Maps {
    /// Differs between results: what textures and buffers on the screen are kept by.
    pub id: u64,
    /// Where the executor left them.
    pub value: Value,
    /// The numbers.
    pub host: HostTensor,
    /// Their ranges.
    pub ranges: ChannelRanges,
}

/// The maps of the chosen layer, and of the same layer after the swap.
pub struct LayerMaps {
    /// The layer in the network.
    pub node: NodeId,
    /// From which run.
    pub run: Arc<Run>,
    /// From which swap.
    pub swap: Option<Arc<SwapRun>>,
    /// Maps of the network as it was trained.
    pub before: Maps,
    /// Maps with the swap.
    pub after: Option<Maps>,
}

/// Times of one network, node by node.
#[derive(Clone, Debug)]
pub struct NodeTimes {
    /// One per node; `None` where the device gives none.
    pub nodes: Vec<Option<TimeStats>>,
    /// Of the whole network.
    pub total: TimeStats,
}

/// One side of a comparison, run in fused steps for its results alone.
#[derive(Clone, Debug)]
pub struct FusedTiming {
    /// Of the steps that do the work of the layer, or of what replaces it; `None` where the device
    /// gives no times of steps.
    pub layer: Option<TimeStats>,
    /// Of the whole network.
    pub network: TimeStats,
    /// What those steps execute.
    pub executed: Executed,
    /// The least time for that on this device in nanoseconds, and what it is bound by.
    pub bound: (f64, BoundBy),
}

/// Times of a network and of the same with a layer replaced.
#[derive(Clone, Debug)]
pub struct SwapTiming {
    /// The swap it belongs to.
    pub choice: SwapChoice,
    /// As it was trained.
    pub before: FusedTiming,
    /// With the operator.
    pub after: FusedTiming,
}

/// Repeated, interleaved measurements of the network and of the swapped one.
pub struct Timing {
    /// From which run.
    pub key: RunKey,
    /// The network as it was trained.
    pub base: NodeTimes,
    /// The swapped network.
    pub swap: Option<SwapTiming>,
}

/// The layers that the column lists: every node but inputs.
pub fn layers(graph: &Graph) -> impl Iterator<Item = NodeId> {
    graph.iter().filter(|(_, node)| node.op != Op::Input).map(|(id, _)| id)
}

/// The layer that a network opens on: the first convolution with more than one tap whose inputs are
/// themselves feature maps, not colours.
pub fn first_layer(graph: &Graph) -> Option<NodeId> {
    let interesting = |id: &NodeId| {
        let node = graph.node(*id);
        matches!(&node.op, Op::Conv2d(c) if c.kernel > 1 && graph.shape(node.inputs[0]).c > 3)
    };
    layers(graph).find(interesting).or_else(|| layers(graph).next())
}
