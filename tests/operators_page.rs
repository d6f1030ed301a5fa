//! The page of one operator: every operator, figure, setting and language, without and with a window.

mod app_support;

use std::time::Duration;

use app_support::settle;
use convscope::app::{Action, App, Choice, Page, StudyChoice};
use convscope::figure::{self, Mark, has_glyph};
use convscope::graph::Origin;
use convscope::text::Lang;
use convscope::variants::{self, Legal, Settings};

/// Room for the picture in a window of 1280x720.
const ROOM: [f32; 2] = [720.0, 330.0];

fn page() -> App {
    let mut app = app_support::app(Choice::default());
    app.apply(Action::Room(ROOM));
    app.apply(Action::Page(Page::Operators));
    shown(&mut app, "the first page");
    app
}

/// Waits for the page of what is chosen. Returns the time it took.
fn shown(app: &mut App, what: &str) -> Duration {
    settle(app, what, |app| app.study().is_some() && !app.study_is_stale())
}

/// What the picture shows can be read: it has marks, inside its bounds, in characters that exist.
fn check_picture(app: &App, what: &str) {
    let study = app.study().expect("settled");
    let scene = &study.scene;
    assert!(!scene.items.is_empty(), "{what}: an empty picture");
    assert_eq!(study.run.study.variant, app.choice().study.variant, "{what}");
    for item in &scene.items {
        if let Mark::Text { at: [x, y], text, .. } = &item.mark {
            assert!(text.chars().all(has_glyph), "{what}: no glyph for a character of {text:?}");
            let inside = *x >= 0.0 && *x <= scene.width && *y >= 0.0 && *y <= scene.height;
            assert!(inside, "{what}: {text:?} at {x}, {y}");
        }
    }
    assert!(app.notices().is_empty(), "{what}: {:?}", app.notices());
}

#[test]
fn every_figure_of_every_operator_is_drawn_in_both_languages() {
    let mut app = page();
    for lang in Lang::ALL {
        app.apply(Action::Lang(lang));
        for &variant in variants::ALL {
            let choice = StudyChoice::of(variant.name());
            assert!(choice.figures().len() > 1, "{} has no figure of its own", variant.name());
            for name in choice.figures() {
                for photo in [false, true] {
                    let what = format!("{} {name} {} photo {photo}", variant.name(), lang.tag());
                    app.apply(Action::Study(StudyChoice { figure: name, photo, ..choice.clone() }));
                    shown(&mut app, &what);
                    check_picture(&app, &what);
                }
            }
        }
    }
}

#[test]
fn every_setting_and_every_control_moves_through_its_whole_range() {
    let mut app = page();
    for &variant in variants::ALL {
        let choice = StudyChoice::of(variant.name());
        app.apply(Action::Study(choice.clone()));
        shown(&mut app, variant.name());
        let geometry = app.study().expect("settled").run.study.geometry;
        for setting in variant.settings(&geometry, &Settings::default()) {
            let count = match &setting.legal {
                Legal::UpTo(_) => 1,
                legal => legal.len(),
            };
            for i in 0..count {
                let mut next = choice.clone();
                next.settings.set(setting.name, setting.legal.value(i));
                next.settings = next.settings.clamped(variant, &geometry);
                let what = format!("{} {}", variant.name(), next.settings.get(setting.name).expect("set"));
                app.apply(Action::DragStudy(next));
                shown(&mut app, &what);
                check_picture(&app, &what);
            }
        }
        for name in choice.figures() {
            let run = app.study().expect("settled").run.clone();
            for knob in figure::find(name).expect("listed").knobs(&run) {
                for value in [knob.least, (knob.least + knob.most) / 2, knob.most] {
                    let mut next = StudyChoice { figure: name, ..choice.clone() };
                    next.knobs.0.insert(knob.name.to_owned(), value);
                    let what = format!("{} {name} {} {value}", variant.name(), knob.name);
                    app.apply(Action::DragStudy(next));
                    shown(&mut app, &what);
                    check_picture(&app, &what);
                }
            }
        }
    }
}

/// A step of a slider shows its picture soon on a layer of at most 128x28x28. The bound of a slow
/// machine with other tests beside it is wider than the one of the page, 150 ms.
#[test]
fn a_slider_answers_soon() {
    let mut app = page();
    app.apply(Action::Layer("fire4/expand3x3".into()));
    let mut slowest = (Duration::ZERO, String::new());
    for &variant in variants::ALL {
        for name in StudyChoice::of(variant.name()).figures() {
            let choice = StudyChoice { figure: name, ..StudyChoice::of(variant.name()) };
            app.apply(Action::Study(choice.clone()));
            shown(&mut app, variant.name());
            let geometry = app.study().expect("settled").run.study.geometry;
            let Some(setting) = variant.settings(&geometry, &Settings::default()).into_iter().next() else {
                continue;
            };
            let mut next = choice.clone();
            let other = setting.legal.value(usize::from(setting.legal.place(&setting.default) == 0));
            next.settings.set(setting.name, other);
            next.settings = next.settings.clamped(variant, &geometry);
            app.apply(Action::DragStudy(next));
            let took = shown(&mut app, variant.name());
            if took > slowest.0 {
                slowest = (took, format!("{} {name}", variant.name()));
            }
        }
    }
    println!("slowest: {} after {} ms", slowest.1, slowest.0.as_millis());
    assert!(slowest.0 < Duration::from_millis(600), "{} took {:?}", slowest.1, slowest.0);
}

#[test]
fn weights_say_where_they_come_from() {
    let mut app = page();
    let origin = |app: &mut App, choice: StudyChoice| {
        app.apply(Action::Study(choice));
        shown(app, "the operator");
        app.study().expect("settled").run.origin
    };
    assert_eq!(origin(&mut app, StudyChoice::of("standard")), Origin::Trained);
    assert_eq!(origin(&mut app, StudyChoice::of("octave")), Origin::Derived);
    assert_eq!(origin(&mut app, StudyChoice::of("sfr")), Origin::Seeded);
    let photo = StudyChoice { photo: true, ..StudyChoice::of("standard") };
    assert_eq!(origin(&mut app, photo), Origin::Seeded);
}

#[test]
fn undo_and_escape_go_back_one_step() {
    let mut app = page();
    app.apply(Action::Study(StudyChoice::of("hetconv")));
    shown(&mut app, "HetConv");
    app.apply(Action::Pixel(3, (5, 6)));
    shown(&mut app, "the pixel");
    for expected in [(None, Page::Operators), (None, Page::Inspect)] {
        app.apply(Action::Back);
        assert_eq!((app.choice().pixel, app.choice().page), expected);
        if app.choice().channel.is_some() {
            app.apply(Action::Back);
            assert_eq!(app.choice().channel, None);
        }
    }
    // Undo comes back to the page of the change that it takes back.
    for _ in 0..8 {
        app.apply(Action::Undo);
    }
    assert_eq!(app.choice().study.variant, "standard");
}
