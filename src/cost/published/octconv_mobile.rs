//! OctConv, ICCV 2019, Table 5: MobileNets. The octave rows fit the authors' script, which counts pools.

use super::model::{plain, with};
use super::{Cell, Row, Table};

pub(super) static TABLE: Table = Table {
    name: "octconv-mobile",
    title: "OctConv: Table 5, MobileNets",
    source: "OctConv, ICCV 2019, arXiv 1904.05049, Table 5",
    rows: &[
        Row::new(
            "0.75 MobileNet V1",
            plain("mobilenet_v1_x0_75"),
            &[Cell::count("macs", "325M"), Cell::params("2.6M")],
        ),
        Row::new(
            "0.75 Oct-MobileNet V1, α = 0.375",
            with("mobilenet_v1_x0_75", "octave", &[("alpha", "0.375")]),
            &[Cell::count("octconv", "213M"), Cell::params("2.6M")],
        ),
        Row::new(
            "1.0 Oct-MobileNet V1, α = 0.5",
            with("mobilenet_v1", "octave", &[("alpha", "0.5")]),
            &[Cell::count("octconv", "321M").open("audit-why-oct-321"), Cell::params("4.2M")],
        ),
        Row::new(
            "1.0 MobileNet V2",
            plain("mobilenet_v2"),
            &[Cell::count("macs", "300M"), Cell::params("3.5M")],
        )
        .noted("audit-note-mobilenet-v2"),
        Row::new(
            "1.0 Oct-MobileNet V2, α = 0.375",
            with("mobilenet_v2_oct", "octave", &[("alpha", "0.375")]),
            &[Cell::count("octconv", "256M"), Cell::params("3.5M")],
        ),
        Row::new(
            "1.125 Oct-MobileNet V2, α = 0.5",
            with("mobilenet_v2_oct_x1_125", "octave", &[("alpha", "0.5")]),
            &[Cell::count("octconv", "295M"), Cell::params("4.2M")],
        ),
    ],
};
