//! What a user should know about a model that was opened.

use std::fmt;

use super::error::one_line;

/// One remark. Its `Display` is an English sentence for the command line; the window has its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Operators of a version for which this reader was not written.
    OtherOpset {
        /// The file's version.
        version: i64,
        /// Oldest and newest version that is read as documented.
        read: (i64, i64),
    },
    /// The input leaves sides open.
    OpenSides {
        /// Name of the input.
        input: String,
        /// The sides that were chosen, `1x3x224x224`.
        sides: String,
    },
    /// A node that is not supported ends the network.
    Unsupported {
        /// Name of the node.
        node: String,
        /// Its operator.
        op: String,
        /// Its place among the nodes that run, from 1.
        place: usize,
        /// How many nodes there are.
        of: usize,
        /// Why.
        reason: String,
    },
    /// An output that does not depend on the input.
    FixedOutput {
        /// Its name.
        name: String,
    },
    /// Scales and shifts became part of batch norms.
    ScalesJoined {
        /// How many nodes.
        count: usize,
    },
    /// The exporter folded batch norms into convolutions.
    NormsFolded {
        /// How many convolutions.
        count: usize,
    },
    /// Tensors have names and shapes of a known network.
    Recognised {
        /// The network's title.
        network: &'static str,
    },
    /// The weights are random.
    Seeded,
    /// Photos are prepared as for most networks trained on ImageNet.
    PreparedAsImageNet,
    /// Photos are prepared as for the bundled network of this name.
    PreparedAsBundled,
    /// The outputs are taken for the classes of ImageNet.
    ImageNetClasses,
    /// The probabilities are those of a softmax that the network does not have.
    NoSoftmax,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherOpset { version, read: (first, last) } => write!(
                f,
                "The file uses version {version} of the ONNX operators; they are read as versions {first} to \
                 {last} define them."
            ),
            Self::OpenSides { input, sides } => {
                write!(f, "The input '{}' leaves sides open; it is run with {sides}.", one_line(input))
            }
            Self::Unsupported { node, op, place, of, reason } => write!(
                f,
                "Node '{}' ({}, {place} of {of}) is not supported: {}. The network is shown and run up to there.",
                one_line(node),
                one_line(op),
                one_line(reason)
            ),
            Self::FixedOutput { name } => {
                write!(f, "The output '{}' does not depend on the input and is left out.", one_line(name))
            }
            Self::ScalesJoined { count } => write!(
                f,
                "{count} scales and shifts by fixed numbers are shown as part of the batch norm before them."
            ),
            Self::NormsFolded { count } => write!(
                f,
                "By the names of their weights, {count} convolutions hold batch norms that the export folded \
                 into them."
            ),
            Self::Recognised { network } => {
                write!(f, "The names and shapes of its tensors are those of {network}.")
            }
            Self::Seeded => f.write_str(
                "Its weights are random, from a seed; nothing was trained. Maps show what the layers do to such \
                 weights, classes mean nothing; costs, shapes and times are right.",
            ),
            Self::PreparedAsImageNet => f.write_str(
                "Photos are prepared as for most networks trained on ImageNet: the middle of the photo, RGB, \
                 mean 0.485, 0.456, 0.406, deviation 0.229, 0.224, 0.225; a manifest beside the file can say \
                 otherwise.",
            ),
            Self::PreparedAsBundled => {
                f.write_str("Photos are prepared as for the bundled network of this name.")
            }
            Self::ImageNetClasses => f.write_str("Its 1000 outputs are taken for the classes of ImageNet."),
            Self::NoSoftmax => {
                f.write_str("It ends without a softmax; the probabilities shown are those of one.")
            }
        }
    }
}
