use super::*;
use crate::analysis::redundancy::{Compared, Gram, Measure};
use crate::analysis::{Filters, Kernels, Spectrum};
use crate::exec::CancelToken;
use crate::figure::scene_checks::{check_scene, texts};
use crate::figure::{Mark, Scene, Target};
use crate::graph::{Builder, Conv2d, NodeId, Padding, Seeded, Wiring};
use crate::tensor::{Shape, seeded_normal};
use crate::text::{Lang, tr, tr_args};

const SIZES: [[f32; 2]; 4] = [[470.0, 400.0], [470.0, 520.0], [700.0, 560.0], [1200.0, 850.0]];

fn maps(channels: usize, side: usize) -> HostTensor {
    let shape = Shape::new(1, channels, side, side);
    let mut values = seeded_normal(1, shape.elements(), 1.0);
    let plane = shape.plane();
    if channels > 6 {
        let (from, to) = values.split_at_mut(4 * plane);
        to[..plane].copy_from_slice(&from[..plane]);
        to[plane..2 * plane].fill(0.0);
        to[2 * plane..3 * plane].iter_mut().zip(&from[plane..]).for_each(|(t, f)| *t = -f);
    }
    HostTensor::new(shape, values)
}

fn compared(maps: &HostTensor) -> Compared {
    let mut gram = Gram::new(maps.shape().c);
    gram.add(maps, &CancelToken::default()).unwrap();
    Compared::of(&gram, Measure::Cosine, maps)
}

fn redundancy(maps: &HostTensor, channel: Option<usize>, lang: Lang, size: [f32; 2]) -> Scene {
    let compared = compared(maps);
    let twins = &compared.similarity.twins(0.95);
    let node = NodeId::from_index(0);
    let picture =
        RedundancyPicture { node, maps, compared: &compared, twins, images: 1, channel, ablated: &[4] };
    picture.draw(lang, size)
}

fn channels_of(scene: &Scene) -> Vec<usize> {
    let channel = |target: &Option<Target>| match target {
        Some(Target::Channel(_, channel)) => Some(*channel),
        _ => None,
    };
    scene.items.iter().filter_map(|item| channel(&item.target)).collect()
}

#[test]
fn redundancy_keeps_its_room_and_says_what_was_planted() {
    for (channels, side) in [(2, 9), (16, 12), (64, 7), (300, 5)] {
        let maps = maps(channels, side);
        for lang in Lang::ALL {
            for size in SIZES {
                let scene = redundancy(&maps, Some(1), lang, size);
                check_scene(&format!("{channels} channels {lang:?} {size:?}"), &scene);
            }
        }
    }
    let scene = redundancy(&maps(16, 12), None, Lang::En, [700.0, 560.0]);
    let texts = texts(&scene);
    assert!(texts.contains(&"2 / 16"), "{texts:?}");
    assert!(texts.iter().any(|t| t.starts_with("0 · 4")), "the planted pair: {texts:?}");
    assert!(texts.iter().any(|t| t.starts_with("1 · −6")), "the negated pair: {texts:?}");
    // Every compared channel can be clicked in the matrix; the dead one is not in it.
    let clicked = channels_of(&scene);
    assert!((0..16).all(|c| clicked.contains(&c) == (c != 5)), "{clicked:?}");
}

#[test]
fn nothing_to_compare_is_said() {
    let dead = HostTensor::new(Shape::new(1, 3, 4, 4), vec![0.0; 48]);
    let scene = redundancy(&dead, None, Lang::En, [470.0, 400.0]);
    check_scene("dead", &scene);
    assert!(texts(&scene).contains(&tr(Lang::En, "redundancy-nothing")));
}

#[test]
fn a_large_matrix_keeps_its_twins() {
    let maps = maps(1200, 2);
    let similarity = compared(&maps).similarity;
    let order: Vec<usize> = (0..similarity.live.len()).collect();
    let image = matrix_map::raster(&similarity, &order);
    assert_eq!((image.width, image.height), (400, 400));
    // Channels 0 and 4 are equal: one pixel for (0 .. 3) x (3 .. 6).
    let red = crate::figure::ColourMap::Diverging.at(1.0);
    assert_eq!(image.rgb[1], red);
}

