//! The page of whole networks: what is compared, how it is counted, and the published tables; without and with a window.

mod app_support;
mod window_support;

use std::process::Command;

use app_support::settle;
use convscope::app::{
    Action, App, Backbone, Choice, Entry, MOST_NETWORKS, NetworksChoice, Page, Preferences, Section,
};
use convscope::cost::conventions;
use convscope::cost::published;
use convscope::graph::Origin;
use convscope::networks::{InBackbone, Placed};
use convscope::text::{Lang, has, tr};
use convscope::ui::Shell;
use convscope::variants::{Settings, Value};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use window_support::wait;

/// A small input, so that nothing takes long.
const SIDE: usize = 64;

fn squeezenet(entries: Vec<Entry>) -> NetworksChoice {
    NetworksChoice { entries, side: Some(SIDE), ..NetworksChoice::default() }
}

fn backbone() -> Backbone {
    Backbone::Listed("squeezenet1_1")
}

fn page(networks: NetworksChoice) -> App {
    let mut app = app_support::app(Choice { page: Page::Networks, networks, ..Choice::default() });
    counted(&mut app);
    app
}

/// Waits until the networks on the page are those that are chosen.
fn counted(app: &mut App) {
    settle(app, "the networks", |app| app.networks().is_some() && !app.networks_are_stale());
}

fn change(app: &mut App, change: impl FnOnce(&mut NetworksChoice)) {
    let mut choice = app.choice().networks.clone();
    change(&mut choice);
    app.apply(Action::Networks(choice));
    counted(app);
}

/// What the command line says of the same network.
fn command_line(args: &[&str]) -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_convscope")).args(args).output().expect("it runs");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn totals_are_those_of_the_command_line_under_every_convention() {
    let mut settings = Settings::default();
    settings.set("part", Value::Integer(2));
    let hetconv = InBackbone { settings, ..InBackbone::of("hetconv") };
    let entries = vec![
        Entry::plain(backbone()),
        Entry { backbone: backbone(), operator: Some(hetconv) },
        Entry::with(Backbone::Listed("resnet18"), "octave"),
        Entry::with(Backbone::Listed("resnet18"), "spconv"),
    ];
    let mut app = page(squeezenet(entries));
    for convention in ["macs", "thop", "fvcore", "torchstat", "hetconv"] {
        change(&mut app, |choice| choice.convention = conventions::find(convention).expect("listed").name);
        let scene = app.networks().expect("settled").clone();
        let runs: [&[&str]; 4] = [
            &["--network", "squeezenet1_1"],
            &["--network", "squeezenet1_1", "--variant", "hetconv", "--set", "part=2"],
            &["--network", "resnet18", "--variant", "octave"],
            &["--network", "resnet18", "--variant", "spconv"],
        ];
        for (args, network) in runs.iter().zip(&scene.networks) {
            let common = ["cost", "--input", "3x64x64", "--format", "json", "--convention", convention];
            let said = command_line(&[&common[..], args].concat());
            let (counted, count) = network.counted().expect("it can be built");
            let what = format!("{args:?} {convention}");
            assert_eq!(said["total"], count.total(), "{what}");
            assert_eq!(said["macs"], counted.cost.total.macs, "{what}");
            assert_eq!(said["params"], counted.cost.total.params, "{what}");
            assert_eq!(said["uncounted"].as_array().expect("a list").len(), count.uncounted.len(), "{what}");
            assert_eq!(said["replaced"].as_array().expect("a list").len(), counted.replaced.len(), "{what}");
            let paper = counted.placed.map(|placed| placed == Placed::Paper);
            assert_eq!(said["placement"].as_str().map(|p| p == "paper"), paper, "{what}");
        }
        // The rows hold the same numbers.
        for (i, network) in scene.networks.iter().enumerate() {
            let (counted, count) = network.counted().expect("counted");
            let costs = || scene.rows.iter().filter_map(|row| row.costs[i]);
            assert_eq!(costs().map(|c| c.macs).sum::<u64>(), counted.cost.total.macs);
            assert_eq!(costs().map(|c| c.params).sum::<u64>(), counted.cost.total.params);
            let sum: f64 = costs().map(|c| c.counted.value()).sum();
            assert_eq!(sum.round() as u64, count.total());
        }
    }
}

