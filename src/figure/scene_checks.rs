//! Runs for the tests of figures, and what every scene has to keep.

use std::sync::Arc;

use super::{Align, Area, Figure, Knobs, Mark, Scene, Site, Study, StudyRun, View, text_width};
use crate::exec::{Ctl, ReferencePlan, Value};
use crate::graph::{Builder, Seeded, Wiring};
use crate::tensor::{HostTensor, Shape};
use crate::text::Lang;
use crate::variants::{self, Geometry, Settings};

/// An operator on a 3x3 layer of `channels` channels, whose input is smooth waves with a little grain.
pub fn study(variant: &str, settings: &[(&str, &str)], channels: usize, side: usize) -> StudyRun {
    let shape = Shape::new(1, channels, side, side);
    let value = |i: usize| {
        let (c, y, x) = (i / shape.plane(), i % shape.plane() / side, i % side);
        let wave = ((x * (c % 3 + 1)) as f32 * 0.4).sin() + ((y + c) as f32 * 0.3).cos();
        wave + 0.2 * (((i * 7919) % 97) as f32 / 97.0 - 0.5)
    };
    study_on(variant, settings, HostTensor::new(shape, (0..shape.elements()).map(value).collect()))
}

/// The same on this input.
pub fn study_on(variant: &str, settings: &[(&str, &str)], input: HostTensor) -> StudyRun {
    let channels = input.shape().c;
    let geometry = Geometry::same(channels, channels, 3, 1);
    let mut source = Seeded(3);
    let mut b = Builder::new(&mut source);
    let x = b.input("input", input.shape()).unwrap();
    let y = b.conv2d("layer", x, geometry.conv(Wiring::Grouped(1)), channels, false).unwrap();
    let graph = b.finish();
    let trace = ReferencePlan::new(&graph).run(std::slice::from_ref(&input), &Ctl::default()).unwrap();
    let Value::Host(output) = trace.value(y).clone() else { panic!("the reference gives host values") };
    let kernel = graph.weight(graph.node(y).weights[0]).clone();
    let site = Site { name: "layer".into(), geometry, input, output, kernel, bias: None };
    let operator = variants::find(variant).expect("listed");
    let mut chosen = Settings::default();
    settings.iter().for_each(|(name, text)| chosen.set(name, text.parse().unwrap()));
    Study::new(operator, &chosen, Arc::new(site)).run(&Ctl::default()).unwrap()
}

/// A figure of a run at this size.
pub fn draw(figure: &dyn Figure, run: &StudyRun, lang: Lang, size: [f32; 2], knobs: &[(&str, i64)]) -> Scene {
    let knobs = Knobs(knobs.iter().map(|&(name, value)| (name.to_owned(), value)).collect());
    figure.draw(run, &View { lang, size, channel: 1, pixel: None, node: run.output(), knobs: &knobs })
}

/// All texts of a scene.
pub fn texts(scene: &Scene) -> Vec<&str> {
    let text = |mark: &'_ Mark| matches!(mark, Mark::Text { .. });
    let marks = scene.items.iter().map(|item| &item.mark).filter(|m| text(m));
    marks.map(|m| if let Mark::Text { text, .. } = m { text.as_str() } else { "" }).collect()
}

/// Where the texts of a scene stand.
fn boxes(scene: &Scene) -> Vec<(&str, Area)> {
    let of = |mark: &'_ Mark| match mark {
        Mark::Text { at: [x, y], text, size, align, .. } => {
            let w = text_width(text, *size);
            let left = match align {
                Align::Left => *x,
                Align::Middle => x - w / 2.0,
                Align::Right => x - w,
            };
            Some(Area::new(left, y - size.points() * 0.5, w, size.points()))
        }
        _ => None,
    };
    let text = |mark: &'_ Mark| matches!(mark, Mark::Text { .. });
    let marks = scene.items.iter().map(|item| &item.mark);
    let areas = marks.filter(|m| text(m)).filter_map(of);
    texts(scene).into_iter().zip(areas).collect()
}

/// Every text is a word of the text table and not a key, stands within the picture and on no other text.
pub fn check_scene(what: &str, scene: &Scene) {
    let boxes = boxes(scene);
    assert!(!scene.items.is_empty(), "{what}: empty");
    for (i, (text, a)) in boxes.iter().enumerate() {
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        assert!(!(text.contains('-') && text.len() > 6 && text.chars().all(kebab)), "{what}: key {text}");
        let inside = a.x >= -0.5 && a.y >= -0.5 && a.right() <= scene.width + 0.5;
        assert!(inside && a.bottom() <= scene.height + 0.5, "{what}: '{text}' leaves the picture: {a:?}");
        for (other, b) in &boxes[i + 1..] {
            let apart = a.right() <= b.x || b.right() <= a.x || a.bottom() <= b.y || b.bottom() <= a.y;
            assert!(apart, "{what}: '{text}' and '{other}' overlap: {a:?} {b:?}");
        }
    }
    for item in &scene.items {
        let area = match &item.mark {
            Mark::Rect { area, .. } | Mark::Image { area, .. } => area,
            _ => continue,
        };
        let inside = area.x >= -1.5 && area.y >= -1.5 && area.right() <= scene.width + 1.5;
        assert!(inside && area.bottom() <= scene.height + 1.5, "{what}: {area:?} leaves the picture");
    }
}

/// [`check_scene`] in both languages at the sizes of a small and a large window, with these knobs.
pub fn check_figure(figure: &dyn Figure, run: &StudyRun, knobs: &[(&str, i64)]) {
    for lang in Lang::ALL {
        for size in [[700.0, 420.0], [1500.0, 1000.0]] {
            let scene = draw(figure, run, lang, size, knobs);
            let name = figure.name();
            check_scene(&format!("{name} of {} {lang:?} {size:?} {knobs:?}", run.study.variant), &scene);
        }
    }
}
