//! What page Networks exports is made again from its own recipe, byte by byte; measured times are carried there.

mod app_support;

use std::path::Path;
use std::process::{Command, Output};

use app_support::settle;
use convscope::app::{Action, App, Backbone, Choice, Entry, NetworksChoice, Page, Section};
use convscope::figure::PictureFormat;
use convscope::networks::Written;
use convscope::text::Lang;

fn convscope(args: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Command::new(env!("CARGO_BIN_EXE_convscope")).args(args).current_dir(root).output().expect("it starts")
}

/// A folder with what the window exported, and what the command line makes of it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn put(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path.to_str().expect("UTF-8").to_owned()
    }

    /// The file that the recipe in `from` makes.
    fn again(&self, from: &str, name: &str) -> Vec<u8> {
        let out = self.0.path().join(name);
        let output = convscope(&["figure", "--recipe", from, "--out", out.to_str().expect("UTF-8")]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && errors.is_empty(), "{from} -> {name}: {errors}");
        std::fs::read(out).expect("written")
    }

    /// The sentence with which the recipe in `from` is refused.
    fn refused(&self, from: &str, more: &[&str]) -> String {
        let out = self.0.path().join("refused.svg");
        let args = [&["figure", "--recipe", from, "--out", out.to_str().expect("UTF-8")], more].concat();
        let output = convscope(&args);
        let text = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert_eq!(text.trim().lines().count(), 1, "{text}");
        text
    }
}

fn entry(text: &str) -> Entry {
    let written = Written::parse(text).expect("a backbone").expect("readable");
    Entry { backbone: Backbone::Listed(written.network.name), operator: written.operator }
}

fn page(networks: NetworksChoice) -> App {
    let mut app = app_support::app(Choice { page: Page::Networks, networks, ..Choice::default() });
    settle(&mut app, "the networks", |app| {
        app.run().is_some() && app.networks().is_some() && !app.networks_are_stale()
    });
    app
}

/// All four kinds of files, each made again from its own recipe and the pictures from each other's.
fn made_again(app: &App, dark: bool) -> [Vec<u8>; 4] {
    let folder = Folder::new();
    let draft = app.networks_draft(dark).expect("a chart");
    let [png, svg] = [PictureFormat::Png, PictureFormat::Svg].map(|f| draft.picture(f).expect("drawn"));
    let csv = draft.table().csv(&draft.recipe()).expect("a table").into_bytes();
    let json = format!("{:#}\n", draft.table().json(&draft.recipe())).into_bytes();
    let files = [("a.png", png), ("a.svg", svg), ("a.csv", csv), ("a.json", json)];
    let paths: Vec<String> = files.iter().map(|(name, bytes)| folder.put(name, bytes)).collect();
    for (path, [own, other]) in
        paths.iter().zip([["b.png", "b.svg"], ["c.svg", "c.png"], ["b.csv", "b.json"], ["c.json", "c.csv"]])
    {
        for name in [own, other] {
            let kind = name.rsplit('.').next().expect("an ending");
            let (_, bytes) = files.iter().find(|(known, _)| known.ends_with(kind)).expect("a file");
            assert!(folder.again(path, name) == *bytes, "{path} -> {name}: other bytes");
        }
    }
    files.map(|(_, bytes)| bytes)
}

#[test]
fn charts_and_tables_are_made_again_from_their_recipes() {
    let entries = vec![
        entry("squeezenet1_1"),
        entry("resnet18+octave:alpha_in=0.25,alpha_out=0.25,-stage1,-layer3.0.conv2"),
        entry("mobilenet_v2+ghost!"),
        // Too small an input: it cannot be built, and is in neither file.
        entry("alexnet"),
    ];
    let convention = convscope::cost::conventions::find("thop").expect("listed").name;
    let networks =
        NetworksChoice { entries, side: Some(32), batch: 4, convention, ..NetworksChoice::default() };
    let mut app = page(networks);
    app.apply(Action::Lang(Lang::Zh));
    app.prefs.caption = true;
    let [_, svg, csv, _] = made_again(&app, true);
    let (svg, csv) = (String::from_utf8(svg).expect("UTF-8"), String::from_utf8(csv).expect("UTF-8"));
    assert!(svg.contains("resnet18@32+octave:alpha_in=0.25,alpha_out=0.25,-stage1,-layer3.0.conv2"));
    assert!(csv.contains("ResNet-18,octave,layer2.0.conv1") && !csv.contains("AlexNet"), "{csv}");
}

