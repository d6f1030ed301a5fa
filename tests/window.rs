//! The real window on software Vulkan: driven by mouse, keys and files, and photographed.

mod window_support;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use convscope::app::{Action, App, Choice, DeviceChoice, Page, PhotoSource, StudyChoice, Theme};
use convscope::text::Lang;
use convscope::ui::Shell;
use convscope::variants::Value;
use eframe::egui::{self, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use window_support::{PATIENCE, wait};

fn window(width: f32, height: f32) -> Harness<'static, Shell> {
    let mut harness = window_support::window([width, height], Choice::default(), |shell| {
        shell.stop_measuring();
        shell.apply(Action::Lang(Lang::En));
    });
    wait(&mut harness, "the first picture", |app| app.maps().is_some() && !app.is_stale());
    harness
}

fn settled(app: &App) -> bool {
    app.maps().is_some() && !app.is_stale() && app.busy().is_none()
}

fn layer(harness: &Harness<'_, Shell>) -> String {
    harness.state().app().choice().layer.clone().expect("a layer is chosen")
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|e| e.to_string())
    }
}

fn drop_file(harness: &mut Harness<'_, Shell>, path: &Path) {
    harness.input_mut().dropped_files.push(Arc::new(Dropped(path.to_owned())));
    harness.step();
}

#[test]
fn it_opens_with_a_network_that_looks_at_a_photo() {
    let harness = window(1280.0, 720.0);
    let app = harness.state().app();
    assert_eq!(layer(&harness), "fire2/expand3x3");
    let run = app.run().expect("the network has run");
    let cats = [281, 282, 285];
    assert!(cats.contains(&run.top[0].index), "{:?}", run.top);
    assert!(run.trace.device.contains("CPU"), "software rendering must not be chosen: {}", run.trace.device);
    harness.get_by_label("Egyptian Mau");
    harness.get_by_label_contains("Device: CPU");
}

#[test]
fn a_walk_by_keyboard_and_mouse() {
    let mut harness = window(1280.0, 720.0);
    harness.key_press(Key::ArrowDown);
    harness.step();
    assert_eq!(layer(&harness), "fire2/relu_expand3x3");
    harness.key_press(Key::ArrowUp);
    harness.key_press(Key::ArrowRight);
    harness.run_steps(3);
    assert_eq!(layer(&harness), "fire2/expand3x3");
    assert_eq!(harness.state().app().choice().channel, Some(0));
    wait(&mut harness, "the layer", settled);

    harness.get_by_label("OctConv").click();
    harness.run_steps(2);
    wait(&mut harness, "the swap", |app| app.swap().is_some() && settled(app));
    let alpha = |h: &Harness<'_, Shell>| {
        let swap = h.state().app().choice().swap.clone().expect("a swap");
        (
            swap.variant,
            swap.layer,
            swap.settings.get("alpha_in").cloned(),
            swap.settings.get("alpha_out").cloned(),
        )
    };
    let half = Some(Value::Real(0.5));
    assert_eq!(alpha(&harness), ("octave", "fire2/expand3x3".into(), half.clone(), half.clone()));
    let changed = harness.state().app().swap().expect("a swap").relative_change;
    assert!(changed > 0.1 && changed < 1.0, "{changed}");

    // One slider moves both alphas, by keyboard.
    harness.get_all_by_label("α").next().expect("the slider").focus();
    harness.step();
    harness.key_press(Key::ArrowRight);
    harness.run_steps(2);
    let more = Some(Value::Real(0.625));
    assert_eq!(alpha(&harness).2, more);
    assert_eq!(alpha(&harness).3, more);
    wait(&mut harness, "the slider's result", |app| {
        app.swap().is_some_and(|s| s.choice.settings.get("alpha_in") == more.as_ref()) && settled(app)
    });

    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(2);
    assert_eq!(alpha(&harness).2, half);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    harness.run_steps(2);
    assert_eq!(alpha(&harness).2, more);

    harness.get_by_label("中文").click();
    harness.run_steps(2);
    assert_eq!(harness.state().app().prefs.lang, Lang::Zh);
    assert!(harness.get_all_by_label("埃及猫").count() > 0);
    harness.get_by_label("English").click();
    harness.run_steps(2);
    harness.state_mut().apply(Action::Theme(Theme::Light));
    harness.run_steps(2);
    assert!(!harness.ctx.global_style().visuals.dark_mode);

    // Escape goes back exactly one level: the channel, then the swap.
    harness.get_by_label("HetConv").click();
    harness.run_steps(2);
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    assert_eq!(harness.state().app().choice().channel, None);
    assert!(harness.state().app().choice().swap.is_some());
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    assert!(harness.state().app().choice().swap.is_none());
}

