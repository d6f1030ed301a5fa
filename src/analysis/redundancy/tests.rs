use std::time::Instant;

use super::*;
use crate::exec::CancelToken;
use crate::tensor::{HostTensor, Shape, seeded_normal};

fn gram(maps: &HostTensor) -> Gram {
    let mut gram = Gram::new(maps.shape().c);
    gram.add(maps, &CancelToken::default()).expect("not cancelled");
    gram
}

fn similarity(maps: &HostTensor, measure: Measure) -> Similarity {
    Similarity::of(&gram(maps), measure)
}

/// Maps of 9 channels with a duplicate (3 of 1), a scaled one (7 = 4 x 2), a negated one (4 = -0.5 x 0), a dead
/// one (5) and a constant one (6), and what NumPy makes of them:
/// `n = m / norm(m, axis=1)`, `cosine = n @ n.T`, `pearson = corrcoef(m)`, and with
/// `s = svd(n)`, `p = s / s.sum()` the rank `exp(-(p * log(p)).sum())`; for Pearson of `m - m.mean(1)`.
#[derive(serde::Deserialize)]
struct Fixture {
    shape: [usize; 3],
    maps: Vec<f32>,
    live: Vec<usize>,
    cosine: Vec<f64>,
    pearson: Vec<f64>,
    effective_rank: Ranks,
}

#[derive(serde::Deserialize)]
struct Ranks {
    cosine: f64,
    pearson: f64,
}

fn fixture() -> (Fixture, HostTensor) {
    let fixture: Fixture =
        serde_json::from_str(include_str!("../../../tests/fixtures/redundancy.json")).expect("the fixture");
    let [c, h, w] = fixture.shape;
    let maps = HostTensor::new(Shape::new(1, c, h, w), fixture.maps.clone());
    (fixture, maps)
}

#[test]
fn the_numbers_are_those_of_numpy() {
    let (fixture, maps) = fixture();
    for (measure, expected, rank) in [
        (Measure::Cosine, &fixture.cosine, fixture.effective_rank.cosine),
        (Measure::Pearson, &fixture.pearson, fixture.effective_rank.pearson),
    ] {
        let s = similarity(&maps, measure);
        assert_eq!(s.live, fixture.live);
        assert_eq!((&s.dead[..], &s.constant[..], s.not_finite.len()), (&[5][..], &[6][..], 0));
        for a in 0..s.live.len() {
            for b in 0..s.live.len() {
                let error = (f64::from(s.at(a, b)) - expected[a * s.live.len() + b]).abs();
                assert!(error < 1e-6, "{measure:?} {a} {b}: {error}");
            }
        }
        let found = effective_rank(&s, None);
        assert!((found - rank).abs() < 1e-4 * rank, "{measure:?}: {found} and {rank}");
    }
}

#[test]
fn planted_twins_are_found_and_negated_ones_stand_apart() {
    let (_, maps) = fixture();
    for measure in Measure::ALL {
        let s = similarity(&maps, measure);
        let twins = s.twins(0.999);
        assert_eq!(twins.with_twin, [1, 2, 3, 7], "{measure:?}");
        assert_eq!(twins.with_negated, [0, 4], "{measure:?}");
        let replaced: Vec<_> = twins.replaced.iter().map(|p| (p.a, p.b)).collect();
        assert_eq!(replaced, [(3, 1), (7, 2)]);
        let pairs = s.most_similar_pairs(2);
        assert_eq!(pairs.iter().map(|p| (p.a, p.b)).collect::<Vec<_>>(), [(1, 3), (2, 7)]);
        assert!(pairs.iter().all(|p| p.similarity > 0.999_999));
        let opposite = s.most_opposite_pairs(1)[0];
        assert_eq!((opposite.a, opposite.b), (0, 4));
        assert!(opposite.similarity < -0.999_999);
        // At a threshold that nothing reaches only exact twins are left out; at one that all reach one stays.
        assert_eq!(s.twins(-1.0).replaced.len(), s.live.len() - 1);
        let twin = s.twins_of(&[3, 5]);
        assert_eq!((twin[0].map(|p| p.b), twin[1]), (Some(1), None));
        assert_eq!(s.twins_of(&[3, 1])[0].map(|p| p.b != 1 && p.b != 3), Some(true));
    }
}