#[test]
fn layers_of_the_same_name_stand_in_one_row() {
    let app = page(squeezenet(vec![Entry::plain(backbone()), Entry::with(backbone(), "hetconv")]));
    let scene = app.networks().expect("settled");
    let row = scene.rows.iter().find(|row| row.name == "fire2/expand3x3").expect("a row");
    let [Some(plain), Some(hetconv)] = row.costs[..] else { panic!("{row:?}") };
    assert!(!plain.replaced && hetconv.replaced);
    assert!(hetconv.macs < plain.macs && hetconv.output == plain.output);
    assert!(
        scene.rows.iter().all(|row| row.costs.iter().all(Option::is_some)),
        "the networks have the same layers"
    );
    let mut names: Vec<&str> = scene.rows.iter().map(|row| row.name.as_str()).collect();
    let graph = &scene.networks[0].counted().expect("counted").0.graph;
    let expected: Vec<&str> = graph.nodes().iter().skip(1).map(|node| node.name.as_str()).collect();
    assert_eq!(names, expected, "in the order of the network");
    names.dedup();
    assert_eq!(names.len(), scene.rows.len());
}

#[test]
fn input_batch_and_the_loaded_model() {
    let mut app = page(squeezenet(vec![Entry::plain(backbone())]));
    let macs = |app: &App, i: usize| {
        app.networks().expect("settled").networks[i].counted().expect("counted").0.cost.total.macs
    };
    let one = macs(&app, 0);
    change(&mut app, |choice| choice.batch = 4);
    assert_eq!(macs(&app, 0), 4 * one);
    change(&mut app, |choice| choice.side = Some(32));
    assert!(macs(&app, 0) < 2 * one);
    settle(&mut app, "the model", |app| app.model().is_some());
    change(&mut app, |choice| choice.entries.push(Entry::plain(Backbone::Loaded)));
    let model = app.model().expect("loaded").cost.total.macs;
    assert_eq!(macs(&app, 1), model, "it keeps its own input and batch");
    // The peak is that of its graph.
    let scene = app.networks().expect("settled").clone();
    let peak = scene.networks[1].counted().expect("counted").0.peak.bytes;
    assert!(peak > 3 * 224 * 224 * 4, "{peak}");
}

#[test]
fn a_network_that_cannot_be_built_says_why_and_the_others_stay() {
    let tiny = NetworksChoice {
        entries: vec![Entry::plain(Backbone::Listed("alexnet")), Entry::plain(backbone())],
        side: Some(32),
        ..NetworksChoice::default()
    };
    let app = page(tiny);
    let scene = app.networks().expect("settled");
    let failure = scene.networks[0].network.as_ref().err().expect("AlexNet needs larger maps");
    assert!(failure.sentence(Lang::En).contains("features"), "{failure:?}");
    assert!(scene.networks[1].counted().is_some());
    assert!(app.notices().is_empty());
}

#[test]
fn undo_takes_entries_back_and_a_turned_section_is_no_step() {
    let mut app = page(squeezenet(vec![Entry::plain(backbone())]));
    change(&mut app, |choice| choice.entries.push(Entry::with(backbone(), "ghost")));
    change(&mut app, |choice| choice.section = Section::Chart);
    assert_eq!(app.choice().networks.entries.len(), 2);
    app.apply(Action::Undo);
    counted(&mut app);
    assert_eq!(app.choice().networks.entries.len(), 1);
    app.apply(Action::Redo);
    counted(&mut app);
    assert_eq!(app.choice().networks.entries.len(), 2);
    // No entry at all is refused, a fifth one too.
    let mut none = app.choice().networks.clone();
    none.entries.clear();
    app.apply(Action::Networks(none));
    let mut five = app.choice().networks.clone();
    five.entries = vec![Entry::plain(backbone()); 5];
    app.apply(Action::Networks(five));
    assert_eq!(app.choice().networks.entries.len(), MOST_NETWORKS);
    app.apply(Action::Back);
    assert_eq!(app.choice().page, Page::Inspect);
}

