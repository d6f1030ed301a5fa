//! GhostNet: figures of its repository.

use super::model::plain;
use super::{Cell, Row, Status, Table};

pub(super) static TABLE: Table = Table {
    name: "ghostnet",
    title: "GhostNet",
    source: "huawei-noah/ghostnet, README; osmr/imgclsmob c1a844d",
    rows: &[
        Row::new(
            "GhostNet 1.0",
            plain("ghostnet"),
            &[Cell::count("macs", "142M").open("audit-why-ghost-142")],
        ),
        Row::new("GhostNet 1.0, older README", plain("ghostnet"), &[Cell::count("macs", "141M")]),
        Row::new(
            "GhostNet 1.0, imgclsmob",
            plain("ghostnet"),
            &[Cell::params("5,180,840").by(Status::ThirdParty).open("audit-why-ghost-imgclsmob")],
        ),
    ],
};