#[test]
fn pairs_are_the_greatest_of_all() {
    let maps = HostTensor::new(Shape::new(1, 40, 3, 4), seeded_normal(5, 480, 1.0));
    let s = similarity(&maps, Measure::Cosine);
    let mut all: Vec<f32> =
        (0..40).flat_map(|a| (a + 1..40).map(move |b| (a, b))).map(|(a, b)| s.at(a, b)).collect();
    all.sort_by(|a, b| b.total_cmp(a));
    let found: Vec<f32> = s.most_similar_pairs(17).iter().map(|p| p.similarity).collect();
    assert_eq!(found, all[..17]);
    assert_eq!(s.most_similar_pairs(10_000).len(), 780);
}

#[test]
fn channels_of_one_cluster_stand_together() {
    // Three patterns in turn, each with its own small noise.
    let (c, plane) = (24, 36);
    let patterns = seeded_normal(1, 3 * plane, 1.0);
    let noise = seeded_normal(2, c * plane, 0.05);
    let values = (0..c * plane).map(|i| patterns[i / plane % 3 * plane + i % plane] + noise[i]).collect();
    let s = similarity(&HostTensor::new(Shape::new(1, c, 6, 6), values), Measure::Pearson);
    let order = clustered(&s);
    let kinds: Vec<usize> = order.iter().map(|&place| s.live[place] % 3).collect();
    let changes = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert_eq!(changes, 2, "{kinds:?}");
    assert_eq!(kinds[0], 0, "the first channel's cluster comes first");
    let mut places = order;
    places.sort_unstable();
    assert!(places.into_iter().eq(0..c));
    let rank = effective_rank(&s, None);
    assert!(rank > 3.0 && rank < 8.0, "three patterns and a little noise: {rank}");
}

#[test]
fn effective_rank_counts_directions() {
    let unit = |c: usize| (0..4).map(move |i| if i == c { 1.0 } else { 0.0 });
    let maps = HostTensor::new(Shape::new(1, 4, 2, 2), (0..4).flat_map(unit).collect());
    assert!((effective_rank(&similarity(&maps, Measure::Cosine), None) - 4.0).abs() < 1e-9);
    let same = HostTensor::new(Shape::new(1, 3, 1, 2), vec![1.0, 2.0, 2.0, 4.0, 3.0, 6.0]);
    assert!((effective_rank(&similarity(&same, Measure::Cosine), None) - 1.0).abs() < 1e-3);
    let dead = HostTensor::new(Shape::new(1, 2, 1, 2), vec![0.0; 4]);
    assert_eq!(effective_rank(&similarity(&dead, Measure::Cosine), None), 0.0);
}

#[test]
fn the_rank_is_the_same_by_channels_and_by_pixels() {
    let maps = HostTensor::new(Shape::new(1, 90, 4, 5), seeded_normal(8, 90 * 20, 1.0));
    for measure in Measure::ALL {
        let s = similarity(&maps, measure);
        let (channels, pixels) = (effective_rank(&s, None), effective_rank(&s, Some(&maps)));
        assert!((channels - pixels).abs() < 1e-3 * pixels, "{measure:?}: {channels} and {pixels}");
    }
}

#[test]
fn several_images_are_one_long_map() {
    let both = HostTensor::new(Shape::new(1, 5, 2, 20), seeded_normal(3, 200, 1.0));
    let part = |from: usize, width: usize| {
        let values = (0..5).flat_map(|c| both.channel(0, c)[from..from + width].to_vec()).collect();
        HostTensor::new(Shape::new(1, 5, 1, width), values)
    };
    let mut parts = Gram::new(5);
    for image in [part(0, 12), part(12, 28)] {
        parts.add(&image, &CancelToken::default()).expect("not cancelled");
    }
    assert_eq!((parts.images(), parts.values()), (2, 40));
    for measure in Measure::ALL {
        let (a, b) = (similarity(&both, measure), Similarity::of(&parts, measure));
        let most = (0..5)
            .flat_map(|i| a.row(i).iter().zip(b.row(i)).map(|(x, y)| (x - y).abs()).collect::<Vec<_>>());
        assert!(most.fold(0.0, f32::max) < 1e-6, "{measure:?}");
    }
    // A channel that is silent in one image alone is not dead.
    let mut gram = Gram::new(1);
    for value in [0.0, 1.0] {
        let maps = HostTensor::new(Shape::new(1, 1, 1, 2), vec![value; 2]);
        gram.add(&maps, &CancelToken::default()).expect("not cancelled");
        assert_eq!(gram.kind(0), if value == 0.0 { ChannelKind::Dead } else { ChannelKind::Live });
    }
}

