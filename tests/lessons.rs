//! Every lesson has its words in both languages and sets only what its operator has.

use std::sync::Arc;

use convscope::exec::Ctl;
use convscope::figure::{self, Site, Study};
use convscope::tensor::{HostTensor, Shape, seeded_normal};
use convscope::text::{Lang, has, tr};
use convscope::variants::{ALL, ConvVariant, Geometry, Settings, Shown, Step};

/// The layer on which the numbers of the lessons are exact.
const LAYER: Geometry = Geometry::same(64, 64, 3, 1);

fn longest(lang: Lang) -> usize {
    match lang {
        Lang::En => 420,
        Lang::Zh => 200,
    }
}

fn settings(step: &Step) -> Settings {
    let mut settings = Settings::default();
    for (name, value) in step.settings {
        settings.set(name, value.parse().expect("every text is a value"));
    }
    settings
}

fn steps() -> impl Iterator<Item = (&'static dyn ConvVariant, usize, &'static Step)> {
    ALL.iter().flat_map(|&v| v.lesson().iter().enumerate().map(move |(i, step)| (v, i + 1, step)))
}

#[test]
fn every_operator_has_a_lesson_of_a_few_steps() {
    for variant in ALL {
        let n = variant.lesson().len();
        assert!((5..=9).contains(&n), "{} has {n} steps", variant.name());
    }
}

#[test]
fn every_step_has_its_words() {
    for (variant, n, _) in steps() {
        for lang in Lang::ALL {
            for part in ["", "-question", "-answer"] {
                let key = format!("step-{}-{n}{part}", variant.name());
                assert!(has(lang, &key), "{lang:?}: {key}");
                let length = tr(lang, &key).chars().count();
                assert!(length <= longest(lang), "{lang:?}: {key} has {length} characters");
            }
            let question = tr(lang, &format!("step-{}-{n}-question", variant.name()));
            assert!(question.contains(['?', '？']), "{lang:?}, {}: {question}", variant.name());
        }
    }
    // None is left over from a longer lesson.
    for variant in ALL {
        let key = format!("step-{}-{}", variant.name(), variant.lesson().len() + 1);
        assert!(!has(Lang::En, &key), "{key}");
    }
}

#[test]
fn every_step_sets_legal_values() {
    for (variant, n, step) in steps() {
        let g = variant.nearest(LAYER);
        let settings = settings(step);
        assert_eq!(settings.iter().count(), step.settings.len(), "{} {n} sets twice", variant.name());
        let checked = settings.completed(variant, &g).check(variant, &g);
        assert_eq!(checked, Ok(()), "{} {n}", variant.name());
    }
}

#[test]
fn every_step_shows_what_its_operator_has() {
    for (variant, n, step) in steps() {
        let Shown::Figure(name) = step.shown else {
            assert!(step.knobs.is_empty(), "{} {n}: knobs belong to figures", variant.name());
            continue;
        };
        assert!(figure::find(name).is_some(), "{} {n}: there is no figure '{name}'", variant.name());
        assert!(variant.figures().contains(&name), "{} {n}: '{name}' is not one of its", variant.name());
    }
}

#[test]
fn every_knob_belongs_to_its_figure() {
    let shape = Shape::new(1, 3, 96, 96);
    let photo = HostTensor::new(shape, seeded_normal(7, shape.elements(), 1.0));
    let site = Arc::new(Site::of_photo(&photo).expect("a photo"));
    for (variant, n, step) in steps().filter(|(_, _, step)| !step.knobs.is_empty()) {
        let Shown::Figure(name) = step.shown else { continue };
        let figure = figure::find(name).expect("a figure");
        let run =
            Study::new(variant, &settings(step), Arc::clone(&site)).run(&Ctl::default()).expect("a run");
        let knobs = figure.knobs(&run);
        for (knob, value) in step.knobs {
            let known = knobs.iter().find(|k| k.name == *knob);
            let fits = known.is_some_and(|k| (k.least..=k.most).contains(value));
            assert!(fits, "{} {n}: {knob} = {value} is none of {knobs:?}", variant.name());
        }
    }
}
