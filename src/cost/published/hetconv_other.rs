//! HetConv in other networks.

use super::model::with;
use super::{Cell, Row, Status, Table};

pub(super) static TABLE: Table = Table {
    name: "hetconv-others",
    title: "HetConv: other networks",
    source: "HetConv, CVPR 2019; ResNet-50 as the SPConv paper cites it",
    rows: &[
        Row::new(
            "ResNet-50, P = 4",
            with("resnet50", "hetconv", &[("part", "4")]),
            &[
                Cell::count("macs", "2.85G").by(Status::Cited),
                Cell::reduction("2.85G", "4.09G", "30.32 %").by(Status::Cited),
            ],
        )
        .noted("audit-note-hetconv-base"),
        Row::new(
            "ResNet-56, P = 1",
            with("resnet56_cifar_a", "hetconv", &[("part", "1")]),
            &[Cell::count("hetconv", "126.01M").by(Status::Unverified)],
        ),
    ],
};
