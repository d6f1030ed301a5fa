//! An operator at work on real maps: what the page of an operator shows. The same for window, files
//! and command line.

use std::sync::Arc;

use crate::cost::{Cost, cost};
use crate::exec::backend::{Device, Plan};
use crate::exec::{Ctl, ExecError};
use crate::graph::{
    Builder, Conv2d, Graph, GraphError, NodeId, Op, Origin, Seeded, Weight, WeightSource, Wiring,
};
use crate::tensor::{HostTensor, Shape, seeded_normal};
use crate::variants::{
    self, ConvVariant, Formula, Geometry, Misfit, Output, Outputs, Settings, SwapError, site, swap,
};

/// Seed of weights that no trained layer can give.
const SEED: u64 = 20;
/// Side of the maps that the photo is cut into.
const PHOTO_SIDE: usize = 56;
/// Every `PHOTO_STEP`-th pixel of every `PHOTO_STEP`-th row makes one map.
const PHOTO_STEP: usize = 4;

/// What the operator is shown on.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The input of a layer of the loaded network, by the layer's name.
    Layer(String),
    /// The photo itself, cut into 48 maps of 56x56: each colour by its place in 4x4 pixels.
    Photo,
}

/// A convolution as it stands in a network, with what it reads and gives.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Channels, kernel, stride, padding.
    pub geometry: Geometry,
    /// What it reads.
    pub input: HostTensor,
    /// What it gives.
    pub output: HostTensor,
    /// Kernel `[O, I, k, k]`.
    pub kernel: Weight,
    /// Bias `[O]`.
    pub bias: Option<Weight>,
}

/// Why an operator could not be shown.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StudyError {
    /// The layer is none that operators stand in for.
    #[error(transparent)]
    Site(#[from] SwapError),
    /// Its graph could not be built.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// It could not be run.
    #[error(transparent)]
    Run(#[from] ExecError),
}

/// An operator with its settings, and what it is shown on.
#[derive(Clone, Debug)]
pub struct Study {
    /// Name of the operator.
    pub variant: &'static str,
    /// Its settings, complete and legal.
    pub settings: Settings,
    /// The layer it is: the site's geometry, or the nearest that the operator is defined for.
    pub geometry: Geometry,
    /// The convolution it stands in for, or whose maps it is shown on.
    pub site: Arc<Site>,
    /// Values of some of its weights by their names, if they were fitted.
    pub fitted: Vec<(String, Vec<f32>)>,
}

/// An operator as operations, with what they read.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The operator's graph.
    pub graph: Graph,
    /// Its named results; the first is the map.
    pub outputs: Outputs,
    /// A value for each input of the graph.
    pub inputs: Vec<HostTensor>,
    /// Whether it stands in for the site's convolution; else it stands alone, with weights from a seed.
    pub in_place: bool,
    /// Why it cannot stand in.
    pub misfit: Option<Misfit>,
}

/// An operator that was run, with every value.
#[derive(Clone, Debug)]
pub struct StudyRun {
    /// What was run.
    pub study: Study,
    /// The operator's graph.
    pub graph: Graph,
    /// Its named results; the first is the map.
    pub outputs: Outputs,
    /// The value of every node.
    pub values: Vec<HostTensor>,
    /// The cost of every node.
    pub cost: Cost,
    /// The operator's closed formula; none where it only stands in with a 1x1 convolution in front.
    pub formula: Option<Formula>,
    /// The closed formula of the standard convolution of the same geometry.
    pub standard: Formula,
    /// Where the weights come from.
    pub origin: Origin,
    /// Whether it stands in for the site's convolution; else it stands alone, with weights from a seed.
    pub in_place: bool,
    /// Why it cannot stand in.
    pub misfit: Option<Misfit>,
}

impl Site {
    /// The convolution `id` of a network, where `value` gives the values of a run.
    ///
    /// # Errors
    /// If operators cannot stand in for it.
    pub fn of_layer(
        graph: &Graph,
        id: NodeId,
        mut value: impl FnMut(NodeId) -> Result<HostTensor, ExecError>,
    ) -> Result<Self, StudyError> {
        let geometry = site(graph, id)?;
        let node = graph.node(id);
        Ok(Self {
            name: node.name.clone(),
            geometry,
            input: value(node.inputs[0])?,
            output: value(id)?,
            kernel: graph.weight(node.weights[0]).clone(),
            bias: node.weights.get(1).map(|&w| graph.weight(w).clone()),
        })
    }

