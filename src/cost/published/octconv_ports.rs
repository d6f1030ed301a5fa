//! Third parties about OctConv: a PyTorch port, and OpenVINO's count of the authors' checkpoints.

use super::model::{plain, with};
use super::{Cell, Quantity, Row, Status, Table};

pub(super) static TABLE: Table = Table {
    name: "octconv-ports",
    title: "OctConv: ports",
    source: "d-li14/octconv.pytorch d639428; openvinotoolkit/open_model_zoo b5a0503b4; osmr/imgclsmob c1a844d",
    rows: &[
        Row::new(
            "ResNet-50",
            plain("resnet50"),
            &[
                Cell::count("macs", "4.089G").by(Status::ThirdParty),
                Cell::params("25.557M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "Oct-ResNet-50, α = 0.5",
            with("resnet50", "octave", &[("alpha", "0.5")]),
            &[
                Cell::count("macs", "2.367G").by(Status::ThirdParty),
                Cell::params("25.557M").by(Status::ThirdParty),
                Cell::params("25,557,032").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "ResNet-101",
            plain("resnet101"),
            &[
                Cell::count("macs", "7.801G").by(Status::ThirdParty),
                Cell::params("44.549M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "Oct-ResNet-101, α = 0.5",
            with("resnet101", "octave", &[("alpha", "0.5")]),
            &[
                Cell::count("macs", "3.991G").by(Status::ThirdParty),
                Cell::params("44.549M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "MobileNet V1",
            plain("mobilenet_v1"),
            &[
                Cell::count("macs", "568.7M").by(Status::ThirdParty),
                Cell::params("4.232M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "Oct-MobileNet V1, α = 0.5",
            with("mobilenet_v1", "octave", &[("alpha", "0.5")]),
            &[
                Cell::count("macs", "318.2M").by(Status::ThirdParty),
                Cell::params("4.232M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "OpenVINO: Oct-ResNet-26, α = 0.25",
            with("resnet26", "octave", &[("alpha", "0.25")]),
            &[Cell::count("flops", "3.768G").by(Status::ThirdParty).open("audit-why-openvino")],
        ),
        Row::new(
            "OpenVINO: Oct-ResNet-50, α = 0.125",
            with("resnet50_preact", "octave", &[("alpha", "0.125")]),
            &[
                Cell::count("flops", "7.221G").by(Status::ThirdParty).open("audit-why-openvino"),
                Cell::new(Quantity::ParamsFolded, "25.551M").by(Status::ThirdParty),
            ],
        ),
        Row::new(
            "OpenVINO: Oct-ResNet-101, α = 0.125",
            with("resnet101", "octave", &[("alpha", "0.125")]),
            &[Cell::count("flops", "13.387G").by(Status::ThirdParty).open("audit-why-openvino")],
        ),
        Row::new(
            "OpenVINO: Oct-ResNet-200, α = 0.125",
            with("resnet200", "octave", &[("alpha", "0.125")]),
            &[Cell::count("flops", "25.407G").by(Status::ThirdParty).open("audit-why-openvino")],
        ),
        Row::new(
            "OpenVINO: Oct-ResNeXt-50, α = 0.25",
            with("resnext50_32x4d_preact", "octave", &[("alpha", "0.25")]),
            &[
                Cell::count("flops", "6.444G").by(Status::ThirdParty).open("audit-why-openvino"),
                Cell::new(Quantity::ParamsFolded, "25.02M").by(Status::ThirdParty),
            ],
        ),
    ],
};