/// The loaded model with an operator left out of a layer, and times: these come from the recipe alone.
#[test]
fn measured_times_and_the_loaded_model_are_in_the_recipe() {
    let mut loaded = Entry::with(Backbone::Loaded, "hetconv");
    loaded.operator = loaded.operator.map(|o| o.with_layer("fire2/expand3x3", false));
    let networks = NetworksChoice {
        entries: vec![entry("squeezenet1_1"), loaded],
        side: Some(64),
        ..NetworksChoice::default()
    };
    let mut app = page(networks);
    let before = made_again(&app, false);
    app.apply(Action::MeasureNetworks);
    settle(&mut app, "the times", |app| app.network_times().is_some());
    let after = made_again(&app, false);
    assert_ne!(before[1], after[1], "times are in the chart");
    let table: serde_json::Value = serde_json::from_slice(&after[3]).expect("JSON");
    let times = app.network_times().expect("measured");
    let median = times.networks[1].time.as_ref().expect("a time").median_ns;
    let recipe = &table["recipe"]["picture"];
    assert_eq!(recipe["networks"][1]["measured"]["time"]["median_ns"], median);
    assert_eq!(recipe["networks"][1]["without"][0], "fire2/expand3x3");
    assert_eq!(recipe["networks"][0]["measured"]["weights"], "seeded");
    // What the recipe says is what is drawn.
    let folder = Folder::new();
    let text = String::from_utf8(after[1].clone()).expect("UTF-8");
    let changed = text.replace(&format!("\"median_ns\":{median},"), "\"median_ns\":123456789012,");
    assert_ne!(text, changed);
    let again = folder.again(&folder.put("a.svg", changed.as_bytes()), "b.svg");
    assert_ne!(again, changed.as_bytes());
    // Another network is not the recipe's.
    let own = folder.put("a.svg", &after[1]);
    assert!(folder.refused(&own, &["--model", "efficientnet_lite0"]).contains("other weights"));
}

#[test]
fn published_tables_are_made_again() {
    let networks = NetworksChoice { section: Section::Published, table: "sic", ..NetworksChoice::default() };
    let mut app = app_support::app(Choice { page: Page::Networks, networks, ..Choice::default() });
    settle(&mut app, "the table", |app| app.audit().is_some() && app.run().is_some());
    let draft = app.networks_draft(false).expect("a table");
    let csv = draft.table().csv(&draft.recipe()).expect("a table");
    let folder = Folder::new();
    let own = folder.put("a.csv", csv.as_bytes());
    assert!(folder.again(&own, "b.csv") == csv.as_bytes(), "another table");
    assert!(folder.refused(&own, &[]).contains(".csv or .json"), "it is no picture");
}

#[test]
fn recipes_of_what_there_is_not_are_refused_in_one_sentence() {
    let networks = NetworksChoice { entries: vec![entry("squeezenet1_1")], ..NetworksChoice::default() };
    let app = page(networks);
    let recipe = app.networks_draft(false).expect("a chart").recipe().json();
    let folder = Folder::new();
    let five = format!("[{}]", ["{\"backbone\":\"resnet18\"}"; 5].join(","));
    let cases = [
        ("\"squeezenet1_1\"}]", "\"squeezenet9\"}]", "no backbone 'squeezenet9'"),
        ("\"squeezenet1_1\"}]", "\"squeezenet1_1+octve\"}]", "no operator 'octve'"),
        ("\"squeezenet1_1\"}]", "\"squeezenet1_1@9999\"}]", "@9999"),
        ("[{\"backbone\":\"squeezenet1_1\"}]", "[]", "0 networks"),
        ("[{\"backbone\":\"squeezenet1_1\"}]", five.as_str(), "5 networks"),
        ("\"batch\":1", "\"batch\":1000000000000", "batch"),
        ("\"convention\":\"macs\"", "\"convention\":\"mags\"", "mags"),
        ("\"backbone\":", "\"back\":", "back"),
    ];
    for (from, to, said) in cases {
        let changed = recipe.replace(from, to);
        assert_ne!(changed, recipe, "{from}");
        let sentence = folder.refused(&folder.put("a.json", changed.as_bytes()), &[]);
        assert!(sentence.contains(said), "{to}: {sentence}");
    }
}
