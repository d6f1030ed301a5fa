//! Backbones: each builds itself as a graph, at any input size it allows, with weights from any
//! source, and with operators in place of its convolutions. A new one is one new file and one line in
//! [`ALL`].

mod alexnet;
mod condensenet;
mod condensenet_v2;
mod densenet;
mod efficientnet_lite;
mod everywhere;
mod ghostnet;
mod mobilenet_v1;
mod mobilenet_v2;
mod net;
mod placement;
mod res2net;
mod resnet;
mod shufflenet_v2;
mod squeezenet;
mod vgg;
mod written;

use crate::graph::{Blank, Graph, GraphError, NodeId, WeightSource};
use crate::tensor::Shape;
use crate::variants::{ConvVariant, Geometry, Settings};
pub use everywhere::{Everywhere, EverywhereError, everywhere};
use net::{Maps, Net, Required};
pub use placement::{Choice, Part, Placement, Site};
pub use written::{Built, InBackbone, NOMINAL, Placed, Written, WrittenError, put_everywhere};

/// Every backbone, in the order of menus and tables.
#[rustfmt::skip] // one line each
pub static ALL: &[&Network] = &[
    &squeezenet::SQUEEZENET1_1,
    &efficientnet_lite::EFFICIENTNET_LITE0,
    &alexnet::ALEXNET,
    &vgg::VGG16, &vgg::VGG16_CIFAR, &vgg::VGG16_CIFAR_BIASED,
    &vgg::VGG16_CIFAR_BESIDE[0], &vgg::VGG16_CIFAR_BESIDE[1], &vgg::VGG16_CIFAR_BESIDE[2],
    &vgg::VGG16_CIFAR_BESIDE[3], &vgg::VGG16_CIFAR_BESIDE[4], &vgg::VGG16_CIFAR_BESIDE[5],
    &vgg::VGG16_CIFAR_BESIDE[6],
    &resnet::RESNET18, &resnet::RESNET34, &resnet::RESNET50, &resnet::RESNET101, &resnet::RESNET152,
    &resnet::RESNET26, &resnet::RESNET200, &resnet::RESNET50_V1, &resnet::RESNET101_V1,
    &resnet::RESNEXT50, &resnet::RESNEXT101, &resnet::SE_RESNET50,
    &resnet::RESNET152_V1F, &resnet::SE_RESNET152_V1E, &resnet::RESNET26_PREACT,
    &resnet::RESNET50_PREACT, &resnet::RESNET101_PREACT, &resnet::RESNET200_PREACT, &resnet::RESNEXT50_PREACT,
    &resnet::RESNET20_A, &resnet::RESNET20_B, &resnet::RESNET56_A, &resnet::RESNET56_B,
    &densenet::DENSENET121,
    &mobilenet_v1::MOBILENET_V1, &mobilenet_v1::MOBILENET_V1_075, &mobilenet_v2::MOBILENET_V2,
    &mobilenet_v2::MOBILENET_V2_OCT, &mobilenet_v2::MOBILENET_V2_OCT_1125,
    &shufflenet_v2::X0_5, &shufflenet_v2::X1_0, &shufflenet_v2::X1_5,
    &ghostnet::GHOSTNET,
    &condensenet::CIFAR[0], &condensenet::CIFAR[1], &condensenet::CIFAR[2], &condensenet::CIFAR[3],
    &condensenet::CIFAR[4], &condensenet::CIFAR[5], &condensenet::CIFAR[6],
    &condensenet::C4, &condensenet::C4_CONVERTED, &condensenet::C8, &condensenet::C8_CONVERTED,
    &condensenet_v2::A, &condensenet_v2::B, &condensenet_v2::C,
    &res2net::ALL[0], &res2net::ALL[1], &res2net::ALL[2], &res2net::ALL[3], &res2net::ALL[4], &res2net::ALL[5],
];

/// A backbone.
#[derive(Debug)]
pub struct Network {
    /// Name in manifests and on the command line, such as `squeezenet1_1`.
    pub name: &'static str,
    /// Name for people, such as `SqueezeNet 1.1`; the same in every language.
    pub title: &'static str,
    /// The input it was trained on: batch 1, channels, height, width.
    pub input: Shape,
    /// Number of classes in the output `prob`.
    pub classes: usize,
    /// Operators that a paper puts into it by a rule of its own ([`Network::placement`]).
    pub placements: &'static [&'static str],
    architecture: &'static dyn Architecture,
}

/// How a family of backbones is built.
trait Architecture: Sync + std::fmt::Debug {
    /// The layers from the input to `prob`.
    ///
    /// # Errors
    /// If the maps become smaller than a window, or a weight does not fit.
    fn build(&self, net: &mut Net<'_, '_>, input: Maps, classes: usize) -> Result<NodeId, GraphError>;

