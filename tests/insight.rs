//! Redundancy, spectrum, kernels and ablation in the application: with and without a window.

mod app_support;
mod window_support;

use std::path::Path;
use std::process::Command;

use app_support::settle;
use convscope::analysis::redundancy::Measure;
use convscope::app::{
    AblationChoice, Action, App, BUNDLED_PHOTOS, Choice, How, ImageSet, InsightAction, InspectView,
    SwapChoice, Theme, What, bundled_photo,
};
use convscope::figure::table::Cell;
use convscope::figure::{PictureFormat, Recipe};
use convscope::text::{Lang, tr, tr_args};
use convscope::ui::Shell;
use convscope::variants::Settings;
use eframe::egui::{self, Key};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use window_support::wait;

const LAYER: &str = "fire2/expand3x3";

fn act(action: InsightAction) -> Action {
    Action::Insight(action)
}

fn ablate(what: What, how: How) -> Action {
    act(InsightAction::Ablate(Some(AblationChoice { layer: LAYER.into(), what, how })))
}

fn app() -> App {
    let mut app = app_support::app(Choice::default());
    app.apply(Action::Layer(LAYER.into()));
    app.apply(act(InsightAction::Room([700.0, 500.0])));
    settle(&mut app, "the layer", |app| app.maps().is_some() && !app.is_stale());
    app
}

fn looked_at(app: &App) -> bool {
    app.insight().is_some() && !app.insight_is_stale()
}

fn ran(app: &App) -> bool {
    app.ablation().is_some() && !app.ablation_is_stale()
}

fn view(app: &mut App, view: InspectView) {
    app.apply(act(InsightAction::View(view)));
    settle(app, view.name(), looked_at);
}

#[test]
fn every_view_of_every_kind_of_layer_is_made() {
    let mut app = app();
    let layers = ["input", "conv1", "fire2/squeeze1x1", LAYER, "fire2/concat", "prob"];
    let graph = app.model().expect("loaded").model.graph.clone();
    for layer in layers.into_iter().filter(|layer| graph.find(layer).is_some()) {
        app.apply(Action::Layer(layer.into()));
        for kind in [InspectView::Redundancy, InspectView::Spectrum, InspectView::Kernels] {
            view(&mut app, kind);
            let insight = app.insight().expect("settled");
            assert_eq!((insight.view(), Some(insight.node)), (kind, graph.find(layer)));
            assert!(!insight.scene.items.is_empty(), "{layer} {kind:?}");
        }
    }
    assert!(app.notices().is_empty(), "{:?}", app.notices());
    // The maps need no work; the view is kept for the next layer.
    app.apply(act(InsightAction::View(InspectView::Maps)));
    assert!(app.insight().is_none());
    assert_eq!(app.prefs.inspect_view, InspectView::Maps);
}

#[test]
fn a_moving_threshold_changes_what_is_counted_and_nothing_is_compared_again() {
    let mut app = app();
    view(&mut app, InspectView::Redundancy);
    let mut counts = Vec::new();
    let first = app.insight().expect("settled").redundancy().expect("shown").compared.clone();
    for threshold in [0.99, 0.9, 0.6] {
        app.apply(act(InsightAction::Threshold(threshold)));
        settle(&mut app, "the threshold", looked_at);
        let found = app.insight().expect("settled").redundancy().expect("shown").clone();
        assert!(std::sync::Arc::ptr_eq(&found.compared, &first));
        counts.push((found.twins.with_twin.len(), found.replaceable()));
    }
    assert!(counts.is_sorted(), "{counts:?}");
    assert!(counts[0] < counts[2], "{counts:?}");
    app.apply(act(InsightAction::Measure(Measure::Pearson)));
    settle(&mut app, "the measure", looked_at);
    let pearson = app.insight().expect("settled").redundancy().expect("shown");
    assert_eq!(pearson.compared.similarity.measure, Measure::Pearson);
    assert!(!app.can_undo() || app.choice().ablation.is_none(), "looking is no change");
}