    /// A 3x3 convolution with weights from a seed on the photo, given as the network sees it
    /// (`[1, 3, H, W]`).
    ///
    /// # Errors
    /// If the convolution cannot be run.
    pub fn of_photo(photo: &HostTensor) -> Result<Self, StudyError> {
        let input = phases(photo);
        let geometry = Geometry::same(input.shape().c, input.shape().c, 3, 1);
        let mut source = Seeded(SEED);
        let mut b = Builder::new(&mut source);
        let x = b.input("input", input.shape())?;
        let y = b.conv2d("photo", x, geometry.conv(Wiring::Grouped(1)), input.shape().c, false)?;
        b.output("output", y);
        let graph = b.finish();
        let kernel = graph.weight(graph.node(y).weights[0]).clone();
        let values = run(&graph, std::slice::from_ref(&input), &Ctl::default())?;
        let output = values[y.index()].clone();
        Ok(Self { name: "photo".into(), geometry, input, output, kernel, bias: None })
    }
}

/// The photo cut into `PHOTO_STEP^2` maps per colour, `PHOTO_SIDE` pixels wide, from its middle.
fn phases(photo: &HostTensor) -> HostTensor {
    let Shape { c, h, w, .. } = photo.shape();
    let (side, step) = (PHOTO_SIDE.min(h / PHOTO_STEP).min(w / PHOTO_STEP).max(1), PHOTO_STEP);
    let (top, left) = (h.saturating_sub(side * step) / 2, w.saturating_sub(side * step) / 2);
    let shape = Shape::new(1, c * step * step, side, side);
    let mut data = Vec::with_capacity(shape.elements());
    for phase in 0..step * step {
        for channel in 0..c {
            for y in 0..side {
                for x in 0..side {
                    let row = (top + y * step + phase / step).min(h - 1);
                    let column = (left + x * step + phase % step).min(w - 1);
                    data.push(photo.at(0, channel, row, column));
                }
            }
        }
    }
    HostTensor::new(shape, data)
}

impl Study {
    /// The operator on this site. Settings are completed and moved to legal values.
    pub fn new(variant: &'static dyn ConvVariant, chosen: &Settings, site: Arc<Site>) -> Self {
        let geometry = study_geometry(variant, &site);
        let settings = chosen.clamped(variant, &geometry);
        Self { variant: variant.name(), settings, geometry, site, fitted: Vec::new() }
    }

