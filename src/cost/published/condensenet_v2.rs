//! CondenseNetV2 on ImageNet: its counter without the fully connected layers of squeeze and excitation, and
//! weights without norms. No rule gives the nets for CIFAR.

use super::model::{Model, plain};
use super::{Cell, Quantity, Row, Table};

/// Names of fully connected layers of squeeze and excitation.
const EXCITATION: &[&str] = &[".fc.0", ".fc.2"];

/// Under the counter of the repository, without those layers.
pub(super) const fn operations(printed: &'static str) -> Cell {
    Cell::new(Quantity::Count { convention: "condensenetv2", without: EXCITATION }, printed)
}

pub(super) static TABLE: Table = Table {
    name: "condensenet-v2",
    title: "CondenseNetV2",
    source: "jianghaojun/CondenseNetV2 4431162, README; CVPR 2021, arXiv 2104.04382",
    rows: &[
        Row::new(
            "CondenseNetV2-A",
            plain("condensenet_v2_a"),
            &[operations("46M"), Cell::new(Quantity::ParamsWithoutNorms, "2.0M")],
        )
        .noted("audit-note-condensenet-v2"),
        Row::new(
            "CondenseNetV2-B",
            plain("condensenet_v2_b"),
            &[operations("146M"), Cell::new(Quantity::ParamsWithoutNorms, "3.6M")],
        )
        .noted("audit-note-condensenet-v2"),
        Row::new(
            "CondenseNetV2-C",
            plain("condensenet_v2_c"),
            &[operations("309M"), Cell::new(Quantity::ParamsWithoutNorms, "6.1M")],
        )
        .noted("audit-note-condensenet-v2"),
        Row::new(
            "CondenseNetV2-110, CIFAR",
            Model::Citation("audit-why-v2-cifar"),
            &[operations("41M"), Cell::params(".48M")],
        ),
        Row::new(
            "CondenseNetV2-146, CIFAR",
            Model::Citation("audit-why-v2-cifar"),
            &[operations("62M"), Cell::params(".78M")],
        ),
    ],
};