#[test]
fn spectrum_keeps_its_room_and_names_the_share() {
    for side in [4, 13, 56] {
        let maps = maps(12, side);
        let spectra = Spectrum::of_channels(&maps);
        for lang in Lang::ALL {
            for size in SIZES {
                for channel in [None, Some(1), Some(5)] {
                    let node = NodeId::from_index(0);
                    let picture = SpectrumPicture { node, maps: &maps, spectra: &spectra, channel };
                    let scene = picture.draw(lang, size);
                    check_scene(&format!("spectrum {side} {lang:?} {size:?} {channel:?}"), &scene);
                }
            }
        }
    }
    // A grating of 3/8 cycles per pixel lies beyond the boundary: none of it would be kept.
    let shape = Shape::new(1, 1, 32, 32);
    let grating = |i: usize| (std::f32::consts::TAU * 0.375 * (i % 32) as f32).cos();
    let maps = HostTensor::new(shape, (0..shape.elements()).map(grating).collect());
    let spectra = Spectrum::of_channels(&maps);
    let picture =
        SpectrumPicture { node: NodeId::from_index(0), maps: &maps, spectra: &spectra, channel: None };
    let scene = picture.draw(Lang::En, [700.0, 560.0]);
    let words = tr_args(Lang::En, "spectrum-within", &[("share", "0.0 %".into())]);
    assert!(
        texts(&scene).contains(&words.as_str()) && texts(&scene).contains(&"100.0 %"),
        "{:?}",
        texts(&scene)
    );
    assert_eq!(channels_of(&scene), [0]);
    let small = HostTensor::new(Shape::new(1, 2, 1, 1), vec![1.0, 2.0]);
    let spectra = Spectrum::of_channels(&small);
    let picture =
        SpectrumPicture { node: NodeId::from_index(0), maps: &small, spectra: &spectra, channel: None };
    assert!(texts(&picture.draw(Lang::En, [470.0, 400.0])).contains(&tr(Lang::En, "spectrum-too-small")));
}

#[test]
fn kernels_keep_their_room() {
    for (inputs, outputs, k, groups) in [(3, 16, 3, 1), (64, 64, 1, 1), (32, 512, 3, 1), (24, 24, 5, 24)] {
        let mut source = Seeded(2);
        let mut b = Builder::new(&mut source);
        let x = b.input("x", Shape::new(1, inputs, 9, 9)).unwrap();
        let wiring = Wiring::Grouped(groups);
        let conv = Conv2d { kernel: k, stride: 1, padding: Padding::same(k, 1), dilation: 1, wiring };
        let y = b.conv2d("a/rather/long/name/of/a/layer", x, conv, outputs, false).unwrap();
        let relu = b.activation("relu", y, crate::graph::Activation::Relu).unwrap();
        let sum = b.add("sum", relu, y).unwrap();
        let graph = b.finish();
        assert_eq!((Kernels::behind(&graph, relu), Kernels::behind(&graph, sum)), (Some(y), None));
        let filters = Filters::behind(&graph, relu, 6, &CancelToken::default()).unwrap().unwrap();
        for lang in Lang::ALL {
            for size in SIZES {
                let filters = Some(("a/rather/long/name/of/a/layer", &filters));
                let picture = KernelsPicture { node: relu, filters, channel: Some(7) };
                let scene = picture.draw(lang, size);
                check_scene(&format!("kernels {outputs}x{inputs}x{k} {lang:?} {size:?}"), &scene);
                let clicked = channels_of(&scene);
                assert!((0..outputs).all(|o| clicked.contains(&o)));
                let images =
                    scene.items.iter().filter(|item| matches!(item.mark, Mark::Image { .. })).count();
                assert!(images > outputs, "the chosen filter is shown in full");
            }
        }
    }
    let none = KernelsPicture { node: NodeId::from_index(0), filters: None, channel: None };
    check_scene("no kernels", &none.draw(Lang::Zh, [470.0, 400.0]));
}
