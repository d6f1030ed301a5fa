//! Approximate-HetConv, a third party's VGG-16 on CIFAR-10: group convolution and full pointwise side by side.

use super::model::Model;
use super::{Cell, Row, Status, Table};

pub(super) static TABLE: Table = Table {
    name: "approximate-hetconv",
    title: "Approximate-HetConv: VGG-16, CIFAR-10",
    source: "zhang943/Approximate-HetConv 440fa3c",
    rows: &[
        Row::new(
            "P = 1",
            Model::Approximate { part: 1, plain_one: true },
            &[
                Cell::count("torchsummaryx", "313.47M").by(Status::ThirdParty),
                Cell::params("14.99M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "P = 2",
            Model::Approximate { part: 2, plain_one: true },
            &[
                Cell::count("torchsummaryx", "192.36M").by(Status::ThirdParty),
                Cell::params("9.27M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "P = 4",
            Model::Approximate { part: 4, plain_one: true },
            &[
                Cell::count("torchsummaryx", "114.50M").by(Status::ThirdParty),
                Cell::params("5.59M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "P = 8",
            Model::Approximate { part: 8, plain_one: true },
            &[
                Cell::count("torchsummaryx", "75.57M").by(Status::ThirdParty),
                Cell::params("3.75M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "P = 16",
            Model::Approximate { part: 16, plain_one: true },
            &[
                Cell::count("torchsummaryx", "56.11M").by(Status::ThirdParty),
                Cell::params("2.83M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "P = 32",
            Model::Approximate { part: 32, plain_one: true },
            &[
                Cell::count("torchsummaryx", "46.38M").by(Status::ThirdParty),
                Cell::params("2.37M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "P = 64",
            Model::Approximate { part: 64, plain_one: true },
            &[
                Cell::count("torchsummaryx", "41.51M").by(Status::ThirdParty),
                Cell::params("2.14M").by(Status::ThirdParty),
            ],
        ),
    ],
};
