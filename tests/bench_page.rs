//! Page Bench: operators side by side, without and with a window.

mod app_support;
mod window_support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use app_support::settle;
use convscope::analysis::Spectrum;
use convscope::app::{
    Action, App, BENCH_BACKENDS, BenchChoice, BenchPicture, BenchPlace, BenchTime, Choice, Page, Preferences,
    RESOLUTIONS, SHAPES, STANDARD, batches,
};
use convscope::exec::Ctl;
use convscope::exec::backend::{Backend, Device, FusedPlan};
use convscope::figure::recipe::Picture;
use convscope::figure::table::Cell;
use convscope::figure::{Mark, PictureFormat, Recipe, Site, Study, has_glyph};
use convscope::text::{Lang, tr};
use convscope::ui::Shell;
use convscope::variants::{self, Settings, Value};
use eframe::egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use window_support::{PATIENCE, wait};

/// Room for the picture in a window of 1280x720.
const ROOM: [f32; 2] = [670.0, 380.0];

fn page() -> App {
    let mut app = app_support::app(Choice::default());
    app.apply(Action::BenchRoom(ROOM));
    app.apply(Action::Page(Page::Bench));
    shown(&mut app, "the first page");
    app
}

/// Waits until the maps on the page are those that are chosen.
fn shown(app: &mut App, what: &str) -> Duration {
    settle(app, what, |app| app.bench().is_some() && !app.bench_is_stale())
}

/// A page that measures, on maps that are soon done.
fn measuring(choice: impl FnOnce(BenchChoice) -> BenchChoice) -> App {
    let mut app = App::new(Preferences::default(), Choice::default(), None, || ()).expect("threads");
    let place = BenchPlace::Shape { channels: 64, side: 56 };
    let bench = choice(BenchChoice { place, resolution: 25, ..BenchChoice::default() });
    for action in
        [Action::Lang(Lang::En), Action::Bench(bench), Action::BenchRoom(ROOM), Action::Page(Page::Bench)]
    {
        app.apply(action);
    }
    app
}

/// What the page shows can be read: the picture has marks, inside its bounds, in characters that exist.
fn check_page(app: &App, what: &str) {
    let scene = app.bench_picture().expect("a picture");
    assert!(!scene.items.is_empty(), "{what}: an empty picture");
    for item in &scene.items {
        if let Mark::Text { at: [x, y], text, .. } = &item.mark {
            assert!(text.chars().all(has_glyph), "{what}: no glyph for a character of {text:?}");
            let inside = *x >= 0.0 && *x <= scene.width && *y >= 0.0 && *y <= scene.height;
            assert!(inside, "{what}: {text:?} at {x}, {y}");
        }
    }
    let rows = &app.bench().expect("settled").rows;
    let names: Vec<_> = rows.iter().map(|row| row.entry.variant).collect();
    let chosen: Vec<_> = app.choice().bench.operators.iter().map(|e| e.variant).collect();
    assert_eq!(names, chosen, "{what}");
    assert!(app.notices().is_empty(), "{what}: {:?}", app.notices());
}

#[test]
fn it_opens_in_both_languages_with_every_operator() {
    let mut app = page();
    for lang in Lang::ALL {
        app.apply(Action::Lang(lang));
        for variant in variants::ALL {
            let choice = app.choice().bench.clone();
            if choice.entry(variant.name()).is_none() {
                app.apply(Action::Bench(choice.toggled(variant.name())));
            }
        }
        app.apply(Action::Pixel(3, (5, 6)));
        shown(&mut app, "all operators");
        for picture in BenchPicture::ALL {
            app.apply(Action::Bench(BenchChoice { picture, ..app.choice().bench.clone() }));
            shown(&mut app, "a picture");
            check_page(&app, &format!("{picture:?} {lang:?}"));
        }
        assert_eq!(app.choice().bench.picture, BenchPicture::Spectrum, "the last one");
        for row in &app.bench().expect("settled").rows {
            // Of the chosen channel: the one that a spectrum of its map alone has.
            let shape = row.map.shape();
            let own = Spectrum::of(row.map.channel(0, 3.min(shape.c - 1)), shape.w, shape.h);
            assert_eq!(row.spectrum.as_deref(), Some(&own), "{}", row.entry.variant);
        }
        let table = app.bench_draft(false).expect("a draft").table();
        let share = table.columns.iter().position(|c| c.name.starts_with("energy")).expect("a column");
        assert!(
            table.rows.iter().all(|row| matches!(row[share], Cell::Number(s) if (0.0..=1.0).contains(&s)))
        );
        let scene = app.bench().expect("settled").clone();
        assert_eq!(scene.rows.len(), variants::ALL.len());
        let standard = scene.row(STANDARD).expect("the standard operator");
        assert_eq!(standard.errors[0], Some(0.0), "the standard operator is the layer itself");
        let octave = scene.row("octave").expect("on the page");
        assert!(octave.errors[0].is_some_and(|e| e > 0.0 && e < 1.0), "{:?}", octave.errors);
        // The same pixel: a 3x3 kernel reads nine pixels of each channel, the depthwise one of a single one.
        let reads = |name: &str| scene.row(name).and_then(|r| r.reads.clone()).expect("a pixel is chosen");
        let (all, one) = (reads(STANDARD), reads("hetconv"));
        let channels = all.channels.len();
        assert!(all.channels.iter().all(|c| *c) && all.values == 9 * channels);
        assert!(one.values < all.values && one.values > channels, "{}", one.values);
    }
}