#[test]
fn networks_are_measured_on_demand_with_spread_and_can_be_stopped() {
    let mut app = page(squeezenet(vec![Entry::plain(backbone()), Entry::with(backbone(), "hetconv")]));
    assert!(app.network_times().is_none() && app.measuring_networks().is_none(), "only on demand");
    app.apply(Action::MeasureNetworks);
    assert!(app.measuring_networks().is_some());
    app.apply(Action::Cancel);
    assert!(app.measuring_networks().is_none());
    app.apply(Action::MeasureNetworks);
    settle(&mut app, "the times", |app| app.network_times().is_some());
    let times = app.network_times().expect("measured");
    for network in &times.networks {
        let time = network.time.as_ref().expect("a time");
        assert!(time.p10_ns > 0 && time.p10_ns <= time.median_ns && time.median_ns <= time.p90_ns);
        assert_eq!((time.runs, network.weights), (11, Origin::Seeded));
    }
    // Each row's times are those of the layer of its name, found once.
    let (scene, rows) = (app.networks().expect("settled"), app.row_times());
    let mut found = 0;
    for (at, row) in scene.rows.iter().enumerate() {
        for (i, network) in scene.networks.iter().enumerate() {
            let named = times.of(&network.key).expect("measured").layers.get(&row.name);
            assert_eq!(rows.get(at, i), named, "{} of network {i}", row.name);
            found += usize::from(named.is_some());
        }
        assert!(rows.get(at, scene.networks.len()).is_none());
    }
    // Layers that share their steps with another have none of their own.
    assert!(found >= 40, "{found} layers with a time");
    assert!(rows.get(scene.rows.len(), 0).is_none());
    assert!(times.device.contains("CPU") || times.device.contains("candle"), "{}", times.device);
    // Times belong to their networks: another input has none.
    change(&mut app, |choice| choice.side = Some(96));
    let key = &app.networks().expect("settled").networks[0].key;
    assert!(app.network_times().expect("kept").of(key).is_none());
    let none = |app: &App| {
        (0..app.networks().expect("settled").rows.len()).all(|at| app.row_times().get(at, 0).is_none())
    };
    assert!(none(&app));
    // The networks that were measured have their times again, also in another place.
    change(&mut app, |choice| {
        (choice.side, choice.entries) = (Some(SIDE), choice.entries.iter().rev().cloned().collect());
    });
    let scene = app.networks().expect("settled");
    let at = scene.rows.iter().position(|row| row.name == "fire2/squeeze1x1").expect("a layer");
    let again = app.network_times().expect("kept").of(&scene.networks[1].key).expect("measured");
    assert_eq!(app.row_times().get(at, 1), again.layers.get("fire2/squeeze1x1"));
    assert!(!none(&app));
}

#[test]
fn counting_that_is_cancelled_goes_back_to_what_is_shown() {
    let mut app = page(squeezenet(vec![Entry::plain(backbone())]));
    let before = app.choice().networks.clone();
    let mut next = before.clone();
    next.entries = vec![Entry::with(Backbone::Listed("resnet152"), "octave"); 4];
    app.apply(Action::Networks(next));
    assert!(app.networks_are_stale());
    app.apply(Action::Cancel);
    assert_eq!(app.choice().networks, before);
    assert!(!app.networks_are_stale());
}

#[test]
fn a_published_table_is_recomputed_when_it_is_chosen() {
    let published = NetworksChoice { section: Section::Published, table: "sic", ..NetworksChoice::default() };
    let choice = Choice { page: Page::Networks, networks: published, ..Choice::default() };
    let mut app = App::new(Preferences::default(), choice, None, || ()).expect("threads");
    settle(&mut app, "the table", |app| app.audit().is_some());
    assert_eq!(app.audit().expect("audited").table.name, "sic");
    let said = command_line(&["audit", "--table", "sic", "--format", "json"]);
    let printed = said["tables"][0]["rows"].as_array().expect("rows").len();
    assert_eq!(printed, app.audit().expect("audited").rows.len());
    app.apply(Action::StepTable(1));
    assert_ne!(app.choice().networks.table, "sic");
}

fn settled(app: &App) -> bool {
    app.networks().is_some() && !app.networks_are_stale()
}

