//! What tools print of ordinary networks in their own documents.

use super::model::plain;
use super::{Cell, Row, Table};

pub(super) static TABLE: Table = Table {
    name: "tools",
    title: "Counting tools: their own examples",
    source: "READMEs of thop 43c064a, ptflops d612c75 and TorchLens 938a2ca5",
    rows: &[
        Row::new(
            "thop: AlexNet",
            plain("alexnet"),
            &[Cell::count("thop", "0.77G").open("audit-why-thop-older")],
        ),
        Row::new(
            "thop: VGG-16",
            plain("vgg16"),
            &[Cell::count("thop", "15.61G").open("audit-why-thop-older")],
        ),
        Row::new("thop: MobileNet V2", plain("mobilenet_v2"), &[Cell::count("thop", "0.33G")]),
        Row::new("ptflops (aten): AlexNet", plain("alexnet"), &[Cell::count("ptflops-aten", "0.71G")]),
        Row::new("ptflops (aten): VGG-16", plain("vgg16"), &[Cell::count("ptflops-aten", "15.48G")]),
        Row::new("ptflops (aten): ResNet-50", plain("resnet50"), &[Cell::count("ptflops-aten", "4.09G")]),
        Row::new(
            "ptflops (pytorch): VGG-16",
            plain("vgg16"),
            &[Cell::count("ptflops", "15.52G").open("audit-why-ptflops-twice")],
        ),
        Row::new(
            "ptflops (pytorch): ResNet-50",
            plain("resnet50"),
            &[Cell::count("ptflops", "4.13G").open("audit-why-ptflops-twice")],
        ),
        Row::new(
            "TorchLens: AlexNet",
            plain("alexnet"),
            &[Cell::count("torchlens-macs", "718.9M").open("audit-why-torchlens")],
        ),
    ],
};