#[test]
fn sliders_move_through_their_whole_range() {
    let mut app = page();
    let values = app.bench().expect("settled").site.input.shape().elements();
    for batch in batches(values) {
        app.apply(Action::DragBench(BenchChoice { batch, ..app.choice().bench.clone() }));
        shown(&mut app, "a batch");
    }
    app.apply(Action::DragEnded);
    app.apply(Action::Bench(BenchChoice { picture: BenchPicture::Maps, ..app.choice().bench.clone() }));
    for resolution in RESOLUTIONS {
        app.apply(Action::DragBench(BenchChoice { resolution, ..app.choice().bench.clone() }));
        shown(&mut app, "a size");
        check_page(&app, &format!("{resolution} %"));
    }
    for (channels, side) in SHAPES {
        let place = BenchPlace::Shape { channels, side };
        app.apply(Action::Bench(BenchChoice { place, resolution: 100, ..app.choice().bench.clone() }));
        shown(&mut app, "a shape");
        let input = app.bench().expect("settled").site.input.shape();
        assert_eq!((input.c, input.h, input.w), (channels, side, side));
        assert!(app.bench().expect("settled").rows.iter().all(|r| r.errors[0].is_none()), "random weights");
    }
    app.apply(Action::Bench(BenchChoice { place: BenchPlace::Layer, ..app.choice().bench.clone() }));
    let alpha = |app: &App| app.bench().and_then(|s| s.row("octave")?.settings.get("alpha_in").cloned());
    for value in [0.25, 0.75] {
        let mut settings = app.bench().expect("settled").row("octave").expect("a row").settings.clone();
        settings.set("alpha_in", Value::Real(value));
        settings.set("alpha_out", Value::Real(value));
        app.apply(Action::DragBench(app.choice().bench.with_settings("octave", settings)));
        shown(&mut app, "a setting");
        assert_eq!(alpha(&app), Some(Value::Real(value)));
    }
}

#[test]
fn undo_takes_back_operators_and_batch() {
    let mut app = page();
    let before = app.choice().bench.clone();
    app.apply(Action::Bench(before.toggled("sic")));
    app.apply(Action::DragBench(BenchChoice { batch: 8, ..app.choice().bench.clone() }));
    app.apply(Action::DragBench(BenchChoice { batch: 16, ..app.choice().bench.clone() }));
    app.apply(Action::DragEnded);
    app.apply(Action::Undo);
    assert_eq!(app.choice().bench.batch, 1, "a drag is one step");
    app.apply(Action::Undo);
    assert_eq!(app.choice().bench, before);
    app.apply(Action::Redo);
    assert!(app.choice().bench.entry("sic").is_some());
    app.apply(Action::Back);
    assert_eq!(app.choice().page, Page::Inspect);
}

