//! What is built to recompute a row.

use crate::graph::{Blank, Builder, Graph, GraphError, NodeId};
use crate::networks;
use crate::tensor::Shape;
use crate::variants::{self, ConvVariant, Geometry, Settings};

/// The network behind a row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// A backbone, perhaps with an operator where its paper puts it.
    Network {
        /// Name of the backbone.
        name: &'static str,
        /// The operator.
        variant: Option<&'static str>,
        /// Its settings.
        set: &'static [(&'static str, &'static str)],
        /// Sides of the input where they are not the backbone's own.
        side: Option<usize>,
    },
    /// One layer, 64 to 64 channels, 3x3, on 32x32.
    Layer {
        /// The operator.
        variant: &'static str,
        /// Its settings.
        set: &'static [(&'static str, &'static str)],
    },
    /// Nothing: the figure is a citation. The key says why.
    Citation(&'static str),
}

/// A row without an operator.
pub(super) const fn plain(name: &'static str) -> Model {
    Model::Network { name, variant: None, set: &[], side: None }
}

/// A row with an operator in a backbone.
pub(super) const fn with(
    name: &'static str,
    variant: &'static str,
    set: &'static [(&'static str, &'static str)],
) -> Model {
    Model::Network { name, variant: Some(variant), set, side: None }
}

/// A row that cannot be built: a typing error in a table, which a test finds.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// There is no such backbone.
    #[error("no network '{0}'")]
    Network(&'static str),
    /// There is no such operator, or no paper puts it there.
    #[error("no operator '{0}' there")]
    Variant(&'static str),
    /// It does not fit.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

impl Model {
    /// The network; `None` for a citation and for a single layer.
    ///
    /// # Errors
    /// If the table names what does not exist.
    pub fn graph(&self) -> Result<Option<Graph>, ModelError> {
        match *self {
            Self::Citation(_) | Self::Layer { .. } => Ok(None),
            Self::Network { name, variant, set, side } => {
                let network = networks::find(name).ok_or(ModelError::Network(name))?;
                let input = side.map_or(network.input, |s| Shape { h: s, w: s, ..network.input });
                let Some(variant) = variant else {
                    return Ok(Some(network.build(&mut Blank, input)?));
                };
                let operator = variants::find(variant).ok_or(ModelError::Variant(variant))?;
                let settings = |g: &Geometry| settings(operator, g, set);
                let placement = network.placement(operator, input, &settings)?;
                let placement = placement.ok_or(ModelError::Variant(variant))?;
                Ok(Some(network.build_with(&mut Blank, input, &placement)?))
            }
        }
    }

    /// The operator alone on one layer, and the values of its maps; `None` for whole networks.
    ///
    /// # Errors
    /// If the table names what does not exist.
    pub(super) fn layer(&self) -> Result<Option<(Graph, u64)>, ModelError> {
        let Self::Layer { variant, set } = *self else { return Ok(None) };
        Ok(Some(one_layer(variant, set)?))
    }
}

/// The geometry of the single layer.
const LAYER: Geometry = Geometry::same(64, 64, 3, 1);

/// An operator on the single layer, and how many values its maps have together.
pub(super) fn one_layer(variant: &'static str, set: &[(&str, &str)]) -> Result<(Graph, u64), ModelError> {
    let operator = variants::find(variant).ok_or(ModelError::Variant(variant))?;
    let settings = settings(operator, &LAYER, set);
    let mut source = Blank;
    let mut b = Builder::new(&mut source);
    let maps = operator.inputs(&LAYER, &settings);
    let first = Shape::new(1, maps[0].channels, 32, 32);
    let inputs = maps.iter().map(|m| b.input(m.name, m.shape(first))).collect::<Result<Vec<NodeId>, _>>()?;
    let outputs = operator.lower(&LAYER, &settings, &inputs, &mut b)?;
    let values = outputs.iter().filter_map(|(_, o)| o.value()).map(|id| b.shape(id).elements() as u64).sum();
    Ok((b.finish(), values))
}

/// The defaults of an operator with these changed; a name that moves several settings sets all of them.
fn settings(variant: &dyn ConvVariant, geometry: &Geometry, set: &[(&str, &str)]) -> Settings {
    let mut settings = Settings::default();
    for &(name, value) in set {
        // Reading a value of a table cannot fail: what is no number is a name.
        let Ok(value) = value.parse::<variants::Value>();
        match variant.linked() {
            Some((linked, moved)) if linked == name => {
                moved.iter().for_each(|m| settings.set(m, value.clone()));
            }
            _ => settings.set(name, value),
        }
    }
    settings.completed(variant, geometry)
}