    /// The operator itself.
    pub fn operator(&self) -> &'static dyn ConvVariant {
        variants::find(self.variant).expect("a study is made from an operator of the list")
    }

    /// Its graph with its inputs, not run.
    ///
    /// # Errors
    /// If it cannot be built.
    pub fn lower(&self) -> Result<Lowered, StudyError> {
        let operator = self.operator();
        let misfit = operator.fits(&self.site.geometry).err();
        let in_place = misfit.is_none() && !reactivates(operator, &self.geometry, &self.settings);
        let (graph, outputs) = if in_place { self.in_place(operator)? } else { self.alone(operator)? };
        let inputs: Vec<HostTensor> =
            graph.inputs().iter().enumerate().map(|(i, &id)| self.input(i, graph.shape(id))).collect();
        Ok(Lowered { graph, outputs, inputs, in_place, misfit })
    }

    /// Builds and runs it on the CPU, and keeps every value.
    ///
    /// # Errors
    /// If it cannot be built or run, or was cancelled.
    pub fn run(&self, ctl: &Ctl) -> Result<StudyRun, StudyError> {
        let operator = self.operator();
        let Lowered { graph, outputs, inputs, in_place, misfit } = self.lower()?;
        let values = run(&graph, &inputs, ctl)?;
        let first = graph.shape(graph.inputs()[0]);
        let standard = variants::ALL[0];
        let origin = match graph.weights().first().map_or(Origin::Seeded, |w| w.origin) {
            Origin::Derived if self.is_the_layer(&graph) => self.site.kernel.origin,
            // Derived from a kernel that was itself never trained.
            _ if self.site.kernel.origin == Origin::Seeded => Origin::Seeded,
            origin => origin,
        };
        Ok(StudyRun {
            cost: cost(&graph),
            formula: (operator.nearest(self.geometry) == self.geometry)
                .then(|| operator.formula(&self.geometry, &self.settings, first)),
            standard: standard.formula(&self.geometry, &Settings::defaults(standard, &self.geometry), first),
            study: self.clone(),
            graph,
            outputs,
            values,
            origin: if self.fitted.is_empty() { origin } else { Origin::Fitted },
            in_place,
            misfit,
        })
    }

    /// In place of the site's convolution, with weights derived from its kernel.
    fn in_place(&self, operator: &dyn ConvVariant) -> Result<(Graph, Outputs), StudyError> {
        let Site { name, geometry, input, kernel, bias, .. } = &*self.site;
        let mut source = Kernel { kernel: kernel.clone(), bias: bias.clone() };
        let mut b = Builder::new(&mut source);
        let x = b.input("input", input.shape())?;
        let conv = geometry.conv(Wiring::Grouped(1));
        let y = b.conv2d(name, x, conv, geometry.out_channels, bias.is_some())?;
        b.output("output", y);
        let dense = b.finish();
        let swapped = swap(&dense, y, operator, &self.settings)?;
        let output = swapped.node_of[y.index()];
        let mut graph = swapped.graph;
        for (name, values) in &self.fitted {
            if let Some(id) = graph.weight_named(name) {
                graph.set_weight(id, values.clone(), Origin::Fitted);
            }
        }
        Ok((graph, vec![("output", Output::Map(output))]))
    }

    /// Whether the graph is the site's convolution with its own weights: the operator's trivial setting.
    fn is_the_layer(&self, graph: &Graph) -> bool {
        let mut convolutions = graph.nodes().iter().filter(|n| matches!(n.op, Op::Conv2d(_)));
        let (Some(node), None) = (convolutions.next(), convolutions.next()) else { return false };
        let Op::Conv2d(conv) = &node.op else { return false };
        conv.wiring == Wiring::Grouped(1)
            && conv.dilation == 1
            && graph.weight(node.weights[0]).values == self.site.kernel.values
    }

    /// By itself, with weights from a seed.
    fn alone(&self, operator: &dyn ConvVariant) -> Result<(Graph, Outputs), StudyError> {
        let mut source = Seeded(SEED);
        let mut b = Builder::new(&mut source);
        let first = self.input_size();
        let maps = operator.inputs(&self.geometry, &self.settings);
        let shape = Shape { c: maps[0].channels, ..first };
        let inputs = maps
            .iter()
            .map(|map| b.input(map.name, map.shape(shape)))
            .collect::<Result<Vec<_>, GraphError>>()?;
        let outputs = operator.lower(&self.geometry, &self.settings, &inputs, &mut b)?;
        for (name, output) in &outputs {
            b.output(name, output.node());
        }
        Ok((b.finish(), outputs))
    }

    /// Shape of what the first input is taken from.
    fn input_size(&self) -> Shape {
        let refreshes = reactivates(self.operator(), &self.geometry, &self.settings);
        if refreshes { self.site.output.shape() } else { self.site.input.shape() }
    }

    /// Real maps for input `index`: the site's input; where newer maps refresh older ones, the site's
    /// output refreshes its input.
    fn input(&self, index: usize, shape: Shape) -> HostTensor {
        let reactivates = reactivates(self.operator(), &self.geometry, &self.settings);
        let from = if reactivates && index == 0 { &self.site.output } else { &self.site.input };
        fitted_to(from, shape)
    }
}

/// Whether newer maps (the first input) refresh older ones (the second).
fn reactivates(operator: &dyn ConvVariant, g: &Geometry, s: &Settings) -> bool {
    operator.inputs(g, s).iter().filter(|map| map.scale == 1).count() > 1
}

/// The geometry of the study: for operators that refresh, from the site's output to its input.
fn study_geometry(operator: &dyn ConvVariant, site: &Site) -> Geometry {
    let g = site.geometry;
    let settings = Settings::defaults(operator, &operator.nearest(g));
    if reactivates(operator, &operator.nearest(g), &settings) {
        let turned = Geometry { in_channels: g.out_channels, out_channels: g.in_channels, ..g };
        return operator.nearest(turned);
    }
    if operator.fits(&g).is_ok() { g } else { operator.nearest(g) }
}

/// Maps of another shape: channels from the first on, again from the beginning where there are too
/// few; pixels by their place.
fn fitted_to(from: &HostTensor, shape: Shape) -> HostTensor {
    let old = from.shape();
    if old == shape {
        return from.clone();
    }
    let mut data = Vec::with_capacity(shape.elements());
    for n in 0..shape.n {
        for c in 0..shape.c {
            for y in 0..shape.h {
                for x in 0..shape.w {
                    data.push(from.at(n % old.n, c % old.c, y * old.h / shape.h, x * old.w / shape.w));
                }
            }
        }
    }
    HostTensor::new(shape, data)
}

