//! A backbone as text: name, side of the input, operator. `resnet50`, `resnet50@128`,
//! `resnet50+octave:alpha_in=0.25,alpha_out=0.25`; `resnet50+octave!` has the operator wherever it fits, although its
//! paper says where it stands; `resnet50+ghost:-stage0,-layer2.0.conv1` leaves out a stage and a layer.

use std::collections::BTreeSet;
use std::fmt;

use super::{EverywhereError, Network, everywhere, find};
use crate::graph::{Graph, GraphError, WeightSource};
use crate::tensor::Shape;
use crate::variants::{self, ConvVariant, Geometry, SettingError, Settings};

/// The layer on which settings of operators are chosen; each layer of a network moves them to what it allows.
pub const NOMINAL: Geometry = Geometry::same(64, 64, 3, 1);
/// Greatest side of an input.
const MOST_SIDE: usize = 1024;

/// An operator in a backbone.
#[derive(Clone, Debug, PartialEq)]
pub struct InBackbone {
    /// Name of the operator.
    pub variant: &'static str,
    /// Its settings, as far as they were moved; each layer of a network moves them to what it allows.
    pub settings: Settings,
    /// Wherever it fits, although a paper says where it stands.
    pub everywhere: bool,
    /// Stages that keep their own convolutions ([`Site::stage`](super::Site::stage)).
    pub without_stages: BTreeSet<usize>,
    /// Layers that do.
    pub without_layers: BTreeSet<String>,
}

impl InBackbone {
    /// An operator with the settings it opens with, where its paper puts it.
    pub fn of(variant: &'static str) -> Self {
        Self {
            variant,
            settings: Settings::default(),
            everywhere: false,
            without_stages: BTreeSet::new(),
            without_layers: BTreeSet::new(),
        }
    }

    /// The operator itself.
    pub fn operator(&self) -> &'static dyn ConvVariant {
        variants::find(self.variant).unwrap_or(variants::ALL[0])
    }

    /// The same, with the operator left out of a stage or put back there.
    #[must_use]
    pub fn with_stage(&self, stage: usize, stands: bool) -> Self {
        let mut next = self.clone();
        if stands {
            next.without_stages.remove(&stage)
        } else {
            next.without_stages.insert(stage)
        };
        next
    }

    /// The same, with the operator left out of a layer or put back there.
    #[must_use]
    pub fn with_layer(&self, layer: &str, stands: bool) -> Self {
        let mut next = self.clone();
        if stands {
            next.without_layers.remove(layer);
        } else {
            next.without_layers.insert(layer.to_owned());
        }
        next
    }

    fn settings_of(&self, geometry: &Geometry) -> Settings {
        self.settings.clone().completed(self.operator(), geometry)
    }
}

/// A backbone, perhaps with an operator in it.
#[derive(Clone, Debug)]
pub struct Written {
    /// The backbone.
    pub network: &'static Network,
    /// Rows and columns of its input; none is its own.
    pub side: Option<usize>,
    /// The operator in it.
    pub operator: Option<InBackbone>,
}

/// Where an operator stands in a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// Where a paper puts it.
    Paper,
    /// Wherever it fits.
    Everywhere,
}

/// A backbone that was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// Its operations.
    pub graph: Graph,
    /// Where the operator stands.
    pub placed: Option<Placed>,
    /// Names of the layers that it stands for.
    pub replaced: Vec<String>,
}