#[test]
fn ablations_are_run_undone_and_follow_the_threshold() {
    let mut app = app();
    view(&mut app, InspectView::Redundancy);
    let base = app.run().expect("ran").top.clone();
    app.apply(ablate(What::Channels(vec![0, 1, 2, 3, 4, 5, 6, 7]), How::Zero));
    settle(&mut app, "the ablation", ran);
    let zero = app.ablation().expect("settled").clone();
    assert_eq!(zero.channels, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert!(zero.relative_change > 1e-4 && zero.layer_change > 1e-3, "used channels are missed");
    assert_ne!(zero.top, base);
    // 8 of 64 filters of 16 x 3 x 3 on 55 x 55 pixels, and what reads them: 8 of the 128 inputs of the two
    // convolutions of the next module.
    assert!(zero.saving.macs >= 8 * 16 * 9 * 55 * 55, "{:?}", zero.saving);
    for how in [How::Mean, How::Twin] {
        app.apply(ablate(What::Channels(vec![0, 1, 2, 3, 4, 5, 6, 7]), how));
        settle(&mut app, "another kind", ran);
        let other = app.ablation().expect("settled");
        assert_eq!((other.choice().how, other.saving), (how, zero.saving));
        assert!(other.layer_change < zero.layer_change, "{how:?} is nearer than nothing");
    }
    // All twins: they follow the slider, and a drag is one step for undo.
    let before = app.choice().clone();
    app.apply(ablate(What::Twins(app.prefs.twin_threshold), How::Twin));
    settle(&mut app, "the twins", ran);
    let many = app.choice().clone();
    for threshold in [0.8, 0.7] {
        app.apply(act(InsightAction::Threshold(threshold)));
    }
    app.apply(Action::DragEnded);
    settle(&mut app, "the threshold", |app| ran(app) && looked_at(app));
    let found = app.insight().expect("settled").redundancy().expect("shown").replaceable();
    assert_eq!(app.ablation().expect("settled").channels.len(), found);
    assert!(found > 0);
    app.apply(Action::Undo);
    assert_eq!(app.choice(), &many);
    app.apply(Action::Undo);
    assert_eq!(app.choice(), &before);
    settle(&mut app, "the one before", ran);
    // Ablation and swap are never together; both ways.
    let settings = Settings::default();
    let swap = SwapChoice { layer: LAYER.into(), variant: "standard", settings, fit: None };
    app.apply(Action::Swap(Some(swap)));
    assert!(app.choice().ablation.is_none() && app.ablation().is_none());
    app.apply(ablate(What::Channels(vec![1]), How::Zero));
    assert!(app.choice().swap.is_none());
    // Escape takes it back; none is none.
    app.apply(Action::Back);
    assert!(app.choice().ablation.is_none());
    app.apply(ablate(What::Channels(vec![]), How::Zero));
    assert!(app.choice().ablation.is_none());
    assert!(app.notices().is_empty(), "{:?}", app.notices());
}

#[test]
fn an_ablation_needs_no_view_of_its_layer() {
    let mut app = app();
    app.apply(ablate(What::Twins(0.6), How::Twin));
    settle(&mut app, "the twins", ran);
    assert!(!app.ablation().expect("settled").channels.is_empty());
}

#[test]
fn folders_are_compared_and_what_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in &BUNDLED_PHOTOS[..2] {
        let photo = bundled_photo(name).expect("bundled").thumbnail(240);
        let image = image::RgbImage::from_raw(photo.width, photo.height, photo.rgb.to_vec()).expect("pixels");
        image.save(folder.path().join(format!("{name}.png"))).expect("written");
    }
    std::fs::write(folder.path().join("broken.png"), b"no picture").expect("written");
    std::fs::write(folder.path().join("notes.txt"), b"text").expect("written");
    let mut app = app();
    view(&mut app, InspectView::Redundancy);
    app.apply(act(InsightAction::Images(ImageSet::Folder(folder.path().to_owned()))));
    settle(&mut app, "the folder", looked_at);
    let found = app.insight().expect("settled").redundancy().expect("shown").clone();
    assert_eq!(found.images(), 2);
    assert_eq!(found.read.unreadable.len(), 1);
    assert_eq!(found.read.unreadable[0].0, "broken.png");
    // Twins over the folder come from what was compared there.
    app.apply(ablate(What::Twins(0.8), How::Twin));
    settle(&mut app, "the twins", ran);
    app.apply(act(InsightAction::Ablate(None)));
    // Another one that holds nothing is said, and the photo is compared again.
    let empty = tempfile::tempdir().expect("a folder");
    app.apply(act(InsightAction::Images(ImageSet::Folder(empty.path().to_owned()))));
    settle(&mut app, "the notice", |app| !app.notices().is_empty());
    assert_eq!(app.notices()[0].failure.headline, "no-image-in-folder");
    assert_eq!(app.choice().images, ImageSet::Photo);
    settle(&mut app, "the photo", looked_at);
    assert_eq!(app.insight().expect("settled").redundancy().expect("shown").images(), 1);
    // Cancelling brings the photo back too.
    app.apply(act(InsightAction::Images(ImageSet::Bundled)));
    app.apply(Action::Cancel);
    assert_eq!(app.choice().images, ImageSet::Photo);
    settle(&mut app, "the photo", looked_at);
    app.apply(act(InsightAction::Images(ImageSet::Bundled)));
    settle(&mut app, "all photos", looked_at);
    assert_eq!(app.insight().expect("settled").redundancy().expect("shown").images(), BUNDLED_PHOTOS.len());
}