#[test]
fn operators_are_measured_and_stand_under_the_roof() {
    let mut app = measuring(|bench| bench);
    let took = settle(&mut app, "the measurement", App::bench_is_measured);
    println!("measured in {took:?}");
    for backend in BENCH_BACKENDS {
        if let Some(failure) = app.bench_failure(backend) {
            assert!(std::env::var_os("REQUIRE_GPU").is_none(), "{backend:?}: {failure:?}");
            continue;
        }
        let roof = app.roofline(backend).expect("measured").clone();
        let times = app.bench_times(backend).expect("measured").clone();
        assert_eq!(times.device, roof.device);
        assert_eq!(app.prefs.rooflines.get(&roof.device), Some(&roof), "it is remembered");
        app.apply(Action::Bench(BenchChoice { backend, ..app.choice().bench.clone() }));
        println!("{}", roof.device);
        for (entry, measured) in &times.rows {
            let measured = measured.as_ref().expect("it fits the device");
            assert!(measured.time.runs >= 5 && measured.time.median_ns > 0, "{}", entry.variant);
            let why = app.why(backend, entry.variant).expect("a verdict");
            println!(
                "  {}: {} ns ({} to {}), {:?}, explained {:.2}",
                entry.variant,
                measured.time.median_ns,
                measured.time.p10_ns,
                measured.time.p90_ns,
                why.bound,
                why.explained
            );
            let told = why.sentences.iter().any(|s| s.key == "why-time-noise");
            let delivered = app.delivered(backend, entry.variant);
            assert_eq!(delivered.is_none(), told || entry.variant == STANDARD, "noise gives no ratio");
        }
        // No dot above the roof beyond its spread and that of the roof. Other programs that end while it is
        // measured make everything faster than the roof was: the room for that is a third.
        let [cache, _] = roof.slopes();
        for dot in app.bench_dots() {
            let top = roof.macs.high.min(dot.intensity * cache.rate.high);
            let above = dot.rate.low / top;
            assert!(above < 1.33, "{} stands {above:.2} times the roof high", dot.variant);
        }
        assert_eq!(app.bench_dots().len(), times.rows.len());
    }
    // The table of the page as a file, and its picture.
    let draft = app.bench_draft(false).expect("something to export");
    let recipe = draft.recipe();
    assert!(matches!(&recipe.picture, Picture::Bench { batch: 1, operators, .. } if operators.len() == 6));
    let csv = draft.table().csv(&recipe).expect("a table");
    assert!(csv.lines().any(|l| l.starts_with("octave,")), "{csv}");
    assert_eq!(Recipe::read("bench.csv", csv.as_bytes()).expect("readable"), recipe);
    let svg = draft.picture(PictureFormat::Svg).expect("a picture");
    assert_eq!(Recipe::read("bench.svg", &svg).expect("readable"), recipe);

    // A larger batch is measured anew while the old times stay.
    let old = app.bench_times(Backend::Candle).expect("measured").clone();
    app.apply(Action::Bench(BenchChoice { batch: 2, ..app.choice().bench.clone() }));
    let entry = app.choice().bench.operators[0].clone();
    assert!(matches!(app.bench_time(Backend::Candle, &entry), BenchTime::Known { stale: true, .. }));
    settle(&mut app, "the larger batch", App::bench_is_measured);
    let new = app.bench_times(Backend::Candle).expect("measured");
    let macs = |t: &convscope::app::BenchTimes| t.of(&entry).and_then(|m| m.as_ref().ok()).map(|m| m.macs);
    assert_eq!(macs(new), macs(&old).map(|m| 2 * m));
}

#[test]
fn cancelling_acts_at_once() {
    let mut app = measuring(|bench| BenchChoice { batch: 16, resolution: 100, ..bench });
    settle(&mut app, "a measurement under way", |app| {
        app.busy().is_some_and(|b| b.label == "measuring-operators" && b.progress.share() > 0.0)
    });
    let start = Instant::now();
    app.apply(Action::Cancel);
    assert!(app.busy().is_none() && !app.is_measuring());
    let seen = start.elapsed();
    // The thread itself ends the run that is under way.
    settle(&mut app, "the end of the run", App::has_stopped_measuring);
    let free = start.elapsed();
    println!("cancelled on the screen after {seen:?}, the thread is free after {free:?}");
    assert!(seen < Duration::from_millis(200), "{seen:?}");
    // The machines that test are slow and busy.
    assert!(free < Duration::from_secs(1), "{free:?}");
    // Nothing is measured anew by itself after a cancel.
    app.drain(Duration::from_millis(50));
    assert!(app.busy().is_none());
}

#[test]
fn predict_first_hides_times_until_there_is_a_guess() {
    let mut app = measuring(|bench| bench);
    app.apply(Action::PredictFirst(true));
    settle(&mut app, "the measurement", App::bench_is_measured);
    let entry = app.choice().bench.operators[1].clone();
    let hidden = |app: &App| {
        BENCH_BACKENDS.iter().filter(|&&b| app.bench_failure(b).is_none()).all(|&b| {
            matches!(app.bench_time(b, &entry), BenchTime::Hidden) && app.why(b, entry.variant).is_none()
        })
    };
    assert!(hidden(&app));
    assert!(app.bench_lines().iter().all(|l| l.measured.is_none() && l.delivered.is_none()));
    let said = tr(Lang::En, "predict-first-picture");
    let told = |app: &App| {
        let scene = app.bench_picture().expect("a picture");
        scene.items.iter().any(|i| matches!(&i.mark, Mark::Text { text, .. } if text == said))
    };
    assert!(told(&app));
    let choice = app.choice().bench.clone();
    let guess = choice.guess(app.bench_layer_name(), "ghost", 3.0);
    app.apply(Action::Bench(BenchChoice { guess: Some(guess), ..choice }));
    assert!(!hidden(&app) && !told(&app));
    assert!(matches!(app.bench_time(Backend::Candle, &entry), BenchTime::Known { .. }));
    assert!(app.fastest(Backend::Candle).is_some());
    // The guess stays beside the answer at another batch; other operators are another question.
    app.apply(Action::Bench(BenchChoice { batch: 4, ..app.choice().bench.clone() }));
    assert!(!hidden(&app));
    app.apply(Action::Bench(app.choice().bench.toggled("sic")));
    assert!(hidden(&app));
    app.apply(Action::Undo);
    assert!(!hidden(&app));
}

