//! What the backbones are written with: a builder that asks a placement which operator a layer stands
//! for, and that carries maps in one resolution or, between octave layers, in two.

use std::cell::Cell;
use std::rc::Rc;

use super::placement::{Choice, Part, Placement, Site, own_weights};
use crate::graph::{
    Activation, Builder, Conv2d, Graph, GraphError, NodeId, Padding, Pool2d, PoolKind, Weight, WeightSource,
    Wiring,
};
use crate::tensor::Shape;
use crate::variants::{Geometry, Octaves, octave_paths};

/// Maps between two layers: all channels at one resolution, or the last ones at half of it.
pub(super) type Maps = Octaves;

/// The epsilon of most batch norms.
pub(super) const EPS: f32 = 1e-5;

/// A convolution of a backbone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer {
    out: usize,
    kernel: usize,
    stride: usize,
    padding: Padding,
    groups: usize,
    bias: bool,
}

impl Layer {
    /// A dense layer with "same" padding and stride 1, without bias.
    pub(super) const fn new(out: usize, kernel: usize) -> Self {
        Self { out, kernel, stride: 1, padding: Padding::same(kernel, 1), groups: 1, bias: false }
    }

    pub(super) const fn stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    pub(super) const fn padding(self, pixels: usize) -> Self {
        Self { padding: Padding::even(pixels), ..self }
    }

    pub(super) const fn groups(self, groups: usize) -> Self {
        Self { groups, ..self }
    }

    pub(super) const fn biased(self) -> Self {
        Self { bias: true, ..self }
    }
}

/// Which optional weights a network has.
#[derive(Clone, Copy)]
enum Optional {
    /// All that are asked for.
    All,
    /// Those whose names end so.
    Only(&'static [&'static str]),
}

/// Asks for the optional weights that the network has as for required ones: a file without a bias is not
/// this network.
pub(super) struct Required<'s> {
    source: &'s mut dyn WeightSource,
    optional: Rc<Cell<Optional>>,
}

impl<'s> Required<'s> {
    pub(super) fn new(source: &'s mut dyn WeightSource) -> Self {
        Self { source, optional: Rc::new(Cell::new(Optional::All)) }
    }
}

impl WeightSource for Required<'_> {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        match self.optional.get() {
            Optional::Only(ends) if optional && !ends.iter().any(|end| name.ends_with(end)) => Ok(None),
            _ => self.source.take(name, dims, false),
        }
    }
}

/// A backbone on its way to a graph. Names are put behind the current scope.
pub(super) struct Net<'p, 's> {
    b: Builder<'s>,
    placement: &'p Placement,
    optional: Rc<Cell<Optional>>,
    scope: String,
    at: (usize, usize),
    sites: Vec<Site>,
}

impl<'p, 's> Net<'p, 's> {
    pub(super) fn new(source: &'s mut Required<'_>, placement: &'p Placement) -> Self {
        let optional = source.optional.clone();
        let b = Builder::new(source);
        Self { b, placement, optional, scope: String::new(), at: (0, 0), sites: Vec::new() }
    }

    /// The finished graph, whose only output is `prob`.
    pub(super) fn finish(mut self, prob: NodeId) -> (Graph, Vec<Site>) {
        self.b.output("prob", prob);
        (self.b.finish(), self.sites)
    }