#[test]
fn an_operator_is_fitted_to_the_image() {
    let mut harness = window(1280.0, 720.0);
    harness.get_by_label("HetConv").click();
    harness.run_steps(2);
    wait(&mut harness, "the swap", |app| app.swap().is_some() && settled(app));
    let changed = |h: &Harness<'_, Shell>| h.state().app().swap().expect("a swap").relative_change;
    let derived = changed(&harness);
    assert!(harness.get_all_by_label("derived, not trained").count() > 0);

    harness.get_by_label("Fit to this image").click();
    harness.run_steps(2);
    assert!(harness.state().app().fitting().is_some());
    let is_fitted = |app: &App| app.swap().is_some_and(|s| s.choice.fit.is_some());
    wait(&mut harness, "the fit", |app| is_fitted(app) && settled(app));
    let fitted = changed(&harness);
    assert!(fitted < 0.8 * derived, "{derived} -> {fitted}");
    assert!(harness.get_all_by_label("Fitted on this image").count() > 0);
    assert_eq!(harness.query_all_by_label("derived, not trained").count(), 0);
    harness.get_by_label_contains("Relative error");
    harness.get_by_label_contains("of the MACs");
    harness.render().expect("it is drawn");

    // Undo gives the derived weights back, redo the fitted ones, without another fit.
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(2);
    wait(&mut harness, "the derived weights", |app| app.swap().is_some() && !is_fitted(app) && settled(app));
    assert_eq!(changed(&harness), derived);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    harness.run_steps(2);
    assert!(harness.state().app().fitting().is_none());
    wait(&mut harness, "the fitted weights", |app| is_fitted(app) && settled(app));
    assert_eq!(changed(&harness), fitted);

    // It belongs to this photo.
    harness.state_mut().apply(Action::Photo(PhotoSource::Bundled("coffee.png")));
    assert!(harness.state().app().choice().swap.as_ref().is_some_and(|s| s.fit.is_none()));
    wait(&mut harness, "coffee", |app| {
        app.swap().is_some_and(|s| s.base.photo.photo.name == "coffee.png") && settled(app)
    });
    assert!(harness.get_all_by_label("derived, not trained").count() > 0);
    harness.get_by_label("Fit to this image");
}

#[test]
fn a_fit_is_cancelled_and_a_moved_setting_ends_it() {
    let mut harness = window(1280.0, 720.0);
    harness.get_by_label("Ghost").click();
    harness.run_steps(2);
    wait(&mut harness, "the swap", |app| app.swap().is_some() && settled(app));
    harness.get_by_label("Fit to this image").click();
    harness.run_steps(2);
    harness.get_by_label("Cancel fit").click();
    harness.run_steps(2);
    let app = harness.state().app();
    assert!(app.fitting().is_none() && app.busy().is_none());
    assert!(app.choice().swap.as_ref().is_some_and(|s| s.fit.is_none() && s.variant == "ghost"));

    harness.get_by_label("Fit to this image").click();
    harness.run_steps(2);
    harness.get_by_label("HetConv").click();
    harness.run_steps(2);
    assert!(harness.state().app().fitting().is_none());
    wait(&mut harness, "the other swap", |app| {
        app.swap().is_some_and(|s| s.choice.variant == "hetconv") && settled(app)
    });
    // Long enough for a fit that was not ended to end by itself.
    std::thread::sleep(Duration::from_secs(3));
    harness.run_steps(4);
    assert!(harness.state().app().choice().swap.as_ref().is_some_and(|s| s.fit.is_none()));
}