#[test]
fn maps_far_from_zero_keep_their_correlation() {
    let noise = seeded_normal(4, 2 * 400, 1.0);
    let values: Vec<f32> = noise.iter().map(|v| 1024.0 + (v * 64.0).round() / 64.0).collect();
    let s = similarity(&HostTensor::new(Shape::new(1, 2, 20, 20), values.clone()), Measure::Pearson);
    let (x, y) = values.split_at(400);
    let mean = |v: &[f32]| v.iter().map(|&v| f64::from(v)).sum::<f64>() / 400.0;
    let (mx, my) = (mean(x), mean(y));
    let sum = |a: &[f32], ma: f64, b: &[f32], mb: f64| -> f64 {
        a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - ma) * (f64::from(b) - mb)).sum()
    };
    let expected = sum(x, mx, y, my) / (sum(x, mx, x, mx) * sum(y, my, y, my)).sqrt();
    assert!((f64::from(s.at(0, 1)) - expected).abs() < 1e-7, "{} and {expected}", s.at(0, 1));
}

#[test]
fn what_is_not_finite_spoils_nobody_else() {
    let mut values = seeded_normal(6, 3 * 8, 1.0);
    values[9] = f32::NAN;
    let s = similarity(&HostTensor::new(Shape::new(1, 3, 2, 4), values.clone()), Measure::Cosine);
    assert_eq!((&s.live[..], &s.not_finite[..]), (&[0, 2][..], &[1][..]));
    values[9] = 0.0;
    let clean = similarity(&HostTensor::new(Shape::new(1, 3, 2, 4), values), Measure::Cosine);
    assert_eq!(s.at(0, 1), clean.at(0, 2));
}

#[test]
fn a_cancelled_sum_ends() {
    let cancel = CancelToken::default();
    cancel.cancel();
    let maps = HostTensor::new(Shape::new(1, 2, 1, 2), vec![1.0; 4]);
    assert!(matches!(Gram::new(2).add(&maps, &cancel), Err(crate::exec::ExecError::Cancelled)));
}

/// The blocks of many channels meet without a gap; the time of the largest layer is printed.
#[test]
fn many_channels_are_compared_fast() {
    let (c, plane) = (2048, 56 * 56);
    let base = seeded_normal(7, 64 * plane, 1.0);
    // Channel 64 k + i is pattern i plus a little of pattern k.
    let value = |i: usize| {
        let (c, p) = (i / plane, i % plane);
        base[c % 64 * plane + p] + 0.3 * base[c / 64 * plane + p]
    };
    let maps = HostTensor::new(Shape::new(1, c, 56, 56), (0..c * plane).map(value).collect());
    let start = Instant::now();
    let gram = gram(&maps);
    let summed = start.elapsed();
    let s = Similarity::of(&gram, Measure::Cosine);
    let matrix = start.elapsed();
    let order = clustered(&s);
    println!(
        "2048 channels of 56x56: products {summed:?}, matrix {matrix:?}, with order {:?}",
        start.elapsed()
    );
    assert_eq!(order.len(), c);
    for (a, b) in [(0, 1), (255, 256), (3, 2047), (1500, 300)] {
        let dot = |a: usize, b: usize| -> f64 {
            let pairs = maps.channel(0, a).iter().zip(maps.channel(0, b));
            pairs.map(|(&x, &y)| f64::from(x) * f64::from(y)).sum()
        };
        let expected = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
        assert!((f64::from(s.at(a, b)) - expected).abs() < 1e-6, "{a} {b}");
    }
}

/// On whatever adapter there is, in place of a GPU.
#[test]
fn an_adapter_gives_the_same_products() {
    let Ok(context) = crate::exec::wgpu::GpuContext::own(None) else {
        assert!(std::env::var_os("REQUIRE_GPU").is_none(), "no adapter");
        return;
    };
    let mut values = seeded_normal(9, 70 * 20 * 17, 1.0);
    values.iter_mut().for_each(|v| *v += 3.0);
    let (from, to) = values.split_at_mut(69 * 340);
    to.copy_from_slice(&from[340..680]);
    let maps = HostTensor::new(Shape::new(1, 70, 20, 17), values);
    let mut on_adapter = Gram::new(70);
    for _ in 0..2 {
        on_adapter.add_on_adapter(&context, &maps, &CancelToken::default()).expect("it runs");
    }
    assert_eq!((on_adapter.images(), on_adapter.values()), (2, 680));
    for measure in Measure::ALL {
        let (a, b) = (similarity(&maps, measure), Similarity::of(&on_adapter, measure));
        let differences =
            (0..70).flat_map(|i| (0..70).map(move |j| (i, j))).map(|(i, j)| (a.at(i, j) - b.at(i, j)).abs());
        let most = differences.fold(0.0, f32::max);
        assert!(most < 1e-5, "{measure:?}: {most}");
        assert!(b.at(1, 69) > 0.999_999);
    }
}
