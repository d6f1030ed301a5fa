//! Backbones with random weights: opened, run, inspected and swapped like any model, and marked as what they are.

mod app_support;

use std::process::Command;

use app_support::settle;
use convscope::app::{Action, App, Choice, NetworksChoice, Page, Shows, SwapChoice};
use convscope::cost::cost;
use convscope::figure::recipe::WeightsFrom;
use convscope::figure::{PictureFormat, Recipe};
use convscope::graph::{Blank, Origin};
use convscope::model_files::{Model, Note};
use convscope::networks::{self, Written};
use convscope::text::{Lang, tr};
use convscope::variants::Settings;

fn convscope(args: &[&str]) -> (bool, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_convscope")).args(args).output().expect("runs");
    let text = if run.status.success() { run.stdout } else { run.stderr };
    (run.status.success(), String::from_utf8(text).expect("UTF-8"))
}

fn json(args: &[&str]) -> serde_json::Value {
    let (ok, text) = convscope(&[args, &["--format", "json"]].concat());
    assert!(ok, "{args:?}: {text}");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn every_backbone_is_opened_by_its_name_alone() {
    for network in networks::ALL {
        let written = Written::parse(network.name).expect("a backbone").expect("readable");
        assert_eq!(written.network.name, network.name);
        assert!(written.build(&mut Blank, 1, |_, _| true).is_ok(), "{}", network.name);
    }
    let model = Model::load("resnet20_cifar_a").expect("opens");
    assert_eq!((model.origin(), model.labels.len()), (Origin::Seeded, 0));
    assert!(model.notes.contains(&Note::Seeded));
    assert_eq!(Model::load("squeezenet1_1").expect("bundled").origin(), Origin::Trained);
    // Twice the same weights.
    assert_eq!(model.weights_sha256, Model::load("resnet20_cifar_a").expect("opens").weights_sha256);
}

#[test]
fn the_command_line_runs_and_counts_them() {
    let run = json(&["model", "run", "resnet18@64"]);
    assert_eq!(run["weights"], "random from a seed, not trained");
    let probability = run["top"][0]["probability"].as_f64().expect("a number");
    assert!(probability.is_finite() && probability <= 1.0);
    let info = json(&["model", "info", "resnet50+octave:alpha=0.5"]);
    let counted = json(&["cost", "--network", "resnet50", "--variant", "octave", "--set", "alpha=0.5"]);
    assert_eq!(info["macs"], counted["columns"]["macs"]);
    let (ok, said) = convscope(&["model", "run", "resnet50+octve"]);
    assert!(!ok && said.contains("no operator 'octve'"), "{said}");
}

/// In the window: its maps, a swap in it, its costs beside others; and its pictures say what weights they show.
#[test]
fn they_are_inspected_swapped_and_compared() {
    let mut app = app_support::app(Choice::default());
    app.apply(Action::Model("resnet18@64+spconv".into()));
    let ready = |app: &App| {
        app.model().is_some_and(|m| m.model.manifest.network == "resnet18")
            && app.maps().is_some()
            && !app.is_stale()
    };
    settle(&mut app, "the backbone", ready);
    let model = app.model().expect("loaded").model.clone();
    let written = Written::parse("resnet18@64+spconv").expect("a backbone").expect("readable");
    let built = written.build(&mut Blank, 1, |_, _| true).expect("built");
    assert_eq!(cost(&model.graph).total.macs, cost(&built.graph).total.macs);
    let note = tr(Lang::En, "model-note-seeded");
    assert!(app.notices().iter().any(|n| n.failure.sentence(Lang::En).contains(note)), "{:?}", app.notices());

    app.apply(Action::Layer("conv1".into()));
    settle(&mut app, "a layer", |app| app.maps_draft(false).is_some() && !app.is_stale());
    let draft = app.maps_draft(false).expect("maps");
    assert_eq!(draft.recipe().computed.weights, WeightsFrom::Seeded);
    // The recipe alone gives the picture again.
    let folder = tempfile::tempdir().expect("a folder");
    let [own, again] = ["own.svg", "again.svg"].map(|name| folder.path().join(name));
    let svg = draft.picture(PictureFormat::Svg).expect("drawn");
    assert_eq!(Recipe::read("own.svg", &svg).expect("a recipe").model.name, "resnet18@64+spconv");
    std::fs::write(&own, &svg).expect("written");
    let paths = [&own, &again].map(|path| path.to_str().expect("UTF-8").to_owned());
    let (ok, said) = convscope(&["figure", "--recipe", &paths[0], "--out", &paths[1]]);
    assert!(ok, "{said}");
    assert!(std::fs::read(&again).expect("written") == svg, "another picture");

    let settings = Settings::default();
    let swap = SwapChoice { layer: "conv1".into(), variant: "octave", settings, fit: None };
    app.apply(Action::Swap(Some(swap)));
    settle(&mut app, "the swap", |app| app.swap().is_some() && !app.is_stale());
    assert_eq!(app.maps_draft(false).expect("maps").recipe().computed.weights, WeightsFrom::Seeded);
}

/// Times of whole networks are those of their layers, and more.
#[test]
fn layers_have_times_of_their_own() {
    let mut app = app_support::app(Choice::default());
    app.apply(Action::Page(Page::Networks));
    let backbone = convscope::app::Backbone::Listed("resnet20_cifar_a");
    let entries =
        vec![convscope::app::Entry::plain(backbone), convscope::app::Entry::with(backbone, "ghost")];
    let shows = Shows::Time;
    app.apply(Action::Networks(NetworksChoice { entries, shows, ..NetworksChoice::default() }));
    settle(&mut app, "counts", |app| app.networks().is_some() && !app.networks_are_stale());
    app.apply(Action::MeasureNetworks);
    settle(&mut app, "times", |app| app.network_times().is_some());
    let (times, scene) = (app.network_times().expect("measured"), app.networks().expect("counted"));
    for (measured, compared) in times.networks.iter().zip(&scene.networks) {
        let whole = measured.time.as_ref().expect("measured");
        let (counted, _) = compared.counted().expect("counted");
        let sum: u64 = measured.layers.values().map(|layer| layer.time.median_ns).sum();
        assert!(sum > 0 && sum < whole.p90_ns * 2, "{sum} of {}", whole.p90_ns);
        // Every row that has a time is a row of the table, and every convolution is in one of them.
        let rows: Vec<&str> = scene.rows.iter().map(|row| row.name.as_str()).collect();
        for (name, layer) in &measured.layers {
            assert!(rows.contains(&name.as_str()), "{name}");
            assert_eq!(layer.time.runs, whole.runs);
        }
        let told = |name: &str| {
            measured.layers.contains_key(name)
                || measured.layers.values().any(|layer| layer.with.iter().any(|other| other == name))
        };
        for name in counted.replaced.iter() {
            assert!(told(name), "no step works for {name}");
        }
    }
}
