//! Res2Net: table of its repository.

use super::model::plain;
use super::{Cell, Row, Table};

pub(super) static TABLE: Table = Table {
    name: "res2net",
    title: "Res2Net",
    source: "Res2Net/Res2Net-PretrainedModels 219c8c6, README",
    rows: &[
        Row::new(
            "50, 26w × 4s",
            plain("res2net50_26w_4s"),
            &[Cell::count("macs", "4.2G"), Cell::params("25.70M")],
        ),
        Row::new(
            "50, 48w × 2s",
            plain("res2net50_48w_2s"),
            &[Cell::count("macs", "4.2G"), Cell::params("25.29M")],
        ),
        Row::new(
            "50, 14w × 8s",
            plain("res2net50_14w_8s"),
            &[Cell::count("macs", "4.2G"), Cell::params("25.06M")],
        ),
        Row::new(
            "50, 26w × 6s",
            plain("res2net50_26w_6s"),
            &[Cell::count("macs", "6.3G"), Cell::params("37.05M")],
        ),
        Row::new(
            "50, 26w × 8s",
            plain("res2net50_26w_8s"),
            &[Cell::count("macs", "8.3G"), Cell::params("48.40M")],
        ),
        Row::new(
            "101, 26w × 4s",
            plain("res2net101_26w_4s"),
            &[Cell::count("macs", "8.1G"), Cell::params("45.21M")],
        ),
    ],
};
