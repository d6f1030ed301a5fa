//! Whose weights a file holds, told by the names and shapes of its tensors.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::foreign::Weights;
use crate::graph::{Blank, GraphError, Weight, WeightSource};
use crate::networks::{self, Network};

/// Counters that PyTorch keeps with batch norms.
const COUNTER: &str = "num_batches_tracked";

/// Whose names the tensors have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// Those of the backbone here, which mostly are torchvision's.
    Own,
    /// Torchvision's, where the backbone here has others.
    Torchvision,
}

impl Naming {
    /// The file's name of a tensor.
    fn in_file(self, network: &Network, name: &str) -> String {
        match (self, network.name) {
            (Self::Torchvision, "squeezenet1_1") => squeezenet(name),
            _ => name.to_owned(),
        }
    }
}

/// `features.4.expand3x3.weight` for `fire3/expand3x3.weight`: torchvision counts the pools too.
fn squeezenet(name: &str) -> String {
    const FEATURES: [(&str, usize); 8] = [
        ("fire2/", 3),
        ("fire3/", 4),
        ("fire4/", 6),
        ("fire5/", 7),
        ("fire6/", 9),
        ("fire7/", 10),
        ("fire8/", 11),
        ("fire9/", 12),
    ];
    for (fire, feature) in FEATURES {
        if let Some(rest) = name.strip_prefix(fire) {
            return format!("features.{feature}.{}", rest.replace("squeeze1x1", "squeeze"));
        }
    }
    name.replace("conv10.", "classifier.1.").replace("conv1.", "features.0.")
}

/// Asks for weights by the file's names, and gives them their own.
pub(super) struct Renamed<'s> {
    pub source: &'s mut dyn WeightSource,
    pub network: &'s Network,
    pub naming: Naming,
}

impl WeightSource for Renamed<'_> {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        let found = self.source.take(&self.naming.in_file(self.network, name), dims, optional)?;
        Ok(found.map(|weight| Weight { name: name.to_owned(), ..weight }))
    }
}

/// Compares names and sides without decoding values.
struct Compared<'f> {
    file: &'f Weights,
    asked: &'f RefCell<BTreeSet<String>>,
}

impl WeightSource for Compared<'_> {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        let found = self.file.dims(name);
        if found == Some(dims) {
            self.asked.borrow_mut().insert(name.to_owned());
            return Blank.take(name, dims, false);
        }
        if optional && found.is_none() {
            return Ok(None);
        }
        Err(GraphError::Weight {
            tensor: name.to_owned(),
            expected: format!("{dims:?}"),
            found: found.map_or("no tensor of this name".into(), |dims| format!("{dims:?}")),
        })
    }
}

/// Whether a file holds exactly the weights of a network; else how many fit, and what does not.
pub(super) fn fits(file: &Weights, network: &Network, naming: Naming) -> Result<(), (usize, String)> {
    let asked = RefCell::default();
    let mut compared = Compared { file, asked: &asked };
    let mut renamed = Renamed { source: &mut compared, network, naming };
    let built = network.build(&mut renamed, network.input);
    let asked = asked.into_inner();
    if let Err(error) = built {
        return Err((asked.len(), error.to_string()));
    }
    let left = file.names().into_iter().find(|name| !asked.contains(name) && !name.ends_with(COUNTER));
    match left {
        None => Ok(()),
        Some(name) => Err((asked.len(), format!("tensor '{name}' belongs to no layer of it"))),
    }
}

/// The known network whose weights a file holds.
///
/// # Errors
/// One sentence that names the network that comes nearest and its first difference.
pub(super) fn recognise(file: &Weights) -> Result<(&'static Network, Naming), String> {
    let mut nearest: Option<(usize, &str, String)> = None;
    for network in networks::ALL.iter().copied() {
        for naming in [Naming::Own, Naming::Torchvision] {
            match fits(file, network, naming) {
                Ok(()) => return Ok((network, naming)),
                Err((fitting, reason)) => {
                    if fitting > nearest.as_ref().map_or(0, |n| n.0) {
                        nearest = Some((fitting, network.title, reason));
                    }
                }
            }
        }
    }
    let known = "the names of its tensors are those of no known network, so it needs a manifest beside it";
    Err(match nearest {
        Some((fitting, title, reason)) => {
            format!("{known}; {title} comes nearest with {fitting} tensors, but {reason}")
        }
        None => known.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::squeezenet;

    #[test]
    fn torchvision_counts_pools() {
        assert_eq!(squeezenet("conv1.bias"), "features.0.bias");
        assert_eq!(squeezenet("fire3/squeeze1x1.weight"), "features.4.squeeze.weight");
        assert_eq!(squeezenet("fire9/expand1x1.bias"), "features.12.expand1x1.bias");
        assert_eq!(squeezenet("conv10.weight"), "classifier.1.weight");
    }
}
