//! SPConv, IJCAI 2020: ResNet-20 on CIFAR-10, with a third party's count of another shortcut.

use super::model::{plain, with};
use super::{Cell, Row, Status, Table};

pub(super) static TABLE: Table = Table {
    name: "spconv-resnet20",
    title: "SPConv: ResNet-20, CIFAR-10",
    source: "SPConv, IJCAI 2020, arXiv 2006.12085; option A by a third party",
    rows: &[
        Row::new(
            "Baseline",
            plain("resnet20_cifar_b"),
            &[Cell::count("thop-2019", "41.62M"), Cell::params("0.27M")],
        ),
        Row::new(
            "SPConv 1/2",
            with("resnet20_cifar_b", "spconv", &[("alpha", "0.5")]),
            &[
                Cell::count("thop-2019", "17.91M"),
                Cell::params("0.10M"),
                Cell::reduction("17.91M", "41.62M", "56.96 %"),
                Cell::reduction("0.10M", "0.27M", "63.0 %"),
            ],
        ),
        Row::new(
            "SPConv 1/4",
            with("resnet20_cifar_b", "spconv", &[("alpha", "0.25")]),
            &[
                Cell::count("thop-2019", "12.89M"),
                Cell::params("0.071M"),
                Cell::reduction("12.89M", "41.62M", "75.88 %").misprint("audit-why-spconv-75"),
                Cell::reduction("0.071M", "0.27M", "73.7 %"),
            ],
        ),
        Row::new(
            "SPConv 1/2, option A",
            with("resnet20_cifar_a", "spconv", &[("alpha", "0.5")]),
            &[
                Cell::count("torchstat", "16.19M").by(Status::ThirdParty),
                Cell::params("102,330").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "SPConv 1/4, option A",
            with("resnet20_cifar_a", "spconv", &[("alpha", "0.25")]),
            &[
                Cell::count("torchstat", "11.17M").by(Status::ThirdParty),
                Cell::params("68,922").by(Status::ThirdParty),
            ],
        ),
    ],
};