fn window() -> Harness<'static, Shell> {
    let mut choice = Choice::default();
    choice.bench.resolution = 25;
    let mut harness =
        window_support::window([1280.0, 720.0], choice, |shell| shell.apply(Action::Lang(Lang::En)));
    wait(&mut harness, "the run", |app| app.run().is_some());
    harness.key_press(Key::Num3);
    wait(&mut harness, "the operators", |app| app.bench().is_some() && !app.bench_is_stale());
    harness
}

/// Frames during a whole benchmark, from the page's first frame to the last time. What is measured is one
/// step of the window: input, state, layout and shapes, without the drawing of the pixels.
#[test]
fn the_window_goes_on_while_operators_are_measured() {
    let mut harness = window();
    let (start, mut frames) = (Instant::now(), Vec::new());
    while !harness.state().app().bench_is_measured() {
        let frame = Instant::now();
        harness.step();
        frames.push(frame.elapsed());
        assert!(start.elapsed() < PATIENCE, "the measurement never ended");
        std::thread::sleep(Duration::from_millis(5));
    }
    let job = start.elapsed();
    frames.sort_unstable();
    let at = |share: f64| frames[(share * (frames.len() - 1) as f64) as usize];
    let (median, most) = (at(0.5), at(1.0));
    println!("{} frames in {job:?}: median {median:?}, 99 % {:?}, longest {most:?}", frames.len(), at(0.99));
    assert!(job > Duration::from_millis(500), "too quick to prove anything: {job:?}");
    assert!(median < Duration::from_millis(50), "{median:?}");
    assert!(most < job / 3, "a frame of {most:?} waited for a job of {job:?}");

    // The numbers of the card can be clicked; what they come from is marked, and they stay.
    harness.run_steps(4);
    let factor = harness.get_all_by_role(eframe::egui::accesskit::Role::Link).count();
    assert!(factor >= 5, "{factor} numbers can be clicked");
    harness.render().expect("it is drawn");
    harness.key_press(Key::P);
    harness.run_steps(3);
    assert!(harness.state().app().prefs.predict_first);
    harness.get_by_label("Show the times");
    harness.key_press(Key::P);
    harness.run_steps(3);
    assert!(!harness.state().app().prefs.predict_first);

    // Up and down walk through the operators, 中文 translates everything.
    let selected = |h: &Harness<'_, Shell>| h.state().app().choice().bench.selected;
    let before = selected(&harness);
    harness.key_press(Key::ArrowDown);
    harness.run_steps(3);
    assert_ne!(selected(&harness), before);
    harness.get_by_label("中文").click();
    harness.run_steps(3);
    harness.get_by_label(tr(Lang::Zh, "bench-picture-maps")).click();
    harness.run_steps(3);
    assert_eq!(harness.state().app().choice().bench.picture, BenchPicture::Maps);
    harness.render().expect("it is drawn");
}

/// What is measured at a batch is the same convolution on the same input, several times.
#[test]
fn a_repeated_site_gives_every_map_again() {
    let site = Site::of_shape(8, 12).expect("it runs");
    let same = site.resized(12, 12).expect("it runs");
    assert_eq!(same.output, site.output);
    let small = site.resized(6, 5).expect("it runs");
    assert_eq!((small.output.shape().h, small.output.shape().w), (6, 5));
    assert_ne!(small.output.data(), &site.output.data()[..small.output.data().len()]);
    let three = Arc::new(site.repeated(3));
    let one = Arc::new(site);
    for variant in variants::ALL {
        let study = |site: &Arc<Site>| Study::new(*variant, &Settings::default(), Arc::clone(site));
        let alone = study(&one).run(&Ctl::default()).expect("it runs");
        let lowered = study(&three).lower().expect("it can be built");
        let plan = FusedPlan::new(&Device::Candle, &lowered.graph).expect("a plan");
        let outputs = plan.run(&lowered.inputs, &Ctl::default()).expect("it runs").outputs;
        let (map, right) = (&outputs[0], alone.map());
        assert_eq!(map.shape().n, 3, "{}", variant.name());
        for n in 0..3 {
            for c in 0..right.shape().c {
                let near =
                    map.channel(n, c).iter().zip(right.channel(0, c)).all(|(a, b)| (a - b).abs() < 1e-4);
                assert!(near, "{}: map {n}, channel {c}", variant.name());
            }
        }
    }
}