fn run(graph: &Graph, inputs: &[HostTensor], ctl: &Ctl) -> Result<Vec<HostTensor>, ExecError> {
    let plan = Plan::new(&Device::Candle, graph)?;
    let trace = plan.run(inputs, ctl)?;
    graph.iter().map(|(id, _)| Device::Candle.read(trace.value(id))).collect()
}

/// One trained convolution.
struct Kernel {
    kernel: Weight,
    bias: Option<Weight>,
}

impl WeightSource for Kernel {
    fn take(&mut self, name: &str, _: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        if name.ends_with(".bias") {
            return Ok(self.bias.clone());
        }
        let _ = optional;
        Ok(Some(self.kernel.clone()))
    }
}

impl Site {
    /// A 3x3 convolution of `channels` to as many on `side x side` pixels: weights and input from a seed.
    ///
    /// # Errors
    /// If it cannot be run.
    pub fn of_shape(channels: usize, side: usize) -> Result<Self, StudyError> {
        let geometry = Geometry::same(channels, channels, 3, 1);
        let shape = Shape::new(1, channels, side, side);
        let mut source = Seeded(SEED);
        let mut b = Builder::new(&mut source);
        let x = b.input("input", shape)?;
        let y = b.conv2d("layer", x, geometry.conv(Wiring::Grouped(1)), channels, false)?;
        b.output("output", y);
        let graph = b.finish();
        let kernel = graph.weight(graph.node(y).weights[0]).clone();
        let input = HostTensor::new(shape, seeded_normal(SEED, shape.elements(), 1.0));
        let values = run(&graph, std::slice::from_ref(&input), &Ctl::default())?;
        let output = values[y.index()].clone();
        Ok(Self { name: "layer".into(), geometry, input, output, kernel, bias: None })
    }

    /// The same convolution where its input has other sides: each pixel is the one at its place.
    ///
    /// # Errors
    /// If it cannot be run, such as on a map that is too small for its kernel.
    pub fn resized(&self, h: usize, w: usize) -> Result<Self, StudyError> {
        let old = self.input.shape();
        if (old.h, old.w) == (h, w) {
            return Ok(self.clone());
        }
        let input = fitted_to(&self.input, Shape { h, w, ..old });
        let mut source = Kernel { kernel: self.kernel.clone(), bias: self.bias.clone() };
        let mut b = Builder::new(&mut source);
        let x = b.input("input", input.shape())?;
        let g = self.geometry;
        let y = b.conv2d(&self.name, x, g.conv(Wiring::Grouped(1)), g.out_channels, self.bias.is_some())?;
        b.output("output", y);
        let values = run(&b.finish(), std::slice::from_ref(&input), &Ctl::default())?;
        Ok(Self { input, output: values[y.index()].clone(), ..self.clone() })
    }

    /// The same with every map `batch` times.
    #[must_use]
    pub fn repeated(&self, batch: usize) -> Self {
        let repeat = |map: &HostTensor| fitted_to(map, Shape { n: batch * map.shape().n, ..map.shape() });
        Self { input: repeat(&self.input), output: repeat(&self.output), ..self.clone() }
    }
}

impl StudyRun {
    /// The node of this name within the operator, such as `high_to_high`.
    pub fn node(&self, name: &str) -> Option<NodeId> {
        let ends = |full: &str| full == name || full.strip_suffix(name).is_some_and(|p| p.ends_with('/'));
        self.graph.iter().find(|(_, node)| ends(&node.name)).map(|(id, _)| id)
    }

    /// The value of a node.
    pub fn value(&self, id: NodeId) -> &HostTensor {
        &self.values[id.index()]
    }

    /// The node that gives the operator's map.
    pub fn output(&self) -> NodeId {
        self.outputs[0].1.node()
    }

    /// The operator's map.
    pub fn map(&self) -> &HostTensor {
        self.value(self.output())
    }

    /// What the trained convolution gives, where the operator stands in for it.
    pub fn dense(&self) -> Option<&HostTensor> {
        let dense = &self.study.site.output;
        (self.in_place && dense.shape() == self.map().shape()).then_some(dense)
    }

    /// The name of a node without the layer's.
    pub fn short_name(&self, id: NodeId) -> &str {
        let name = &self.graph.node(id).name;
        name.strip_prefix(&format!("{}/", self.study.site.name)).unwrap_or(name)
    }

    /// The convolutions, with their connections.
    pub fn convolutions(&self) -> impl Iterator<Item = (NodeId, &Conv2d)> {
        self.graph.iter().filter_map(|(id, node)| match &node.op {
            Op::Conv2d(conv) => Some((id, conv)),
            _ => None,
        })
    }
}
