//! SPConv, IJCAI 2020: ResNet-50 on ImageNet.

use super::model::{Model, plain, with};
use super::{Cell, Row, Status, Table};

pub(super) static TABLE: Table = Table {
    name: "spconv-resnet50",
    title: "SPConv: ResNet-50, ImageNet",
    source: "SPConv, IJCAI 2020, arXiv 2006.12085",
    rows: &[
        Row::new("Baseline", plain("resnet50"), &[Cell::count("thop-2019", "4.14G"), Cell::params("25.56M")]),
        Row::new(
            "SPConv 1/2",
            with("resnet50", "spconv", &[("alpha", "0.5")]),
            &[
                Cell::count("thop-2019", "2.97G"),
                Cell::params("18.34M"),
                Cell::reduction("2.97G", "4.14G", "28.26 %"),
                Cell::reduction("18.34M", "25.56M", "28.24 %"),
            ],
        ),
        Row::new(
            "HetConv, P = 4",
            with("resnet50", "hetconv", &[("part", "4")]),
            &[
                Cell::count("macs", "2.85G").by(Status::Cited),
                Cell::reduction("2.85G", "4.09G", "30.32 %").by(Status::Cited),
            ],
        )
        .noted("audit-note-hetconv-base"),
        Row::new(
            "SPConv 1/4",
            with("resnet50", "spconv", &[("alpha", "0.25")]),
            &[
                Cell::count("thop-2019", "2.74G"),
                Cell::params("16.93M"),
                Cell::reduction("2.74G", "4.14G", "33.82 %"),
                Cell::reduction("16.93M", "25.56M", "33.76 %"),
            ],
        ),
        Row::new(
            "SPConv 1/8",
            with("resnet50", "spconv", &[("alpha", "0.125")]),
            &[
                Cell::count("thop-2019", "2.62G"),
                Cell::params("16.22M"),
                Cell::reduction("2.62G", "4.14G", "36.72 %").misprint("audit-why-digits"),
                Cell::reduction("16.22M", "25.56M", "36.54 %"),
            ],
        ),
        Row::new(
            "OctConv 0.5 †",
            Model::Citation("audit-why-dagger"),
            &[
                Cell::count("macs", "2.40G").by(Status::Cited),
                Cell::reduction("2.40G", "4.14G", "42.00 %").misprint("audit-why-digits"),
            ],
        ),
        Row::new(
            "Ghost, s = 2",
            Model::Citation("audit-why-not-attempted"),
            &[
                Cell::count("macs", "2.20G").by(Status::Cited),
                Cell::params("13.0M").by(Status::Cited),
                Cell::reduction("2.20G", "4.14G", "46.85 %"),
                Cell::reduction("13.0M", "25.56M", "49 %"),
            ],
        ),
    ],
};
