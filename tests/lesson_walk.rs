//! Every lesson is walked through in the real window: to its end and back, in both languages.

mod window_support;

use convscope::app::{Action, Choice, LessonMove, Page, StudyChoice};
use convscope::text::{Lang, tr};
use convscope::ui::Shell;
use convscope::variants::{ALL, Shown};
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use window_support::wait;

/// The window on page Operators.
fn window() -> Harness<'static, Shell> {
    let mut harness = window_support::window([1280.0, 720.0], Choice::default(), |shell| {
        shell.stop_measuring();
        shell.apply(Action::Lang(Lang::En));
        shell.apply(Action::Page(Page::Operators));
    });
    settle(&mut harness);
    harness
}

/// Steps until the operator's page shows what is chosen.
fn settle(harness: &mut Harness<'_, Shell>) {
    wait(harness, "the operator's page", |app| app.study().is_some() && !app.study_is_stale());
}

fn press(harness: &mut Harness<'_, Shell>, key: Key) {
    harness.key_press(key);
    harness.run_steps(2);
}

fn step(harness: &Harness<'_, Shell>) -> Option<usize> {
    harness.state().app().lesson().map(|place| place.step)
}

fn sees(harness: &Harness<'_, Shell>, words: &str) -> bool {
    harness.query_all_by_label(words).count() > 0
}

/// Begins the lesson of this operator.
fn begin(harness: &mut Harness<'_, Shell>, name: &'static str) {
    let shell = harness.state_mut();
    shell.apply(Action::Study(StudyChoice::of(name)));
    shell.apply(Action::Lesson(LessonMove::Restart));
    harness.run_steps(2);
}

#[test]
fn every_lesson_goes_to_its_end_and_back_in_both_languages() {
    let mut harness = window();
    for lang in Lang::ALL {
        harness.state_mut().apply(Action::Lang(lang));
        for variant in ALL {
            let (name, lesson) = (variant.name(), variant.lesson());
            begin(&mut harness, name);
            for (i, expected) in lesson.iter().enumerate() {
                let words = |part: &str| tr(lang, &format!("step-{name}-{}{part}", i + 1));
                assert_eq!(step(&harness), Some(i), "{name}");
                let study = &harness.state().app().choice().study;
                if let Shown::Figure(figure) = expected.shown {
                    assert_eq!(study.figure, figure, "{name} {i}");
                }
                for (setting, value) in expected.settings {
                    let set = study.settings.get(setting).map(ToString::to_string);
                    assert_eq!(set.as_deref(), Some(*value), "{name} {i}");
                }
                for (knob, value) in expected.knobs {
                    assert_eq!(study.knobs.0.get(*knob), Some(value), "{name} {i}");
                }
                settle(&mut harness);
                assert!(harness.state().app().notices().is_empty(), "{:?}", harness.state().app().notices());
                assert!(sees(&harness, words("")), "{lang:?} {name} {i}");
                assert!(sees(&harness, words("-question")), "{lang:?} {name} {i}");
                // Not before it is asked for.
                assert!(!sees(&harness, words("-answer")), "{lang:?} {name} {i}");
                press(&mut harness, [Key::Space, Key::Enter][i % 2]);
                assert!(sees(&harness, words("-answer")), "{lang:?} {name} {i}");
                if i + 1 < lesson.len() {
                    press(&mut harness, Key::N);
                }
            }
            for i in (0..lesson.len()).rev() {
                assert_eq!(step(&harness), Some(i), "{name}");
                // An answer once shown stays.
                assert!(sees(&harness, tr(lang, &format!("step-{name}-{}-answer", i + 1))), "{name} {i}");
                press(&mut harness, [Key::P, Key::PageUp][i % 2]);
            }
            assert_eq!(step(&harness), Some(0), "there is nothing before the first step of {name}");
        }
    }
}

#[test]
fn a_lesson_is_left_resumed_undone_and_ended() {
    let mut harness = window();
    harness.state_mut().apply(Action::Study(StudyChoice::of("hetconv")));
    settle(&mut harness);
    harness.get_by_label_contains("Lesson in 8 steps").click();
    harness.run_steps(2);
    assert_eq!(step(&harness), Some(0));
    // A presenter's key shows the answer first, then goes on.
    press(&mut harness, Key::PageDown);
    assert_eq!(step(&harness), Some(0));
    assert!(harness.state().app().lesson().is_some_and(|place| place.answered));
    press(&mut harness, Key::PageDown);
    assert_eq!(step(&harness), Some(1));
    let part = |h: &Harness<'_, Shell>| h.state().app().choice().study.settings.integer("part");
    assert_eq!(part(&harness), 4);

    // Undo takes back the step together with what it set.
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(2);
    assert_eq!((step(&harness), part(&harness)), (Some(0), 1));
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    harness.run_steps(2);
    assert_eq!((step(&harness), part(&harness)), (Some(1), 4));

    // Another operator ends it; its place is remembered.
    harness.state_mut().apply(Action::Study(StudyChoice::of("ghost")));
    settle(&mut harness);
    assert_eq!(step(&harness), None);
    let words = "steps-start";
    harness.get_by_label_contains(&convscope::text::tr_args(Lang::En, words, &[("count", 6.into())]));
    harness.state_mut().apply(Action::Study(StudyChoice::of("hetconv")));
    settle(&mut harness);
    harness.get_by_label_contains("2 / 8").click();
    harness.run_steps(2);
    assert_eq!(step(&harness), Some(1));
    let saved = serde_json::to_string(&harness.state().app().prefs).expect("JSON");
    assert!(saved.contains(r#""lessons":{"hetconv":1}"#), "{saved}");

    // Escape leaves it and stays on the page.
    press(&mut harness, Key::Escape);
    assert_eq!((step(&harness), harness.state().app().choice().page), (None, Page::Operators));
    // The keys are those of the page again.
    press(&mut harness, Key::N);
    assert_eq!(step(&harness), None);

    // Behind the last step it is over and begins anew.
    harness.state_mut().apply(Action::Lesson(LessonMove::Start));
    for _ in 1..8 {
        press(&mut harness, Key::N);
    }
    assert_eq!(step(&harness), None);
    assert_eq!(harness.state().app().lesson_resumes_at(), 0);
}