    /// The builder, for what needs no placement.
    pub(super) fn builder(&mut self) -> &mut Builder<'s> {
        &mut self.b
    }

    pub(super) fn input(&mut self, shape: Shape) -> Result<Maps, GraphError> {
        self.b.input("input", shape).map(Maps::plain)
    }

    /// Runs `build` with `prefix` put before every name.
    pub(super) fn scoped<T>(&mut self, prefix: &str, build: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.scope.len();
        self.scope.push_str(prefix);
        let result = build(self);
        self.scope.truncate(outer);
        result
    }

    /// The layers from here on belong to this block of this stage.
    pub(super) fn at(&mut self, stage: usize, block: usize) {
        self.at = (stage, block);
    }

    pub(super) fn name(&self, name: &str) -> String {
        format!("{}{name}", self.scope)
    }

    /// Shape of the maps at full resolution, with all channels.
    pub(super) fn shape(&self, x: Maps) -> Shape {
        let channels = |id| self.b.shape(id).c;
        self.b.shape(x.high).with_channels(channels(x.high) + x.low.map_or(0, channels))
    }

    /// The operator that stands for a layer which the backbone need not have.
    pub(super) fn choice(&mut self, name: &str, part: Part, geometry: Geometry) -> Option<&'p Choice> {
        let name = self.name(name);
        let (stage, block) = self.at;
        let placement = self.placement;
        let choice = placement.get(&name);
        self.sites.push(Site { name, geometry, groups: 1, stage, block, part });
        choice
    }

    /// A convolution, or the operator that stands for it.
    pub(super) fn conv(&mut self, name: &str, part: Part, x: Maps, layer: Layer) -> Result<Maps, GraphError> {
        let full = self.name(name);
        let Layer { out, kernel, stride, padding, groups, bias } = layer;
        let geometry = Geometry { in_channels: self.shape(x).c, out_channels: out, kernel, stride, padding };
        let (stage, block) = self.at;
        self.sites.push(Site { name: full.clone(), geometry, groups, stage, block, part });
        let placement = self.placement;
        match placement.get(&full) {
            Some(choice) => self.operator(&full, choice, &geometry, groups, bias, x),
            None => {
                let x = self.joined(&full, x)?;
                let conv = Conv2d { kernel, stride, padding, dilation: 1, wiring: Wiring::Grouped(groups) };
                self.b.conv2d(&full, x, conv, out, bias).map(Maps::plain)
            }
        }
    }

    /// [`Net::conv`] of a layer that is itself an operator, `own`.
    pub(super) fn conv_as(
        &mut self,
        name: &str,
        part: Part,
        x: Maps,
        layer: Layer,
        own: Choice,
    ) -> Result<Maps, GraphError> {
        let Layer { out, kernel, stride, padding, bias, .. } = layer;
        let geometry = Geometry { in_channels: self.shape(x).c, out_channels: out, kernel, stride, padding };
        let choice = self.choice(name, part, geometry).cloned().unwrap_or(own);
        let full = self.name(name);
        self.operator(&full, &choice, &geometry, 1, bias, x)
    }

    /// The operator in place of the layer `full`.
    pub(super) fn operator(
        &mut self,
        full: &str,
        choice: &Choice,
        geometry: &Geometry,
        groups: usize,
        bias: bool,
        x: Maps,
    ) -> Result<Maps, GraphError> {
        let refuse = |reason: String| GraphError::Node { node: full.to_owned(), reason };
        let Choice { variant, settings } = choice;
        variant.fits(geometry).map_err(|e| refuse(e.to_string()))?;
        settings.check(*variant, geometry).map_err(|e| refuse(e.to_string()))?;
        self.optional.set(match bias {
            true => Optional::All,
            false => Optional::Only(own_weights(variant.name())),
        });
        let scope = format!("{full}/");
        let y = if variant.two_resolutions() {
            let x = self.split(full, x, settings.real("alpha_in"))?;
            let out_low = (settings.real("alpha_out") * geometry.out_channels as f64).floor() as usize;
            self.b.scoped(&scope, |b| octave_paths(geometry, groups, x, out_low, b))?
        } else if groups > 1 {
            return Err(refuse(format!("{} stands for dense convolutions only", variant.name())));
        } else {
            let x = self.joined(full, x)?;
            Maps::plain(self.b.scoped(&scope, |b| variant.embed(geometry, settings, x, b))?)
        };
        self.optional.set(Optional::All);
        let expected = geometry.output(self.shape(x));
        let found = self.shape(y);
        if found == expected {
            Ok(y)
        } else {
            Err(refuse(format!("the operator gives {found}, not {expected}")))
        }
    }

    /// Maps whose last channels, a share of `alpha`, lie at half the resolution. Maps that come in two
    /// resolutions stay as they are.
    fn split(&mut self, layer: &str, x: Maps, alpha: f64) -> Result<Maps, GraphError> {
        let channels = self.b.shape(x.high).c;
        let low = (alpha * channels as f64).floor() as usize;
        if x.low.is_some() || low == 0 {
            return Ok(x);
        }
        let high = self.b.slice(&format!("{layer}/split_high"), x.high, 0, channels - low)?;
        let low = self.b.slice(&format!("{layer}/split_low"), x.high, channels - low, low)?;
        let pool = Pool2d { ceil: true, ..Pool2d::square(PoolKind::Average, 2, 2) };
        let low = self.b.pool2d(&format!("{layer}/split_low_pool"), low, pool)?;
        Ok(Maps { high, low: Some(low) })
    }

    /// All channels at full resolution, for a layer that knows only one.
    pub(super) fn joined(&mut self, layer: &str, x: Maps) -> Result<NodeId, GraphError> {
        let Some(low) = x.low else { return Ok(x.high) };
        let Shape { h, w, .. } = self.b.shape(x.high);
        let low = self.b.upsample(&format!("{layer}/join_low_up"), low, 2, h, w)?;
        self.b.concat(&format!("{layer}/join"), &[x.high, low])
    }

    /// The same for both resolutions; the second node is named `{name}.low`.
    pub(super) fn each(
        &mut self,
        name: &str,
        x: Maps,
        f: impl Fn(&mut Builder<'s>, &str, NodeId) -> Result<NodeId, GraphError>,
    ) -> Result<Maps, GraphError> {
        let full = self.name(name);
        let high = f(&mut self.b, &full, x.high)?;
        let low = x.low.map(|low| f(&mut self.b, &format!("{full}.low"), low)).transpose()?;
        Ok(Maps { high, low })
    }

    pub(super) fn norm(&mut self, name: &str, x: Maps) -> Result<Maps, GraphError> {
        self.each(name, x, |b, name, x| b.batch_norm(name, x, EPS))
    }

    pub(super) fn activation(&mut self, name: &str, x: Maps, f: Activation) -> Result<Maps, GraphError> {
        self.each(name, x, |b, name, x| b.activation(name, x, f))
    }

    pub(super) fn relu(&mut self, name: &str, x: Maps) -> Result<Maps, GraphError> {
        self.activation(name, x, Activation::Relu)
    }

    /// A pool without ceil mode.
    pub(super) fn pool(
        &mut self,
        name: &str,
        x: Maps,
        kind: PoolKind,
        kernel: usize,
        stride: usize,
        padding: usize,
    ) -> Result<Maps, GraphError> {
        let pool = Pool2d { padding: Padding::even(padding), ..Pool2d::square(kind, kernel, stride) };
        self.each(name, x, |b, name, x| b.pool2d(name, x, pool))
    }

    /// The sum of two maps; where only one comes in two resolutions, it is joined first.
    pub(super) fn add(&mut self, name: &str, a: Maps, b: Maps) -> Result<Maps, GraphError> {
        let full = self.name(name);
        if let (Some(low_a), Some(low_b)) = (a.low, b.low) {
            let high = self.b.add(&full, a.high, b.high)?;
            let low = self.b.add(&format!("{full}.low"), low_a, low_b)?;
            return Ok(Maps { high, low: Some(low) });
        }
        let (a, b) = (self.joined(&full, a)?, self.joined(&full, b)?);
        self.b.add(&full, a, b).map(Maps::plain)
    }

    /// Maps joined along the channels, each resolution by itself.
    pub(super) fn concat(&mut self, name: &str, parts: &[Maps]) -> Result<Maps, GraphError> {
        let full = self.name(name);
        let one = |b: &mut Builder<'s>, name: &str, parts: &[NodeId]| match parts {
            [only] => Ok(*only),
            parts => b.concat(name, parts),
        };
        let high: Vec<NodeId> = parts.iter().map(|x| x.high).collect();
        let low: Vec<NodeId> = parts.iter().filter_map(|x| x.low).collect();
        let high = one(&mut self.b, &full, &high)?;
        if low.is_empty() {
            return Ok(Maps::plain(high));
        }
        Ok(Maps { high, low: Some(one(&mut self.b, &format!("{full}.low"), &low)?) })
    }

    /// The mean of each channel, high ones first.
    pub(super) fn means(&mut self, name: &str, x: Maps) -> Result<NodeId, GraphError> {
        let means = self.each(name, x, |b, name, x| b.global_average_pool(name, x))?;
        match means.low {
            None => Ok(means.high),
            Some(low) => {
                let name = self.name(&format!("{name}.joined"));
                self.b.concat(&name, &[means.high, low])
            }
        }
    }

    /// Means, a fully connected layer, softmax: the end of most backbones.
    pub(super) fn classify(
        &mut self,
        pool: &str,
        layer: &str,
        x: Maps,
        classes: usize,
    ) -> Result<NodeId, GraphError> {
        let x = self.means(pool, x)?;
        let x = self.b.linear(layer, x, classes)?;
        self.b.softmax("prob", x)
    }

    /// Squeeze and excitation: each channel times a factor between 0 and 1 that two fully connected
    /// layers make of all means; one gate for both resolutions.
    pub(super) fn excite(&mut self, names: &Excite<'_>, x: Maps) -> Result<Maps, GraphError> {
        let channels = self.shape(x).c;
        let mut s = self.means(names.pool, x)?;
        let full = |net: &Self, name: &str| net.name(name);
        let (reduce, expand) = (full(self, names.reduce), full(self, names.expand));
        s = self.b.linear_of(&reduce, s, names.hidden, names.bias)?;
        s = self.b.activation(&format!("{reduce}.relu"), s, Activation::Relu)?;
        s = self.b.linear_of(&expand, s, channels, names.bias)?;
        s = self.b.activation(&format!("{expand}.gate"), s, names.gate)?;
        let scale = full(self, names.scale);
        let Some(low) = x.low else {
            return self.b.multiply(&scale, x.high, s).map(Maps::plain);
        };
        let (high_channels, low_channels) = (self.b.shape(x.high).c, self.b.shape(low).c);
        let high_gate = self.b.slice(&format!("{expand}.gate_high"), s, 0, high_channels)?;
        let low_gate = self.b.slice(&format!("{expand}.gate_low"), s, high_channels, low_channels)?;
        let high = self.b.multiply(&scale, x.high, high_gate)?;
        let low = self.b.multiply(&format!("{scale}.low"), low, low_gate)?;
        Ok(Maps { high, low: Some(low) })
    }
}

/// Names and sizes of a squeeze-and-excitation part.
pub(super) struct Excite<'n> {
    pub(super) pool: &'n str,
    pub(super) reduce: &'n str,
    pub(super) expand: &'n str,
    pub(super) scale: &'n str,
    /// Channels between the two fully connected layers.
    pub(super) hidden: usize,
    pub(super) bias: bool,
    pub(super) gate: Activation,
}
