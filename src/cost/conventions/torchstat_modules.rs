//! torchstat (Swall0w/torchstat) where activations are modules: one per element.

use super::torchstat::modules;
use super::{Convention, Unit};

pub(super) static TORCHSTAT_MODULES: Convention = Convention {
    name: "torchstat-modules",
    aliases: &[],
    title: "torchstat (ReLU as modules)",
    unit: Unit::Flops,
    source: "Swall0w/torchstat 0d4a1e2, activations as modules",
    rule: modules,
};
