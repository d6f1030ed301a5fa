//! The traced pixel in the application: chosen, stepped through, pinned, split; with and without a window.

mod app_support;
mod window_support;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use app_support::settle;
use convscope::app::{Action, App, Choice, Page, StudyChoice, SwapChoice, Theme, TraceAction, TraceScene};
use convscope::graph::Op;
use convscope::picture::{Rule, Spot};
use convscope::text::Lang;
use convscope::ui::Shell;
use convscope::variants::{self, Settings};
use eframe::egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use window_support::wait;

fn app() -> App {
    let mut app = app_support::app(Choice::default());
    settle(&mut app, "the first layer", |app| app.maps().is_some() && !app.is_stale());
    app
}

fn window(width: f32, height: f32) -> Harness<'static, Shell> {
    let mut harness = window_support::window([width, height], Choice::default(), |shell| {
        shell.stop_measuring();
        shell.apply(Action::Lang(Lang::En));
        shell.apply(Action::Theme(Theme::Dark));
    });
    wait(&mut harness, "the first picture", |app| app.maps().is_some() && !app.is_stale());
    harness
}

fn traced(app: &App) -> bool {
    app.trace().is_some() && !app.trace_is_stale()
}

/// The panel's last running sum is the value on the screen to the last printed digit.
fn check(trace: &TraceScene, what: &str) {
    assert!(trace.written.agree(), "{what}: {:?}", trace.written);
    let ends = [trace.running.last(), trace.running_by_product.last()];
    for last in ends.into_iter().flatten() {
        match trace.traced.rule {
            Rule::Softmax { own } => {
                let share = trace.traced.terms[own].product / last;
                assert!((share - trace.traced.result).abs() < 1e-12, "{what}");
            }
            _ => assert_eq!(trace.written.write(*last), trace.written.value, "{what}"),
        }
    }
    let terms = trace.traced.terms.len();
    assert_eq!((trace.running.len(), trace.by_product.len()), (terms, terms), "{what}");
    let sizes: Vec<f64> = trace.by_product.iter().map(|&i| trace.traced.terms[i].product.abs()).collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b), "{what}: not the largest first");
}

#[test]
fn a_pixel_is_followed_back_to_the_photo_and_forward_again() {
    let mut app = app();
    app.apply(Action::Layer("fire4/expand3x3".into()));
    app.apply(Action::Pixel(5, (7, 9)));
    settle(&mut app, "the terms", traced);
    let mut places = vec![app.choice().clone()];
    loop {
        let trace = app.trace().expect("settled").clone();
        check(&trace, &trace.name);
        if trace.graph().node(trace.traced.node).op == Op::Input {
            break;
        }
        // Along the strongest term.
        let strongest = trace.traced.terms[trace.by_product[0]].read;
        app.apply(Action::Trace(TraceAction::Into(strongest.node, strongest.spot)));
        settle(&mut app, "the step", traced);
        // The map that was stepped to shows what the first pixel read of it: after one step, the terms' own.
        let read = app.read_here(false).expect("the first pixel read of it").reached;
        let shape = read.shape();
        let found: BTreeSet<Spot> =
            (0..shape.elements()).map(|i| Spot::at(shape, i)).filter(|&s| read.has(s)).collect();
        if places.len() == 1 {
            let terms = trace.traced.terms.iter().filter(|t| t.read.node == strongest.node);
            assert_eq!(found, terms.map(|t| t.read.spot).collect());
        }
        assert!(found.contains(&strongest.spot));
        assert_eq!(app.trace().expect("settled").traced.spot, strongest.spot);
        assert_eq!(app.choice().trace.trail.len(), places.len());
        places.push(app.choice().clone());
        assert!(places.len() < 100, "the trace never ends");
    }
    assert!(places.len() > 10, "{} steps", places.len());
    assert_eq!(app.choice().layer.as_deref(), Some("input"));
    // Escape takes back exactly one step each; so do undo and redo.
    app.apply(Action::Undo);
    assert_eq!(app.choice(), &places[places.len() - 2]);
    app.apply(Action::Redo);
    for place in places.iter().rev().skip(1) {
        app.apply(Action::Back);
        assert_eq!(app.choice(), place);
    }
    settle(&mut app, "the first pixel", traced);
    app.apply(Action::Back);
    assert_eq!((app.choice().pixel, app.choice().channel), (None, Some(5)));
    assert!(app.trace().is_none());
}