#[test]
fn the_page_works_in_the_window_in_both_languages() {
    let mut harness = window();
    for lang in Lang::ALL {
        harness.state_mut().apply(Action::Lang(lang));
        harness.run_steps(2);
        for key in ["peak-memory", "measured-time", "networks-convention", "measure-networks"] {
            assert!(harness.query_all_by_label(tr(lang, key)).count() > 0, "{lang:?}: {key}");
        }
        let rule = tr(lang, "convention-macs");
        assert!(harness.query_all_by_label_contains(rule).count() > 0, "{lang:?}: the rule");
        // The name of the convention stands beside the numbers.
        for convention in ["fvcore", "thop-2019", "macs"] {
            let mut choice = harness.state().app().choice().networks.clone();
            choice.convention = conventions::find(convention).expect("listed").name;
            let label = choice.convention().label();
            harness.state_mut().apply(Action::Networks(choice));
            wait(&mut harness, convention, settled);
            assert!(harness.query_all_by_label(&label).count() > 0, "{lang:?}: {label}");
        }
        for section in Section::ALL {
            harness.get_by_label(tr(lang, &format!("section-{}", section.name()))).click();
            harness.run_steps(3);
            assert_eq!(harness.state().app().choice().networks.section, section);
        }
        for table in published::ALL {
            assert!(harness.query_all_by_label(table.title).count() > 0, "{lang:?}: {}", table.title);
        }
        harness.get_by_label(tr(lang, "section-layers")).click();
        harness.run_steps(3);
    }
    harness.state_mut().apply(Action::Lang(Lang::En));
    harness.run_steps(2);
    harness.get_by_label("+").click();
    wait(&mut harness, "a third network", |app| app.choice().networks.entries.len() == 3 && settled(app));
    harness.get_all_by_label("×").next().expect("a way out").click();
    wait(&mut harness, "two networks", |app| app.choice().networks.entries.len() == 2 && settled(app));
    let first = &harness.state().app().choice().networks.entries[0];
    assert_eq!(first.operator.as_ref().map(|o| o.variant), Some("hetconv"), "the first one went");
    harness.get_by_label("Backbone under operators").click();
    wait(&mut harness, "four networks", |app| {
        app.choice().networks.entries.len() == MOST_NETWORKS && settled(app)
    });
    harness.render().expect("it is drawn");
}

#[test]
fn every_table_is_shown_with_its_verdicts() {
    let mut harness = window();
    harness.get_by_label("Published").click();
    harness.run_steps(2);
    let table = published::ALL[0];
    wait(&mut harness, "the table", |app| app.audit().is_some());
    assert_eq!(harness.state().app().audit().expect("audited").table.name, table.name);
    let audit = harness.state().app().audit().expect("audited").clone();
    for row in &audit.rows {
        assert!(harness.query_all_by_label(row.row.label).count() > 0, "{}", row.row.label);
        for cell in &row.cells {
            assert!(harness.query_all_by_label(cell.cell.printed).count() > 0, "{}", cell.cell.printed);
            assert!(harness.query_all_by_label(tr(Lang::En, &cell.verdict.key())).count() > 0);
        }
    }
    harness.render().expect("it is drawn");
}

fn window() -> Harness<'static, Shell> {
    let networks = squeezenet(vec![Entry::plain(backbone()), Entry::with(backbone(), "hetconv")]);
    let choice = Choice { page: Page::Networks, networks, ..Choice::default() };
    let mut harness = window_support::window([1280.0, 720.0], choice, |shell| {
        shell.stop_measuring();
        shell.apply(Action::Lang(Lang::En));
    });
    wait(&mut harness, "the networks", |app| app.networks().is_some() && !app.networks_are_stale());
    harness
}

#[test]
fn every_part_of_the_page_has_words() {
    for lang in Lang::ALL {
        for section in Section::ALL {
            let name = section.name();
            assert!(has(lang, &format!("section-{name}")) && has(lang, &format!("section-{name}-hint")));
        }
        for shows in ["macs", "params", "maps"] {
            assert!(has(lang, &format!("shows-{shows}")), "{lang:?}: {shows}");
        }
    }
}
