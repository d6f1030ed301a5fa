//! CondenseNet on CIFAR: table of the repository, before half of the last layer is cut.

use super::model::plain;
use super::{Cell, Row, Table};

pub(super) static TABLE: Table = Table {
    name: "condensenet-cifar",
    title: "CondenseNet: CIFAR",
    source: "ShichenLiu/CondenseNet, README",
    rows: &[
        Row::new(
            "CondenseNet-50",
            plain("condensenet50_cifar"),
            &[Cell::count("condensenet", "28.6M"), Cell::params(".22M")],
        ),
        Row::new(
            "CondenseNet-74",
            plain("condensenet74_cifar"),
            &[Cell::count("condensenet", "51.9M"), Cell::params(".41M")],
        ),
        Row::new(
            "CondenseNet-86",
            plain("condensenet86_cifar"),
            &[Cell::count("condensenet", "65.8M"), Cell::params(".52M")],
        ),
        Row::new(
            "CondenseNet-98",
            plain("condensenet98_cifar"),
            &[Cell::count("condensenet", "81.3M"), Cell::params(".65M")],
        ),
        Row::new(
            "CondenseNet-110",
            plain("condensenet110_cifar"),
            &[Cell::count("condensenet", "98.2M"), Cell::params(".79M")],
        ),
        Row::new(
            "CondenseNet-122",
            plain("condensenet122_cifar"),
            &[Cell::count("condensenet", "116.7M"), Cell::params(".95M")],
        ),
        Row::new(
            "CondenseNet-182",
            plain("condensenet182_cifar"),
            &[Cell::count("condensenet", "513M"), Cell::params("4.2M")],
        ),
    ],
};
