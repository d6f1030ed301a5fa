//! Approximate-HetConv, a third party's VGG-16 on CIFAR-10: group convolution and full pointwise side by side.

use super::model::plain;
use super::{Cell, Row, Status, Table};

pub(super) static TABLE: Table = Table {
    name: "approximate-hetconv",
    title: "Approximate-HetConv: VGG-16, CIFAR-10",
    source: "zhang943/Approximate-HetConv 440fa3c",
    rows: &[
        Row::new(
            "P = 1",
            plain("vgg16_cifar_biased"),
            &[
                Cell::count("torchsummaryx", "313.47M").by(Status::ThirdParty),
                Cell::params("14.99M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "P = 2",
            plain("vgg16_cifar_beside_p2"),
            &[
                Cell::count("torchsummaryx", "192.36M").by(Status::ThirdParty),
                Cell::params("9.27M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "P = 4",
            plain("vgg16_cifar_beside_p4"),
            &[
                Cell::count("torchsummaryx", "114.50M").by(Status::ThirdParty),
                Cell::params("5.59M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "P = 8",
            plain("vgg16_cifar_beside_p8"),
            &[
                Cell::count("torchsummaryx", "75.57M").by(Status::ThirdParty),
                Cell::params("3.75M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "P = 16",
            plain("vgg16_cifar_beside_p16"),
            &[
                Cell::count("torchsummaryx", "56.11M").by(Status::ThirdParty),
                Cell::params("2.83M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "P = 32",
            plain("vgg16_cifar_beside_p32"),
            &[
                Cell::count("torchsummaryx", "46.38M").by(Status::ThirdParty),
                Cell::params("2.37M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "P = 64",
            plain("vgg16_cifar_beside_p64"),
            &[
                Cell::count("torchsummaryx", "41.51M").by(Status::ThirdParty),
                Cell::params("2.14M").by(Status::ThirdParty),
            ],
        ),
    ],
};
