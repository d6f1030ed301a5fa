//! OctConv, ICCV 2019, Table 6: other backbones. The stems of the rows with a dagger are not pinned down.

use super::model::{Model, with};
use super::{Cell, Row, Table};

pub(super) static TABLE: Table = Table {
    name: "octconv-others",
    title: "OctConv: Table 6, other backbones",
    source: "OctConv, ICCV 2019, arXiv 1904.05049, Table 6",
    rows: &[
        Row::new(
            "Oct-ResNeXt-50, α = 0.25",
            with("resnext50_32x4d", "octave", &[("alpha", "0.25")]),
            &[Cell::count("macs", "3.2G"), Cell::params("25.0M")],
        ),
        Row::new(
            "Oct-ResNeXt-101, α = 0.25",
            with("resnext101_32x4d", "octave", &[("alpha", "0.25")]),
            &[Cell::count("macs", "5.7G"), Cell::params("44.2M")],
        ),
        Row::new(
            "Oct-ResNet-50 †, α = 0.5",
            Model::Citation("audit-why-dagger"),
            &[Cell::count("macs", "2.5G")],
        ),
        Row::new(
            "Oct-ResNet-50, α = 0.5",
            with("resnet50", "octave", &[("alpha", "0.5")]),
            &[Cell::count("macs", "2.4G"), Cell::params("25.6M")],
        ),
        Row::new(
            "Oct-ResNeXt-50 †, α = 0.5",
            Model::Citation("audit-why-dagger"),
            &[Cell::count("macs", "2.7G")],
        ),
        Row::new(
            "Oct-ResNeXt-50, α = 0.5",
            with("resnext50_32x4d", "octave", &[("alpha", "0.5")]),
            &[Cell::count("macs", "2.4G"), Cell::params("25.0M")],
        ),
        Row::new(
            "Oct-ResNeXt-101 †, α = 0.5",
            Model::Citation("audit-why-dagger"),
            &[Cell::count("macs", "4.2G")],
        ),
        Row::new(
            "Oct-ResNeXt-101, α = 0.5",
            with("resnext101_32x4d", "octave", &[("alpha", "0.5")]),
            &[Cell::count("macs", "4.0G"), Cell::params("44.2M")],
        ),
    ],
};
