//! The compared networks as points.

use super::{NetworkTimes, NetworksScene};
use crate::figure::{Area, Axis, Scatter, ScatterDot, Scene, numbers, palette};
use crate::text::{Lang, tr};

/// Space between the two pictures.
const GAP: f32 = 24.0;

/// Where a point lies on the vertical axis, how far it spreads, and what is told of it.
type Height = (f64, Option<[f64; 2]>, String);

/// Operations against parameters, and against measured time; where nothing is measured, against the peak memory of the
/// maps.
pub fn chart(networks: &NetworksScene, times: Option<&NetworkTimes>, lang: Lang, size: [f32; 2]) -> Scene {
    let count = |value: f64| numbers::count(value as u64);
    let convention = networks.convention;
    let x = Axis { words: convention.label(), number: count };
    let times: Vec<Option<_>> = networks
        .networks
        .iter()
        .map(|n| times.and_then(|t| t.of(&n.key)).and_then(|m| m.time.as_ref().ok()))
        .collect();
    let measured = times.iter().any(Option::is_some);
    let dots = |y: &dyn Fn(usize) -> Option<Height>| -> Vec<ScatterDot> {
        let dot = |(i, compared): (usize, &super::ComparedNetwork)| {
            let (network, counted) = compared.counted()?;
            let (y, spread, told) = y(i)?;
            let label = network.label(lang);
            let operator = network.key.entry.operator.as_ref().map_or("standard", |o| o.variant);
            let tip = format!("{label}\n{} {}\n{told}", numbers::count(counted.total()), convention.label());
            let colour = palette::operator_mark(operator).0;
            Some(ScatterDot { label, x: counted.total() as f64, y, spread, colour, tip })
        };
        networks.networks.iter().enumerate().filter_map(dot).collect()
    };
    let network = |i: usize| networks.networks[i].network.as_deref().ok();
    let params = dots(&|i| {
        let params = network(i)?.cost.total.params;
        Some((params as f64, None, format!("{} {}", numbers::count(params), tr(lang, "params"))))
    });
    let second = if measured {
        let ms = |ns: u64| ns as f64 / 1e6;
        dots(&|i| {
            let time = times[i]?;
            let spread = [ms(time.p10_ns), ms(time.p90_ns)];
            Some((time.median_ms(), Some(spread), numbers::time_with_spread(time)))
        })
    } else {
        dots(&|i| {
            let bytes = network(i)?.peak.bytes;
            let told = format!("{} {}", tr(lang, "peak-memory"), numbers::bytes(bytes));
            Some((bytes as f64, None, told))
        })
    };
    let right = if measured {
        Axis { words: tr(lang, "chart-time").to_owned(), number: |ms| format!("{ms:.0}") }
    } else {
        Axis { words: tr(lang, "peak-memory").to_owned(), number: |bytes| numbers::bytes(bytes as u64) }
    };
    let mut scene = Scene::new(size);
    let area = scene.area().shrunk(6.0);
    let left = Axis { words: tr(lang, "params").to_owned(), number: count };
    for (i, (dots, y)) in [(params, left), (second, right)].into_iter().enumerate() {
        let place: Area = area.column(i, 2, GAP);
        Scatter { dots, x: x.clone(), y }.draw(&mut scene, place);
    }
    scene
}