#[test]
fn a_broken_image_is_one_sentence_and_the_old_one_stays() {
    let mut harness = window(1280.0, 720.0);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("broken.png");
    std::fs::write(&path, b"this is no picture").expect("written");
    drop_file(&mut harness, &path);
    wait(&mut harness, "the sentence", |app| !app.notices().is_empty());
    let app = harness.state().app();
    assert_eq!(app.notices().len(), 1);
    assert_eq!(app.choice().photo, PhotoSource::Bundled("chelsea.png"));
    assert!(app.photo().is_some_and(|p| p.photo.name == "chelsea.png"));
    harness.get_by_label_contains("broken.png is not an image");
    harness.get_by_label("Dismiss").click();
    harness.run_steps(2);
    assert!(harness.state().app().notices().is_empty());

    // A good one after it works.
    let good = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/images/coffee.png");
    drop_file(&mut harness, &good);
    wait(&mut harness, "coffee", |app| {
        app.run().is_some_and(|r| r.photo.photo.name == "coffee.png") && settled(app)
    });
    assert_eq!(harness.state().app().run().expect("a run").top[0].index, 967);
}

#[test]
fn a_picture_is_pasted() {
    let mut harness = window(1280.0, 720.0);
    let coffee = image::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/images/coffee.png"));
    let coffee = coffee.expect("bundled").to_rgb8();
    let size = [coffee.width() as usize, coffee.height() as usize];
    let pixels = egui::ColorImage::from_rgb(size, coffee.as_raw());
    harness.event(egui::Event::PasteImage(Arc::new(pixels)));
    wait(&mut harness, "the pasted picture", |app| {
        app.run().is_some_and(|r| r.photo.photo.name == "clipboard") && settled(app)
    });
    assert_eq!(harness.state().app().run().expect("a run").top[0].index, 967);
    harness.event(egui::Event::PasteImage(Arc::new(egui::ColorImage::new([0, 0], Vec::new()))));
    wait(&mut harness, "the sentence", |app| !app.notices().is_empty());
    assert!(harness.state().app().photo().is_some_and(|p| p.photo.name == "clipboard"));
}

#[test]
fn an_unknown_model_is_one_sentence_and_the_old_one_stays() {
    let mut harness = window(1280.0, 720.0);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lying.safetensors");
    let mut bytes = u64::MAX.to_le_bytes().to_vec();
    bytes.extend(b"{}");
    std::fs::write(&path, bytes).expect("written");
    std::fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_models/squeezenet1_1.json"),
        path.with_extension("json"),
    )
    .expect("copied");
    drop_file(&mut harness, &path);
    wait(&mut harness, "the sentence", |app| !app.notices().is_empty());
    let app = harness.state().app();
    assert_eq!(app.notices().len(), 1, "{:?}", app.notices());
    assert_eq!(app.choice().model, "squeezenet1_1");
    assert!(settled(app));
}

#[test]
fn a_slow_job_never_makes_a_frame_wait() {
    let mut harness = window(1280.0, 720.0);
    // Some 40 megapixels: decoding and reducing takes a good while.
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.png");
    let picture = image::RgbImage::from_fn(8000, 5000, |x, y| image::Rgb([x as u8, y as u8, (x ^ y) as u8]));
    picture.save(&path).expect("saved");
    drop(picture);
    // The frame that takes the drop counts too: that is where a program that waits would wait.
    harness.input_mut().dropped_files.push(Arc::new(Dropped(path)));
    let (mut frames, mut longest) = (0, Duration::ZERO);
    let start = Instant::now();
    while harness.state().app().photo().is_none_or(|p| p.photo.name != "large.png") {
        let frame = Instant::now();
        harness.step();
        longest = longest.max(frame.elapsed());
        frames += 1;
        assert!(start.elapsed() < PATIENCE, "the photo never came: {:?}", harness.state().app().notices());
    }
    let job = start.elapsed();
    println!("{frames} frames during a job of {job:?}; the longest took {longest:?}");
    assert!(job > Duration::from_millis(200), "the job was too quick to prove anything: {job:?}");
    assert!(longest < job / 3, "a frame of {longest:?} waited for a job of {job:?}");
    assert!(frames > 5);
}