/// Runs `convscope figure --recipe`; what it says on standard error if it fails.
fn made_again(recipe: &Path, out: &Path, more: &[&str]) -> Result<Vec<u8>, String> {
    let (recipe, to) = (recipe.to_str().expect("UTF-8"), out.to_str().expect("UTF-8"));
    let run = Command::new(env!("CARGO_BIN_EXE_convscope"))
        .args([&["figure", "--recipe", recipe, "--out", to], more].concat())
        .output()
        .expect("runs");
    if run.status.success() {
        return Ok(std::fs::read(out).expect("written"));
    }
    Err(String::from_utf8_lossy(&run.stderr).into_owned())
}

#[test]
fn exported_views_are_made_again_byte_by_byte() {
    let mut app = app();
    app.apply(Action::Channel(Some(3)));
    let folder = tempfile::tempdir().expect("a folder");
    let photos = folder.path().join("photos");
    std::fs::create_dir(&photos).expect("a folder");
    for name in &BUNDLED_PHOTOS[..2] {
        std::fs::copy(format!("assets/images/{name}"), photos.join(name)).expect("copied");
    }
    std::fs::write(photos.join("broken.png"), b"not a picture").expect("written");
    let [own, again] = ["own", "again"].map(|name| folder.path().join(name));
    let sets = [ImageSet::Photo, ImageSet::Bundled, ImageSet::Folder(photos.clone())];
    let views = [InspectView::Redundancy, InspectView::Spectrum, InspectView::Kernels];
    let cases = sets
        .iter()
        .map(|set| (InspectView::Redundancy, set))
        .chain(views[1..].iter().map(|v| (*v, &sets[0])));
    for (kind, set) in cases {
        app.apply(act(InsightAction::Images(set.clone())));
        view(&mut app, kind);
        let draft = app.insight_draft(false).expect("a picture");
        assert!(draft.file_stem().starts_with(kind.name()), "{}", draft.file_stem());
        let svg = draft.picture(PictureFormat::Svg).expect("written");
        let recipe = Recipe::read("x.svg", &svg).expect("a recipe");
        assert_eq!(recipe, draft.recipe());
        let csv = draft.table().csv(&recipe).expect("a table");
        let path = photos.to_str().expect("UTF-8");
        let more: &[&str] = if matches!(set, ImageSet::Folder(_)) { &["--images", path] } else { &[] };
        for (ending, bytes) in [("svg", svg), ("csv", csv.into_bytes())] {
            let [own, again] = [&own, &again].map(|path| path.with_extension(ending));
            std::fs::write(&own, &bytes).expect("written");
            let made = made_again(&own, &again, more).expect("made again");
            assert!(made == bytes, "{kind:?} of {set:?}: another {ending}");
        }
        for lang in Lang::ALL {
            let mut recipe = recipe.clone();
            recipe.look.lang = lang;
            let caption = recipe.caption().join(" ");
            assert!(caption.contains(tr(lang, &format!("view-{}", kind.name()))), "{caption}");
        }
        if !more.is_empty() {
            let csv = own.with_extension("csv");
            let missing =
                made_again(&csv, &again.with_extension("csv"), &[]).expect_err("a folder is wanted");
            assert!(missing.contains("--images"), "{missing}");
            let other = tempfile::tempdir().expect("a folder");
            std::fs::copy(photos.join(BUNDLED_PHOTOS[0]), other.path().join("a.png")).expect("copied");
            let other = other.path().to_str().expect("UTF-8");
            let wrong =
                made_again(&csv, &again.with_extension("csv"), &["--images", other]).expect_err("others");
            assert!(wrong.contains("other images"), "{wrong}");
        }
    }
}

