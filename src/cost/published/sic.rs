//! SIC: factors of claims whose networks are not known.

use super::model::Model;
use super::{Cell, Row, Table};

pub(super) static TABLE: Table = Table {
    name: "sic",
    title: "SIC: claimed factors",
    source: "arXiv 1608.04337 v2; ICCVW 2017, doi 10.1109/ICCVW.2017.71",
    rows: &[
        Row::new("against VGG-16", Model::Citation("audit-why-sic"), &[Cell::count("macs", "42x")]),
        Row::new(
            "against ResNet-34 (ICCVW)",
            Model::Citation("audit-why-sic"),
            &[Cell::count("macs", "7.32x")],
        ),
        Row::new("against ResNet-50", Model::Citation("audit-why-sic"), &[Cell::count("macs", "4.5x")]),
        Row::new(
            "against ResNet-50 (ICCVW)",
            Model::Citation("audit-why-sic"),
            &[Cell::count("macs", "4.38x")],
        ),
        Row::new("against ResNet-101", Model::Citation("audit-why-sic"), &[Cell::count("macs", "6.5x")]),
        Row::new(
            "against ResNet-101 (ICCVW)",
            Model::Citation("audit-why-sic"),
            &[Cell::count("macs", "5.85x")],
        ),
    ],
};