#[test]
fn both_networks_can_be_inspected_layer_by_layer() {
    let mut harness = window(1280.0, 720.0);
    harness.state_mut().apply(Action::Model("efficientnet_lite0".into()));
    wait(&mut harness, "the network", |app| {
        app.run().is_some_and(|r| r.model.model.manifest.name == "efficientnet_lite0") && settled(app)
    });
    harness.key_press(Key::Home);
    harness.run_steps(2);
    let mut seen = vec![layer(&harness)];
    loop {
        harness.key_press(Key::ArrowDown);
        harness.run_steps(2);
        let now = layer(&harness);
        if seen.last() == Some(&now) {
            break;
        }
        seen.push(now);
    }
    assert!(seen.len() > 100, "{} layers", seen.len());
    wait(&mut harness, "the last layer", settled);
    harness.render().expect("the last layer is drawn");
}

/// The window's own adapter can run the network too; values then stay on it and are drawn from there.
#[test]
fn the_graphics_adapter_gives_the_same_answer() {
    let mut harness = window(1280.0, 720.0);
    let top = |h: &Harness<'_, Shell>| h.state().app().run().expect("a run").top.clone();
    let cpu = top(&harness);
    harness.state_mut().apply(Action::Device(DeviceChoice::Graphics));
    wait(&mut harness, "the graphics adapter", |app| {
        app.run().is_some_and(|r| r.key.graphics) && settled(app)
    });
    let maps = harness.state().app().maps().expect("maps").clone();
    assert!(matches!(maps.before.value, convscope::exec::Value::Device { .. }), "values stay on the device");
    for (a, b) in cpu.iter().zip(top(&harness)) {
        assert!(a.index == b.index && (a.probability - b.probability).abs() < 1e-3, "{a:?} {b:?}");
    }
    harness.get_by_label_contains("Software rendering");
    harness.get_by_label("HetConv").click();
    harness.run_steps(2);
    wait(&mut harness, "the swap", |app| app.swap().is_some() && settled(app));
    harness.render().expect("it is drawn from the device's buffers");
}

/// Pictures of the page at two sizes in both themes. `UPDATE_SNAPSHOTS=1` renews them: look at them.
#[test]
fn pictures() {
    let mut results = egui_kittest::SnapshotResults::new();
    for (width, height) in [(1280.0, 720.0), (1920.0, 1080.0)] {
        let mut harness = window(width, height);
        for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
            harness.state_mut().apply(Action::Theme(theme));
            let swapped = theme == Theme::Light;
            if swapped {
                harness.get_by_label("OctConv").click();
                harness.run_steps(2);
                wait(&mut harness, "the swap", |app| app.swap().is_some() && settled(app));
            }
            wait(&mut harness, "rest", |app| settled(app) && !app.thumbnails().is_empty());
            // The status line names this machine's processor.
            harness.mask(egui::Rect::from_min_max(egui::pos2(0.0, height - 26.0), egui::pos2(width, height)));
            let options =
                egui_kittest::SnapshotOptions::new().threshold(2.0_f32).max_failed_pixels(400_usize);
            let name = format!("inspect_{width}x{height}_{name}");
            results.add(harness.try_snapshot_options(name, &options));
        }
    }
}

/// The diagram of an operator with a traced pixel, in both themes and languages.
#[test]
fn pictures_of_an_operator() {
    let mut results = egui_kittest::SnapshotResults::new();
    let (width, height) = (1280.0, 720.0);
    let mut harness = window(width, height);
    harness.state_mut().apply(Action::Page(Page::Operators));
    harness.state_mut().apply(Action::Study(StudyChoice::of("octave")));
    harness.run_steps(2);
    harness.state_mut().apply(Action::Pixel(5, (20, 15)));
    for (theme, lang, name) in [(Theme::Dark, Lang::En, "dark"), (Theme::Light, Lang::Zh, "light_zh")] {
        harness.state_mut().apply(Action::Theme(theme));
        harness.state_mut().apply(Action::Lang(lang));
        harness.run_steps(2);
        let drawn = |app: &App| app.study().is_some() && !app.study_is_stale() && app.trace().is_some();
        wait(&mut harness, "the picture", |app| drawn(app) && !app.trace_is_stale() && app.busy().is_none());
        harness.mask(egui::Rect::from_min_max(egui::pos2(0.0, height - 26.0), egui::pos2(width, height)));
        let options = egui_kittest::SnapshotOptions::new().threshold(2.0_f32).max_failed_pixels(400_usize);
        results.add(harness.try_snapshot_options(format!("operators_{width}x{height}_{name}"), &options));
    }
}
