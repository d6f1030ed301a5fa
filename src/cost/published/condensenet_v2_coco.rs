//! CondenseNetV2 on COCO: the backbones' operations as the paper states them.

use super::condensenet_v2::operations;
use super::model::plain;
use super::{Cell, Row, Status, Table};

/// A figure of the paper on ShuffleNet V2, repeated.
const fn repeated(printed: &'static str) -> Cell {
    Cell::count("macs", printed).by(Status::Cited).open("audit-why-shufflenet")
}

pub(super) static TABLE: Table = Table {
    name: "condensenet-v2-coco",
    title: "CondenseNetV2: backbones for COCO",
    source: "CondenseNetV2, CVPR 2021, arXiv 2104.04382",
    rows: &[
        Row::new("ShuffleNet V2 0.5x", plain("shufflenet_v2_x0_5"), &[repeated("41M")]),
        Row::new("CondenseNetV2-A", plain("condensenet_v2_a"), &[operations("46M")]),
        Row::new("ShuffleNet V2 1x", plain("shufflenet_v2_x1_0"), &[repeated("146M")]),
        Row::new("CondenseNetV2-B", plain("condensenet_v2_b"), &[operations("146M")]),
        Row::new("MobileNet 1x", plain("mobilenet_v2"), &[Cell::count("macs", "300M").by(Status::Cited)])
            .noted("audit-note-mobilenet-1x"),
        Row::new("ShuffleNet V2 1.5x", plain("shufflenet_v2_x1_5"), &[repeated("299M")]),
        Row::new("CondenseNetV2-C", plain("condensenet_v2_c"), &[operations("309M")]),
    ],
};
