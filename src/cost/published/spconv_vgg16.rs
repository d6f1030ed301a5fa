//! SPConv, IJCAI 2020: VGG-16 on CIFAR-10. The baseline is not ordinary VGG-16 but the code of HetConv at P = 1.

use super::model::{Model, plain, with};
use super::{Cell, Quantity, Row, Status, Table};

pub(super) static TABLE: Table = Table {
    name: "spconv-vgg16",
    title: "SPConv: VGG-16, CIFAR-10",
    source: "SPConv, IJCAI 2020, arXiv 2006.12085",
    rows: &[
        Row::new(
            "Baseline",
            plain("vgg16_cifar_beside_p1"),
            &[Cell::count("thop-2019", "349.51M"), Cell::params("16.62M")],
        )
        .noted("audit-note-spconv-baseline"),
        Row::new(
            "Ghost, s = 2",
            Model::Citation("audit-why-not-attempted"),
            &[
                Cell::count("thop-2019", "158M").by(Status::Cited),
                Cell::params("7.7M").by(Status::Cited),
                Cell::reduction("158M", "349.51M", "45.20 %").misprint("audit-why-kept"),
                Cell::reduction("7.7M", "16.62M", "53.67 %"),
            ],
        ),
        Row::new(
            "SPConv 1/2",
            with("vgg16_cifar", "spconv", &[("alpha", "0.5")]),
            &[
                Cell::count("thop-2019", "118.27M"),
                Cell::params("5.6M"),
                Cell::reduction("118.27M", "349.51M", "66.24 %").misprint("audit-why-digits"),
                Cell::reduction("5.6M", "16.62M", "66.30 %"),
            ],
        ),
        Row::new(
            "HetConv, P = 4",
            with("vgg16_cifar", "hetconv", &[("part", "4")]),
            &[
                Cell::count("hetconv", "105.98M").by(Status::Cited),
                Cell::new(Quantity::Weights, "5.17M").by(Status::Cited),
                Cell::reduction("105.98M", "349.51M", "69.67 %"),
                Cell::reduction("5.17M", "16.62M", "68.89 %"),
            ],
        ),
        Row::new(
            "SPConv 1/4",
            with("vgg16_cifar", "spconv", &[("alpha", "0.25")]),
            &[
                Cell::count("thop-2019", "79.34M"),
                Cell::params("3.77M"),
                Cell::reduction("79.34M", "349.51M", "77.29 %"),
                Cell::reduction("3.77M", "16.62M", "77.31 %"),
            ],
        ),
        Row::new(
            "HetConv, P = 8",
            with("vgg16_cifar", "hetconv", &[("part", "8")]),
            &[
                Cell::count("hetconv", "76.89M").by(Status::Cited).misprint("audit-why-back-computed"),
                Cell::new(Quantity::Weights, "3.54M").by(Status::Cited),
                Cell::reduction("76.89M", "349.51M", "78.00 %"),
                Cell::reduction("3.54M", "16.62M", "78.70 %"),
            ],
        ),
        Row::new(
            "SPConv 1/8",
            with("vgg16_cifar", "spconv", &[("alpha", "0.125")]),
            &[
                Cell::count("thop-2019", "59.87M"),
                Cell::params("2.85M"),
                Cell::reduction("59.87M", "349.51M", "82.87 %"),
                Cell::reduction("2.85M", "16.62M", "82.85 %"),
            ],
        ),
        Row::new(
            "SPConv 1/16",
            with("vgg16_cifar", "spconv", &[("alpha", "0.0625")]),
            &[
                Cell::count("thop-2019", "55.14M").misprint("audit-why-spconv-1-16"),
                Cell::params("2.39M"),
                Cell::reduction("55.14M", "349.51M", "84.22 %"),
                Cell::reduction("2.39M", "16.62M", "85.62 %"),
            ],
        )
        .noted("audit-note-spconv-1-16"),
    ],
};