#[test]
fn every_operator_is_traced_on_its_page_and_whoever_leaves_loses_the_trail() {
    let mut app = app();
    app.apply(Action::Room([720.0, 330.0]));
    app.apply(Action::Page(Page::Operators));
    for &variant in variants::ALL {
        app.apply(Action::Study(StudyChoice::of(variant.name())));
        settle(&mut app, variant.name(), |app| app.study().is_some() && !app.study_is_stale());
        app.apply(Action::Pixel(1, (3, 4)));
        settle(&mut app, variant.name(), traced);
        let trace = app.trace().expect("settled").clone();
        assert_eq!((trace.variant, trace.traced.spot), (Some(variant.name()), Spot::new(1, 4, 3)));
        check(&trace, variant.name());
        let Some(term) = trace.traced.terms.first() else { continue };
        app.apply(Action::Trace(TraceAction::Pin(true)));
        app.apply(Action::Trace(TraceAction::Into(term.read.node, term.read.spot)));
        settle(&mut app, variant.name(), traced);
        check(app.trace().expect("settled"), variant.name());
        assert_eq!(app.choice().trace.trail.len(), 1);
        assert_eq!(app.choice().trace.pinned.as_ref().map(|p| p.0.name.clone()), Some(trace.name.clone()));
        app.apply(Action::Channel(Some(0)));
        assert!(app.choice().trace.trail.is_empty(), "{}", variant.name());
    }
    assert!(app.notices().is_empty(), "{:?}", app.notices());
}

#[test]
fn a_value_is_split_among_the_pixels_of_the_photo() {
    let mut app = app();
    app.apply(Action::Layer("fire9/expand3x3".into()));
    app.apply(Action::Pixel(3, (6, 6)));
    settle(&mut app, "the terms", traced);
    assert!(app.contribution().is_none());
    app.apply(Action::Trace(TraceAction::Contribute));
    assert!(app.contributing().is_some());
    let start = Instant::now();
    settle(&mut app, "the contributions", |app| app.contribution().is_some());
    println!("contributions after {:?}", start.elapsed());
    let found = app.contribution().expect("settled").clone();
    assert!(found.written.agree() && app.contributing().is_none(), "{:?}", found.written);
    assert_eq!(found.found.inputs.len(), 1);
    // It belongs to this pixel; a softmax has none and says why; another pixel stops a search.
    app.apply(Action::Pixel(3, (5, 6)));
    settle(&mut app, "the next terms", traced);
    assert!(app.contribution().is_none());
    app.apply(Action::Trace(TraceAction::Contribute));
    app.apply(Action::Trace(TraceAction::StopContributing));
    assert!(app.contributing().is_none());
    app.apply(Action::Layer("prob".into()));
    app.apply(Action::Pixel(281, (0, 0)));
    settle(&mut app, "the softmax", traced);
    check(app.trace().expect("settled"), "prob");
    app.apply(Action::Trace(TraceAction::Contribute));
    settle(&mut app, "the reason", |app| !app.notices().is_empty());
    assert!(app.notices()[0].failure.sentence(Lang::En).contains("prob (softmax) is no sum"));
}

/// Draws the window; the picture is kept where somebody wants to look at it.
fn draw(harness: &mut Harness<'_, Shell>, name: &str) {
    let picture = harness.render().expect("it is drawn");
    if let Some(folder) = std::env::var_os("CONVSCOPE_PICTURES") {
        picture.save(Path::new(&folder).join(format!("{name}.png"))).expect("saved");
    }
}

fn do_it(harness: &mut Harness<'_, Shell>, action: Action) {
    harness.state_mut().apply(action);
    harness.run_steps(2);
}

#[test]
fn the_panel_shows_the_sum_plays_it_and_steps_back() {
    let mut harness = window(1280.0, 720.0);
    do_it(&mut harness, Action::Layer("fire2/expand3x3".into()));
    do_it(&mut harness, Action::Pixel(5, (20, 30)));
    wait(&mut harness, "the terms", |app| traced(app) && !app.is_stale());
    let trace = harness.state().app().trace().expect("settled").clone();
    harness.get_by_label_contains(&format!("144 products add up to {}", trace.written.value));
    harness.get_by_label(&format!("value on screen {}", trace.written.value));
    draw(&mut harness, "trace_inspect_dark");
    // Playing adds one term after the other and ends at the same sum.
    harness.get_by_label("Play").click();
    harness.run_steps(30);
    harness.get_by_label("Pause").click();
    harness.run_steps(2);
    draw(&mut harness, "trace_playing");
    // A channel opens, a click on a tap goes to its input.
    let group = |i: usize| format!("Channel {i} · 9 terms");
    harness.get_by_label_contains(&group(0)).click();
    harness.run_steps(2);
    harness.get_by_label_contains("Tap 1, 2: ").click();
    harness.run_steps(2);
    wait(&mut harness, "the input", |app| traced(app) && !app.is_stale());
    let choice = harness.state().app().choice();
    assert_eq!(choice.layer.as_deref(), Some("fire2/relu_squeeze1x1"));
    assert_eq!((choice.channel, choice.pixel, choice.trace.trail.len()), (Some(0), Some((21, 30)), 1));
    harness.get_by_label_contains("ReLU of ");
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    wait(&mut harness, "the pixel again", |app| traced(app) && !app.is_stale());
    let choice = harness.state().app().choice();
    assert_eq!((choice.layer.as_deref(), choice.pixel), (Some("fire2/expand3x3"), Some((20, 30))));
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    assert_eq!(harness.state().app().choice().pixel, None);
    assert_eq!(harness.state().app().choice().channel, Some(5));

    // Split among the pixels, drawn over the photo; light, Chinese, pinned beside another.
    do_it(&mut harness, Action::Layer("fire5/expand3x3".into()));
    do_it(&mut harness, Action::Pixel(7, (12, 10)));
    wait(&mut harness, "the terms", |app| traced(app) && !app.is_stale());
    harness.get_by_label("Contribution per pixel").click();
    harness.run_steps(2);
    wait(&mut harness, "the contributions", |app| app.contribution().is_some());
    harness.get_by_label_contains("Pixels ");
    draw(&mut harness, "trace_contribution_dark");
    do_it(&mut harness, Action::Lang(Lang::Zh));
    do_it(&mut harness, Action::Theme(Theme::Light));
    draw(&mut harness, "trace_contribution_light_zh");
    do_it(&mut harness, Action::Lang(Lang::En));
    harness.get_by_label("Pin").click();
    harness.run_steps(2);
    do_it(&mut harness, Action::Pixel(7, (13, 10)));
    wait(&mut harness, "the second pixel", |app| traced(app) && !app.is_stale());
    draw(&mut harness, "trace_pinned_light");
    harness.get_by_label("Unpin").click();
    harness.run_steps(2);
    assert!(harness.state().app().choice().trace.pinned.is_none());
}

