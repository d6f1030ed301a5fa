//! OctConv, ICCV 2019, Table 1: one layer.

use super::model::Model;
use super::{Cell, Quantity, Row, Table};

pub(super) static TABLE: Table = Table {
    name: "octconv-layer",
    title: "OctConv: Table 1, one layer",
    source: "OctConv, ICCV 2019, arXiv 1904.05049, Table 1",
    rows: &[
        Row::new(
            "α = 0.125",
            Model::Layer { variant: "octave", set: &[("alpha", "0.125")] },
            &[Cell::new(Quantity::LayerMacs, "82 %"), Cell::new(Quantity::LayerMaps, "91 %")],
        ),
        Row::new(
            "α = 0.25",
            Model::Layer { variant: "octave", set: &[("alpha", "0.25")] },
            &[Cell::new(Quantity::LayerMacs, "67 %"), Cell::new(Quantity::LayerMaps, "81 %")],
        ),
        Row::new(
            "α = 0.5",
            Model::Layer { variant: "octave", set: &[("alpha", "0.5")] },
            &[Cell::new(Quantity::LayerMacs, "44 %"), Cell::new(Quantity::LayerMaps, "63 %")],
        ),
        Row::new(
            "α = 0.75",
            Model::Layer { variant: "octave", set: &[("alpha", "0.75")] },
            &[Cell::new(Quantity::LayerMacs, "30 %"), Cell::new(Quantity::LayerMaps, "44 %")],
        ),
        Row::new(
            "α = 0.875",
            Model::Layer { variant: "octave", set: &[("alpha", "0.875")] },
            &[
                Cell::new(Quantity::LayerMacs, "26 %"),
                Cell::new(Quantity::LayerMaps, "35 %").misprint("audit-why-octconv-memory"),
            ],
        ),
    ],
};