/// A row for each channel says what the picture says of it.
#[test]
fn the_table_of_a_view_has_a_row_for_each_channel() {
    let mut app = app();
    view(&mut app, InspectView::Redundancy);
    let insight = app.insight().expect("settled").clone();
    let found = insight.redundancy().expect("shown");
    let table = app.insight_draft(false).expect("a draft").table();
    let column = |name: &str| table.columns.iter().position(|c| c.name == name).expect("a column");
    let text = |cell: &Cell| if let Cell::Text(text) = cell { text.clone() } else { String::new() };
    assert_eq!(table.rows.len(), found.compared.similarity.channels);
    let with_twin = table.rows.iter().filter(|row| text(&row[column("has_twin")]) == "yes").count();
    assert_eq!(with_twin, found.twins.with_twin.len());
    let dead = table.rows.iter().filter(|row| text(&row[column("kind")]) == "dead").count();
    assert_eq!(dead, found.compared.similarity.dead.len());
    let best = found.compared.similarity.most_similar_pairs(1)[0];
    assert_eq!(table.rows[best.a][column("most_similar_channel")], Cell::from(best.b));
    view(&mut app, InspectView::Spectrum);
    let table = app.insight_draft(false).expect("a draft").table();
    for row in &table.rows {
        let shares = row[3..].iter().map(|c| if let Cell::Number(n) = c { *n } else { f64::NAN });
        let sum: f64 = shares.sum();
        assert!((sum - 1.0).abs() < 1e-9 || row[1] == Cell::Number(0.0), "all rings are all energy: {sum}");
    }
}

fn window(width: f32, height: f32, lang: Lang) -> Harness<'static, Shell> {
    let mut harness = window_support::window([width, height], Choice::default(), |shell| {
        shell.stop_measuring();
        shell.apply(Action::Lang(lang));
        shell.apply(Action::Theme(Theme::Light));
    });
    wait(&mut harness, "the first picture", |app| app.maps().is_some() && !app.is_stale());
    harness
}

#[test]
fn keys_turn_the_views_and_buttons_take_channels_away() {
    for lang in Lang::ALL {
        let mut harness = window(1280.0, 720.0, lang);
        for (key, kind) in [
            (Key::S, InspectView::Spectrum),
            (Key::K, InspectView::Kernels),
            (Key::R, InspectView::Redundancy),
        ] {
            harness.key_press(key);
            wait(&mut harness, kind.name(), |app| app.prefs.inspect_view == kind && looked_at(app));
        }
        // A click in the matrix chooses a channel.
        let words = tr(lang, "view-redundancy");
        let picture =
            harness.get_all_by_label(words).find(|n| n.rect().width() > 300.0).expect("the picture");
        let at = picture.rect().min + egui::vec2(40.0, 60.0);
        harness.event(egui::Event::PointerMoved(at));
        for pressed in [true, false] {
            let (button, modifiers) = (egui::PointerButton::Primary, egui::Modifiers::NONE);
            harness.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers });
        }
        wait(&mut harness, "the channel", |app| app.choice().channel.is_some());
        let channel = harness.state().app().choice().channel.expect("chosen");
        let words = tr_args(lang, "ablate-channel", &[("channel", channel.to_string().into())]);
        harness.get_by_label(&words).click();
        wait(&mut harness, "the ablation", ran);
        assert_eq!(harness.state().app().ablation().expect("settled").channels, [channel]);
        harness.get_by_label(tr(lang, "ablate-mean")).click();
        wait(&mut harness, "the mean", |app| {
            ran(app) && app.ablation().is_some_and(|a| a.choice().how == How::Mean)
        });
        harness.get_by_label(tr(lang, "ablate-none")).click();
        wait(&mut harness, "nothing", |app| app.ablation().is_none());
        harness.key_press(Key::M);
        wait(&mut harness, "the maps", |app| app.prefs.inspect_view == InspectView::Maps);
        assert!(harness.state().app().notices().is_empty());
    }
}
