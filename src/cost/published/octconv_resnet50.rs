//! OctConv, ICCV 2019, Table 2: ResNet-50.

use super::model::{plain, with};
use super::{Cell, Row, Table};

pub(super) static TABLE: Table = Table {
    name: "octconv-resnet50",
    title: "OctConv: Table 2, ResNet-50",
    source: "OctConv, ICCV 2019, arXiv 1904.05049, Table 2",
    rows: &[
        Row::new("ordinary", plain("resnet50"), &[Cell::count("macs", "4.1G")]),
        Row::new(
            "α = 0.125",
            with("resnet50", "octave", &[("alpha", "0.125")]),
            &[Cell::count("macs", "3.6G")],
        ),
        Row::new(
            "α = 0.25",
            with("resnet50", "octave", &[("alpha", "0.25")]),
            &[Cell::count("macs", "3.1G")],
        ),
        Row::new("α = 0.5", with("resnet50", "octave", &[("alpha", "0.5")]), &[Cell::count("macs", "2.4G")]),
        Row::new(
            "α = 0.75",
            with("resnet50", "octave", &[("alpha", "0.75")]),
            &[Cell::count("macs", "1.9G")],
        ),
    ],
};
