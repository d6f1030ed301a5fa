//! An operator in place of every convolution that it fits, where no paper says which ones.

use crate::graph::Graph;
use crate::variants::{self, ConvVariant, Geometry, SettingError, Settings, SwapError};

/// A network with an operator wherever it fits.
#[derive(Clone, Debug)]
pub struct Everywhere {
    /// The network.
    pub graph: Graph,
    /// Names of the replaced layers.
    pub layers: Vec<String>,
}

/// Why an operator was not put into a network.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EverywhereError {
    /// It fits nowhere.
    #[error("no convolution of the network can be replaced by {variant}; {why_not}")]
    Nowhere {
        /// Name of the operator.
        variant: &'static str,
        /// Why the last one that was looked at cannot.
        why_not: String,
    },
    /// The operator has no such setting.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The network cannot be built again.
    #[error(transparent)]
    Swap(#[from] SwapError),
    /// The caller did not want it any more.
    #[error("stopped")]
    Stopped,
}

/// Replaces every `wanted` convolution that fits, each by itself, with the settings for its geometry. A layer whose channels do
/// not allow the settings stays as it is. Before each layer `goes_on` is told how many of how many were looked at.
///
/// # Errors
/// If nothing fits, a setting does not exist, or `goes_on` says no.
pub fn everywhere(
    mut graph: Graph,
    variant: &'static dyn ConvVariant,
    settings: impl Fn(&Geometry) -> Settings,
    wanted: impl Fn(&str) -> bool,
    goes_on: impl Fn(usize, usize) -> bool,
) -> Result<Everywhere, EverywhereError> {
    let names: Vec<String> = graph.nodes().iter().map(|n| n.name.clone()).collect();
    let mut layers = Vec::new();
    let mut why_not = "it has no dense convolution".to_owned();
    for (done, name) in names.iter().enumerate() {
        if !goes_on(done, names.len()) {
            return Err(EverywhereError::Stopped);
        }
        if !wanted(name) {
            continue;
        }
        let id = variants::find_layer(&graph, name)?;
        let Ok(geometry) = variants::site(&graph, id) else { continue };
        if let Err(misfit) = variant.fits(&geometry) {
            why_not = format!("{name}: {misfit}");
            continue;
        }
        match variants::swap(&graph, id, variant, &settings(&geometry)) {
            Ok(swapped) => graph = swapped.graph,
            Err(SwapError::Setting(error @ SettingError::Unknown { .. })) => return Err(error.into()),
            Err(SwapError::Setting(error)) => {
                log::info!("{name} stays a standard convolution: {error}");
                why_not = format!("{name}: {error}");
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        layers.push(name.clone());
    }
    if layers.is_empty() {
        return Err(EverywhereError::Nowhere { variant: variant.name(), why_not });
    }
    Ok(Everywhere { graph, layers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Blank;
    use crate::networks::find;
    use crate::tensor::Shape;

    fn put(variant: &str, goes_on: impl Fn(usize, usize) -> bool) -> Result<Everywhere, EverywhereError> {
        let graph = find("squeezenet1_1").unwrap().build(&mut Blank, Shape::new(1, 3, 64, 64)).unwrap();
        let variant = variants::find(variant).unwrap();
        everywhere(graph, variant, |g| Settings::defaults(variant, g), |_| true, goes_on)
    }

    #[test]
    fn it_stands_where_it_fits_and_nowhere_else() {
        let Everywhere { graph, layers } = put("hetconv", |_, _| true).unwrap();
        assert!(layers.contains(&"fire2/expand3x3".to_owned()), "{layers:?}");
        assert!(!layers.contains(&"fire2/squeeze1x1".to_owned()), "{layers:?}");
        assert!(graph.nodes().iter().any(|n| n.name.starts_with("fire2/expand3x3/")));
    }

    #[test]
    fn it_stops_when_nobody_waits_for_it() {
        assert_eq!(put("hetconv", |done, _| done < 5).unwrap_err(), EverywhereError::Stopped);
    }
}
