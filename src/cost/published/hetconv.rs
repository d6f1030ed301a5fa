//! HetConv, CVPR 2019: VGG-16 on CIFAR-10.

use super::model::with;
use super::{Cell, Row, Status, Table};

pub(super) static TABLE: Table = Table {
    name: "hetconv-vgg16",
    title: "HetConv: VGG-16, CIFAR-10",
    source: "HetConv, CVPR 2019, arXiv 1903.04120",
    rows: &[
        Row::new(
            "P = 1",
            with("vgg16_cifar", "hetconv", &[("part", "1")]),
            &[Cell::count("hetconv", "313.74M")],
        ),
        Row::new(
            "P = 2",
            with("vgg16_cifar", "hetconv", &[("part", "2")]),
            &[Cell::count("hetconv", "175.23M")],
        ),
        Row::new(
            "P = 4",
            with("vgg16_cifar", "hetconv", &[("part", "4")]),
            &[Cell::count("hetconv", "105.98M")],
        ),
        Row::new(
            "P = 8",
            with("vgg16_cifar", "hetconv", &[("part", "8")]),
            &[Cell::count("hetconv", "71.35M")],
        ),
        Row::new(
            "P = 16",
            with("vgg16_cifar", "hetconv", &[("part", "16")]),
            &[Cell::count("hetconv", "54.04M")],
        ),
        Row::new(
            "P = 32",
            with("vgg16_cifar", "hetconv", &[("part", "32")]),
            &[Cell::count("hetconv", "45.38M")],
        ),
        Row::new(
            "P = 64",
            with("vgg16_cifar", "hetconv", &[("part", "64")]),
            &[Cell::count("hetconv", "41.05M")],
        ),
        Row::new(
            "GWC4_PWC",
            with("vgg16_cifar", "group_pointwise", &[("groups", "4")]),
            &[Cell::count("hetconv", "107.67M").by(Status::Unverified).open("audit-why-pair-addition")],
        ),
        Row::new(
            "DWC_PWC",
            with("vgg16_cifar", "depthwise_separable", &[]),
            &[Cell::count("hetconv", "38.53M").by(Status::Unverified).open("audit-why-pair-addition")],
        ),
        Row::new(
            "PC",
            with("vgg16_cifar", "hetconv", &[("part", "512")]),
            &[Cell::count("hetconv", "38.18M").by(Status::Unverified).open("audit-why-pc")],
        ),
    ],
};