    /// The settings of an operator of [`Network::placements`] on a layer by the paper's rule, made from
    /// those that were `given`; `None` where the layer stays as it is.
    fn place(&self, variant: &str, site: &Site, given: Settings) -> Option<Settings> {
        placement::dense_kernels(variant, site, given)
    }
}

impl Network {
    /// The network's graph on maps of shape `input`; its output is named `prob`.
    ///
    /// Every weight is asked for as one that must be there: a file without a bias is not this
    /// network. [`Seeded`](crate::graph::Seeded) makes an untrained one, with biases of zero.
    ///
    /// # Shapes
    /// `[N, 3, H, W]` gives `[N, classes, 1, 1]`.
    ///
    /// # Errors
    /// If the maps become smaller than a window, or a weight is missing or has another shape.
    pub fn build(&self, weights: &mut dyn WeightSource, input: Shape) -> Result<Graph, GraphError> {
        self.build_with(weights, input, &Placement::default())
    }

    /// [`Network::build`] with operators in place of some layers. Between octave layers the maps stay in
    /// two resolutions; other layers that read such maps get them joined.
    ///
    /// # Errors
    /// As [`Network::build`], and if an operator cannot stand for its layer; the message names the layer.
    pub fn build_with(
        &self,
        weights: &mut dyn WeightSource,
        input: Shape,
        placement: &Placement,
    ) -> Result<Graph, GraphError> {
        Ok(self.walk(weights, input, placement)?.0)
    }

    /// The layers that operators can stand for, in order.
    ///
    /// # Errors
    /// If the input is too small for the network.
    pub fn sites(&self, input: Shape) -> Result<Vec<Site>, GraphError> {
        Ok(self.walk(&mut Blank, input, &Placement::default())?.1)
    }

    /// Where the operator stands in this backbone by the rule of its paper; `None` if no paper puts it
    /// there. `settings` gives the operator's settings for a layer, before the rule changes them.
    ///
    /// # Errors
    /// If the input is too small for the network.
    pub fn placement(
        &self,
        variant: &'static dyn ConvVariant,
        input: Shape,
        settings: &dyn Fn(&Geometry) -> Settings,
    ) -> Result<Option<Placement>, GraphError> {
        if !self.placements.contains(&variant.name()) {
            return Ok(None);
        }
        let mut placement = Placement::default();
        for site in self.sites(input)? {
            let given = settings(&site.geometry);
            if let Some(settings) = self.architecture.place(variant.name(), &site, given) {
                placement.put(&site.name, Choice { variant, settings });
            }
        }
        Ok(Some(placement))
    }

    fn walk(
        &self,
        weights: &mut dyn WeightSource,
        input: Shape,
        placement: &Placement,
    ) -> Result<(Graph, Vec<Site>), GraphError> {
        let mut source = Required::new(weights);
        let mut net = Net::new(&mut source, placement);
        let x = net.input(input)?;
        let prob = self.architecture.build(&mut net, x, self.classes)?;
        Ok(net.finish(prob))
    }
}

/// The backbone of this name. Case, `-`, `_` and `.` do not matter: `ResNet-50` is `resnet50`.
pub fn find(name: &str) -> Option<&'static Network> {
    let plain = |name: &str| -> String {
        name.chars().filter(|c| !matches!(c, '-' | '_' | '.')).collect::<String>().to_lowercase()
    };
    let wanted = plain(name);
    ALL.iter().copied().find(|network| plain(network.name) == wanted)
}

/// A backbone whose layers are written down without a placement.
#[derive(Debug)]
struct Fixed(fn(&mut crate::graph::Builder<'_>, NodeId) -> Result<NodeId, GraphError>);

impl Architecture for Fixed {
    fn build(&self, net: &mut Net<'_, '_>, input: Maps, _: usize) -> Result<NodeId, GraphError> {
        (self.0)(net.builder(), input.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_network_builds_at_other_sizes_and_batches() {
        let mut names = HashSet::new();
        for network in ALL {
            assert!(std::ptr::eq(*network, find(network.name).unwrap()), "{}", network.name);
            assert!(names.insert(network.title), "{}", network.title);
            for shape in [network.input, Shape::new(2, 3, 97, 130)] {
                let graph = network.build(&mut Blank, shape).unwrap();
                let (name, id) = &graph.outputs()[0];
                assert_eq!(name, "prob");
                assert_eq!(graph.shape(*id), Shape::new(shape.n, network.classes, 1, 1), "{}", network.name);
            }
        }
        assert!(std::ptr::eq(find("ResNet-50").unwrap(), find("resnet50").unwrap()));
    }

    #[test]
    fn impossible_inputs_are_refused_with_the_node_named() {
        let squeezenet = find("squeezenet1_1").unwrap();
        let error = squeezenet.build(&mut Blank, Shape::new(1, 3, 2, 2)).unwrap_err();
        assert!(error.to_string().starts_with("conv1: "), "{error}");
        for network in ALL {
            assert!(network.build(&mut Blank, Shape::new(1, 3, 0, 224)).is_err());
        }
    }
}