#[test]
fn the_panel_stands_on_the_page_of_an_operator() {
    let mut harness = window(1280.0, 720.0);
    do_it(&mut harness, Action::Page(Page::Operators));
    do_it(&mut harness, Action::Study(StudyChoice::of("octave")));
    wait(&mut harness, "the operator", |app| app.study().is_some() && !app.study_is_stale());
    do_it(&mut harness, Action::Pixel(3, (20, 20)));
    wait(&mut harness, "the terms", |app| traced(app) && !app.study_is_stale());
    let value = harness.state().app().trace().expect("settled").written.value.clone();
    harness.get_by_label(&format!("value on screen {value}"));
    draw(&mut harness, "trace_octave_dark");
    for lang in Lang::ALL {
        do_it(&mut harness, Action::Lang(lang));
        let mut steps = 0;
        while let Some(read) = harness.state().app().trace().and_then(|t| Some(t.traced.terms.first()?.read))
        {
            do_it(&mut harness, Action::Trace(TraceAction::Into(read.node, read.spot)));
            wait(&mut harness, "the step", |app| traced(app) && !app.study_is_stale());
            steps += 1;
            if steps == 2 {
                draw(&mut harness, &format!("trace_octave_step_{}", lang.tag()));
            }
        }
        assert!(steps > 2, "{steps}");
        for _ in 0..steps {
            harness.key_press(Key::Escape);
            harness.run_steps(2);
        }
        assert_eq!(harness.state().app().choice().pixel, Some((20, 20)));
        wait(&mut harness, "the pixel again", |app| traced(app) && !app.study_is_stale());
    }
}

/// A pixel of the network with a swap is that network's; the inside of the operator is traced on its page.
#[test]
fn a_pixel_behind_a_swap_is_traced_into_the_operator_and_back() {
    let mut app = app();
    app.apply(Action::Room([720.0, 330.0]));
    let layer = "fire2/expand3x3".to_owned();
    let octave = variants::find("octave").expect("listed");
    let id = app.layer().expect("a layer");
    let geometry = variants::site(&app.model().expect("loaded").model.graph, id).expect("a site");
    let settings = Settings::defaults(octave, &geometry);
    app.apply(Action::Swap(Some(SwapChoice {
        layer: layer.clone(),
        variant: "octave",
        settings,
        fit: None,
    })));
    settle(&mut app, "the swap", |app| app.swap().is_some() && !app.is_stale());
    app.apply(Action::Pixel(3, (20, 21)));
    settle(&mut app, "the trained pixel", traced);
    let trained = app.trace().expect("settled").clone();
    app.apply(Action::Trace(TraceAction::After(true)));
    settle(&mut app, "the pixel behind the swap", traced);
    let swapped = app.trace().expect("settled").clone();
    check(&swapped, "octave");
    let maps = app.maps().expect("shown");
    let after = maps.after.as_ref().expect("a swap");
    assert_eq!(swapped.value, after.host.at(0, 3, 21, 20));
    assert_eq!(trained.value, maps.before.host.at(0, 3, 21, 20));
    assert_ne!(swapped.value, trained.value);

    let term = swapped.traced.terms[0].read;
    app.apply(Action::Trace(TraceAction::Into(term.node, term.spot)));
    settle(&mut app, "the operator's page", |app| !app.study_is_stale() && traced(app));
    assert_eq!((app.choice().page, app.choice().study.variant), (Page::Operators, "octave"));
    let inner = app.trace().expect("settled").clone();
    assert!(inner.name.starts_with("high_"), "{}", inner.name);
    assert_eq!(inner.value, swapped.value, "a concatenation passes it on");
    check(&inner, "inside octave");
    app.apply(Action::Back);
    settle(&mut app, "the network", traced);
    assert_eq!(app.choice().page, Page::Inspect);
    assert_eq!(app.trace().expect("settled").value, swapped.value);
    // Without the swap the pixel is the trained network's again.
    app.apply(Action::Swap(None));
    settle(&mut app, "the trained network", traced);
    assert_eq!(app.trace().expect("settled").value, trained.value);
}
