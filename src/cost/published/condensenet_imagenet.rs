//! CondenseNet on ImageNet: as it is deployed, with half of the last layer cut.

use super::model::plain;
use super::{Cell, Row, Table};

pub(super) static TABLE: Table = Table {
    name: "condensenet-imagenet",
    title: "CondenseNet: ImageNet",
    source: "ShichenLiu/CondenseNet, README",
    rows: &[
        Row::new(
            "CondenseNet-74, C = G = 4",
            plain("condensenet74_c4_converted"),
            &[Cell::count("condensenet", "529M"), Cell::params("4.8M")],
        )
        .noted("audit-note-condensenet-cut"),
        Row::new(
            "CondenseNet-74, C = G = 8",
            plain("condensenet74_c8_converted"),
            &[Cell::count("condensenet", "274M"), Cell::params("2.9M")],
        )
        .noted("audit-note-condensenet-cut"),
    ],
};
