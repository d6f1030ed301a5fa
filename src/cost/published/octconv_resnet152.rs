//! OctConv, ICCV 2019, Table 7 and abstract: Oct-ResNet-152 with a deep stem and the stride in the last 1x1 of a block.

use super::model::{Model, with};
use super::{Cell, Row, Table};

/// At the size at which the abstract's figure is tested.
const LARGE: Model = Model::Network {
    name: "se_resnet152_v1e",
    variant: Some("octave"),
    set: &[("alpha", "0.125")],
    side: Some(320),
};

pub(super) static TABLE: Table = Table {
    name: "octconv-resnet152",
    title: "OctConv: Table 7, Oct-ResNet-152",
    source: "OctConv, ICCV 2019, arXiv 1904.05049, Table 7 and abstract",
    rows: &[
        Row::new(
            "α = 0.125, 224 px",
            with("resnet152_v1f", "octave", &[("alpha", "0.125")]),
            &[Cell::count("macs", "10.9G").open("audit-why-oct-152"), Cell::params("60.2M")],
        ),
        Row::new(
            "α = 0.125 + SE, 224 px",
            with("se_resnet152_v1e", "octave", &[("alpha", "0.125")]),
            &[Cell::count("macs", "10.9G").open("audit-why-oct-152"), Cell::params("66.8M")],
        ),
        Row::new(
            "α = 0.125 + SE, 320 px",
            LARGE,
            &[Cell::count("macs", "22.2G").open("audit-why-oct-152"), Cell::params("66.8M")],
        )
        .noted("audit-note-oct-320"),
    ],
};