/// Why a text is no backbone, or a backbone cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum WrittenError {
    /// No side.
    #[error("'@{0}': expected a side of the input from 1 to {MOST_SIDE}, such as resnet50@128")]
    Side(String),
    /// No operator of this name.
    #[error("there is no operator '{name}'; known are {known}")]
    Operator {
        /// What was given.
        name: String,
        /// What there is.
        known: String,
    },
    /// No setting.
    #[error("'{0}': expected key=value after the operator, such as resnet50+octave:alpha_in=0.25")]
    Setting(String),
    /// A setting that the operator does not have or does not allow.
    #[error(transparent)]
    Settings(#[from] SettingError),
    /// The network cannot be built so.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The operator fits nowhere, or the caller stopped.
    #[error(transparent)]
    Everywhere(#[from] EverywhereError),
}

impl Written {
    /// Reads the text; `None` if it does not begin with the name of a backbone.
    pub fn parse(text: &str) -> Option<Result<Self, WrittenError>> {
        let (left, operator) = match text.split_once('+') {
            Some((left, operator)) => (left, Some(operator)),
            None => (text, None),
        };
        let (name, side) = match left.split_once('@') {
            Some((name, side)) => (name, Some(side)),
            None => (left, None),
        };
        let network = find(name)?;
        let side = side.map(|text| match text.parse() {
            Ok(side) if (1..=MOST_SIDE).contains(&side) => Ok(side),
            _ => Err(WrittenError::Side(text.to_owned())),
        });
        let whole = || -> Result<Self, WrittenError> {
            let operator = operator.map(parse_operator).transpose()?;
            Ok(Self { network, side: side.transpose()?, operator })
        };
        Some(whole())
    }

    /// The input for so many images.
    pub fn input(&self, batch: usize) -> Shape {
        let Shape { c, h, w, .. } = self.network.input;
        let (h, w) = self.side.map_or((h, w), |side| (side, side));
        Shape::new(batch, c, h, w)
    }

    /// Builds it with weights from `source`. The operator stands where its paper puts it, or wherever it fits if no paper
    /// does; before each layer that is looked at for that, `goes_on` is told how many of how many were.
    ///
    /// # Errors
    /// If the input is too small, the operator fits nowhere or `goes_on` says no.
    pub fn build(
        &self,
        source: &mut dyn WeightSource,
        batch: usize,
        goes_on: impl Fn(usize, usize) -> bool,
    ) -> Result<Built, WrittenError> {
        let input = self.input(batch);
        if let Some(operator) = self.operator.as_ref().filter(|o| !o.everywhere) {
            let settings = |g: &Geometry| operator.settings_of(g);
            if let Some(mut placement) = self.network.placement(operator.operator(), input, &settings)? {
                let stands = self.stands(operator)?;
                placement.retain(stands);
                let graph = self.network.build_with(source, input, &placement)?;
                let replaced = placement.iter().map(|(layer, _)| layer.to_owned()).collect();
                return Ok(Built { graph, placed: Some(Placed::Paper), replaced });
            }
        }
        let graph = self.network.build(source, input)?;
        let Some(operator) = &self.operator else {
            return Ok(Built { graph, placed: None, replaced: Vec::new() });
        };
        put_everywhere(graph, operator, self.stands(operator)?, goes_on)
    }

    /// How many stages it has; 0 where its layers are in none.
    ///
    /// # Errors
    /// If the input is too small.
    pub fn stages(&self) -> Result<usize, WrittenError> {
        let sites = self.network.sites(self.input(1))?;
        Ok(sites.iter().map(|site| site.stage + 1).max().unwrap_or(0))
    }

    /// Which layers the operator may stand for.
    fn stands(&self, operator: &InBackbone) -> Result<impl Fn(&str) -> bool, WrittenError> {
        let mut without = operator.without_layers.clone();
        if !operator.without_stages.is_empty() {
            let sites = self.network.sites(self.input(1))?;
            let out = sites.into_iter().filter(|site| operator.without_stages.contains(&site.stage));
            without.extend(out.map(|site| site.name));
        }
        Ok(move |layer: &str| !without.contains(layer))
    }
}

/// A network with an operator wherever it fits among the layers it may stand for.
///
/// # Errors
/// If the operator fits nowhere or `goes_on` says no.
pub fn put_everywhere(
    graph: Graph,
    operator: &InBackbone,
    stands: impl Fn(&str) -> bool,
    goes_on: impl Fn(usize, usize) -> bool,
) -> Result<Built, WrittenError> {
    let settings = |g: &Geometry| operator.settings_of(g);
    let with = everywhere(graph, operator.operator(), settings, stands, goes_on)?;
    Ok(Built { graph: with.graph, placed: Some(Placed::Everywhere), replaced: with.layers })
}

/// `octave!:alpha_in=0.25,alpha_out=0.25`.
fn parse_operator(text: &str) -> Result<InBackbone, WrittenError> {
    let (name, given) = text.split_once(':').unwrap_or((text, ""));
    let (name, everywhere) = name.strip_suffix('!').map_or((name, false), |name| (name, true));
    let Some(operator) = variants::find(name) else {
        let known: Vec<&str> = variants::ALL.iter().map(|v| v.name()).collect();
        return Err(WrittenError::Operator { name: name.to_owned(), known: known.join(", ") });
    };
    let mut read = InBackbone { everywhere, ..InBackbone::of(operator.name()) };
    for pair in given.split(',').filter(|pair| !pair.is_empty()) {
        if let Some(without) = pair.strip_prefix('-') {
            match without.strip_prefix("stage").map(str::parse) {
                Some(Ok(stage)) => read.without_stages.insert(stage),
                _ => read.without_layers.insert(without.to_owned()),
            };
            continue;
        }
        let Some((key, value)) = pair.split_once('=') else {
            return Err(WrittenError::Setting(pair.to_owned()));
        };
        let Ok(value) = value.parse();
        read.settings.give(operator, key.trim(), value);
    }
    // What a layer allows is known where it stands; a name that no layer has is not.
    if let Err(unknown @ SettingError::Unknown { .. }) = read.settings.check(operator, &NOMINAL) {
        return Err(unknown.into());
    }
    Ok(read)
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.network.name)?;
        if let Some(side) = self.side {
            write!(f, "@{side}")?;
        }
        let Some(operator) = &self.operator else { return Ok(()) };
        write!(f, "+{}{}", operator.variant, if operator.everywhere { "!" } else { "" })?;
        let mut parts: Vec<String> = operator.settings.iter().map(|(key, v)| format!("{key}={v}")).collect();
        parts.extend(operator.without_stages.iter().map(|stage| format!("-stage{stage}")));
        parts.extend(operator.without_layers.iter().map(|layer| format!("-{layer}")));
        if parts.is_empty() { Ok(()) } else { write!(f, ":{}", parts.join(",")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Blank;

    #[test]
    fn what_is_written_is_read_again() {
        let texts = [
            "resnet50",
            "resnet50@128",
            "resnet50+octave:alpha_in=0.25,alpha_out=0.25",
            "mobilenet_v2@96+ghost!",
            "resnet50+topological:grid=8x8",
            "resnet50+hetconv!:part=2,-stage1,-layer1.0.conv2",
        ];
        for text in texts {
            let written = Written::parse(text).expect("a backbone").expect("readable");
            assert_eq!(written.to_string(), text);
        }
        assert_eq!(Written::parse("ResNet-50").unwrap().unwrap().to_string(), "resnet50");
    }

    #[test]
    fn other_texts_are_refused_in_one_sentence() {
        assert!(Written::parse("no_such_network").is_none() && Written::parse("model.onnx").is_none());
        let error = |text: &str| Written::parse(text).expect("a backbone").expect_err("refused").to_string();
        assert!(error("resnet50@0").contains("'@0'"));
        assert!(error("resnet50@x").contains("'@x'"));
        assert!(error("resnet50+octve").contains("no operator 'octve'"));
        assert!(error("resnet50+octave:alpha").contains("key=value"));
        assert!(error("resnet50+octave:beta=1").contains("no setting 'beta'"));
    }

    #[test]
    fn it_is_built_as_it_is_written() {
        let build = |text: &str| {
            Written::parse(text).unwrap().unwrap().build(&mut Blank, 2, |_, _| true).expect("built")
        };
        let plain = build("resnet18@64");
        let input = plain.graph.shape(plain.graph.inputs()[0]);
        assert_eq!((input, plain.placed), (Shape::new(2, 3, 64, 64), None));
        let paper = build("resnet18@64+spconv");
        assert_eq!(paper.placed, Some(Placed::Paper));
        assert!(!paper.replaced.contains(&"conv1".to_owned()), "the paper keeps the first layer");
        let all = build("resnet18@64+ghost!");
        assert_eq!(all.placed, Some(Placed::Everywhere));
        assert!(all.replaced.contains(&"conv1".to_owned()));
    }

    /// By the rule of the paper or wherever it fits, a stage or a layer can keep its own convolutions.
    #[test]
    fn stages_and_layers_are_left_out() {
        let build = |text: &str| {
            Written::parse(text).unwrap().unwrap().build(&mut Blank, 1, |_, _| true).expect("built").replaced
        };
        for operator in ["spconv", "octave", "ghost!", "hetconv"] {
            let all = build(&format!("resnet18@64+{operator}"));
            let in_stage = |name: &&String| name.starts_with("layer2.");
            assert!(all.iter().any(|name| in_stage(&name)), "{all:?}");
            // Stage 0 is the first of four.
            let mut without = build(&format!("resnet18@64+{operator}:-stage1"));
            let mut rest: Vec<String> = all.iter().filter(|name| !in_stage(name)).cloned().collect();
            without.sort();
            rest.sort();
            assert_eq!(without, rest, "{operator}");
            let one = build(&format!("resnet18@64+{operator}:-layer3.0.conv2"));
            assert_eq!(one.len() + 1, all.len());
            assert!(!one.contains(&"layer3.0.conv2".to_owned()));
        }
        assert_eq!(Written::parse("resnet18").unwrap().unwrap().stages().unwrap(), 4);
    }
}
