//! Figures can be read, and every exported picture can be made again from its own recipe.

mod app_support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use app_support::settle;
use convscope::app::{Action, App, Choice, Page, SwapChoice, TraceAction, bundled_photo, study_layer};
use convscope::exec::Ctl;
use convscope::exec::backend::{Device, Plan};
use convscope::figure::palette::Palette;
use convscope::figure::{
    self, Align, Area, Figure, Knobs, Mark, PictureFormat, Scene, Site, Study, StudyRun, View, has_glyph,
    png, svg, text_width,
};
use convscope::image_io::preprocess;
use convscope::model_files::Model;
use convscope::text::{Lang, has};
use convscope::variants::{self, ConvVariant, Geometry, Settings};

/// Rooms of a window of 1280x720 and of a large one.
const SIZES: [[f32; 2]; 2] = [[700.0, 420.0], [1500.0, 1000.0]];
/// Rounding of layouts, in points.
const SLACK: f32 = 0.75;

/// Every operator on a layer that it fits, and on the photo.
fn runs() -> Vec<StudyRun> {
    let model = Model::load("squeezenet1_1").expect("bundled");
    let photo = bundled_photo("chelsea.png").expect("bundled");
    let input = preprocess(&photo.rgb, photo.width, photo.height, &model.manifest);
    let plan = Plan::new(&Device::Candle, &model.graph).expect("plan");
    let trace = plan.run(std::slice::from_ref(&input), &Ctl::default()).expect("run");
    let on_photo = Arc::new(Site::of_photo(&input).expect("photo"));
    let first = variants::find_layer(&model.graph, "fire2/expand3x3").expect("a layer");
    let mut runs = Vec::new();
    for &operator in variants::ALL {
        let id = study_layer(&model.graph, Some(first), operator).expect("a convolution");
        let read = |id| Device::Candle.read(trace.value(id));
        let site = Arc::new(Site::of_layer(&model.graph, id, read).expect("a site"));
        for site in [site, Arc::clone(&on_photo)] {
            let study = Study::new(operator, &Settings::default(), site);
            runs.push(study.run(&Ctl::default()).expect("runs"));
        }
    }
    runs
}

fn figures(operator: &dyn ConvVariant) -> Vec<&'static dyn Figure> {
    ["diagram"].iter().chain(operator.figures()).filter_map(|name| figure::find(name)).collect()
}

/// The controls as they open, and each at both of its ends.
fn settings_of(figure: &dyn Figure, run: &StudyRun) -> Vec<Knobs> {
    let mut all = vec![Knobs::default()];
    for knob in figure.knobs(run) {
        for value in [knob.least, knob.most] {
            all.push(Knobs([(knob.name.to_owned(), value)].into()));
        }
    }
    all
}

/// A text with the box that its letters fill: capitals and digits, without what hangs below the line.
struct Words<'a> {
    text: &'a str,
    area: Area,
}

fn words(scene: &Scene) -> Vec<Words<'_>> {
    let texts = scene.items.iter().filter_map(|item| match &item.mark {
        Mark::Text { at: [x, y], text, size, align, ink } if ink.alpha > 0.0 && !text.trim().is_empty() => {
            let (w, h) = (text_width(text, *size), size.points() * 0.8);
            let left = match align {
                Align::Left => *x,
                Align::Middle => x - w / 2.0,
                Align::Right => x - w,
            };
            Some(Words { text, area: Area::new(left, y - h / 2.0, w, h) })
        }
        _ => None,
    });
    texts.collect()
}

fn overlap(a: &Area, b: &Area) -> bool {
    a.x + SLACK < b.right() && b.x + SLACK < a.right() && a.y + SLACK < b.bottom() && b.y + SLACK < a.bottom()
}

/// What cannot be read in this picture.
fn faults(scene: &Scene) -> Vec<String> {
    let mut faults = Vec::new();
    let words = words(scene);
    for (i, a) in words.iter().enumerate() {
        let Area { x, y, w, h } = a.area;
        if x < -SLACK || y < -SLACK || x + w > scene.width + SLACK || y + h > scene.height + SLACK {
            faults.push(format!("{:?} leaves the picture: {x:.0},{y:.0} {w:.0}x{h:.0}", a.text));
        }
        if let Some(c) = a.text.chars().find(|&c| !has_glyph(c)) {
            faults.push(format!("{:?} has a character without glyph: {c:?}", a.text));
        }
        for b in &words[i + 1..] {
            if overlap(&a.area, &b.area) {
                faults.push(format!("{:?} and {:?} overlap at {x:.0},{y:.0}", a.text, b.text));
            }
        }
    }
    faults
}

#[test]
fn every_figure_can_be_read_in_both_languages_and_at_both_sizes() {
    let mut faulty = Vec::new();
    let mut drawn = 0;
    for run in runs() {
        let operator = run.study.operator();
        for figure in figures(operator) {
            for knobs in settings_of(figure, &run) {
                for (lang, size) in Lang::ALL.into_iter().flat_map(|lang| SIZES.map(|size| (lang, size))) {
                    let node = run.output();
                    let view = View { lang, size, channel: 1, pixel: Some((9, 7)), node, knobs: &knobs };
                    let scene = figure.draw(&run, &view);
                    let what = format!(
                        "{} / {} on {} {}x{} {} {:?}",
                        operator.name(),
                        figure.name(),
                        run.study.site.name,
                        size[0],
                        size[1],
                        lang.tag(),
                        knobs.0
                    );
                    if scene.items.is_empty() || [scene.width, scene.height] != size {
                        faulty.push(format!("{what}: empty, or {}x{}", scene.width, scene.height));
                    }
                    let faults = faults(&scene);
                    let more = faults.len().saturating_sub(3);
                    faulty.extend(faults.into_iter().take(3).map(|fault| format!("{what}: {fault}")));
                    if more > 0 {
                        faulty.push(format!("{what}: and {more} more"));
                    }
                    drawn += 1;
                }
            }
        }
    }
    println!("{drawn} pictures");
    let shown = faulty.iter().take(60).cloned().collect::<Vec<_>>().join("\n");
    assert!(faulty.is_empty(), "{} faults, the first ones:\n{shown}", faulty.len());
}

#[test]
fn every_figure_is_drawn_in_both_themes() {
    for run in runs().iter().step_by(2) {
        for figure in figures(run.study.operator()) {
            let knobs = Knobs::default();
            let view = View {
                lang: Lang::Zh,
                size: SIZES[0],
                channel: 0,
                pixel: None,
                node: run.output(),
                knobs: &knobs,
            };
            let scene = figure.draw(run, &view);
            let pictures = [false, true].map(|dark| {
                let palette = Palette::of(dark);
                let sheet = svg::Sheet { scene: &scene, palette: &palette, caption: &[], recipe: None };
                png::write(&svg::write(&sheet), 1.0, None).expect("drawn")
            });
            assert_ne!(pictures[0], pictures[1], "{}: the themes look alike", figure.name());
        }
    }
}

#[test]
fn every_figure_and_every_control_has_words() {
    for lang in Lang::ALL {
        for run in runs() {
            for figure in figures(run.study.operator()) {
                let name = figure.name();
                let mut keys = vec![format!("figure-{name}"), format!("figure-{name}-hint")];
                for knob in figure.knobs(&run) {
                    keys.extend([format!("knob-{}", knob.name), format!("knob-{}-hint", knob.name)]);
                }
                for key in keys {
                    assert!(has(lang, &key), "{lang:?}: no message {key}");
                }
            }
        }
    }
}

#[test]
fn a_test_of_overlaps_finds_them() {
    let mut scene = Scene::new([100.0, 40.0]);
    let add = |scene: &mut Scene, at, text: &str| {
        scene.text(at, text, figure::TextSize::Body, Align::Left, figure::Paint::Text);
    };
    add(&mut scene, [10.0, 10.0], "one");
    add(&mut scene, [10.0, 26.0], "below");
    assert!(faults(&scene).is_empty(), "{:?}", faults(&scene));
    add(&mut scene, [20.0, 12.0], "upon");
    add(&mut scene, [80.0, 26.0], "out of it");
    let faults = faults(&scene);
    assert!(faults.len() == 2 && faults[0].contains("\"one\" and \"upon\""), "{faults:?}");
}

fn convscope(args: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = env!("CARGO_BIN_EXE_convscope");
    Command::new(program).args(args).current_dir(root).output().expect("the program starts")
}

fn works(args: &[&str]) {
    let output = convscope(args);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{args:?}: {errors}");
}

fn sentence(args: &[&str]) -> String {
    let output = convscope(args);
    let text = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{args:?}: {text}");
    assert!(text.trim().lines().count() == 1 && output.stdout.is_empty(), "{args:?}: {text}");
    text
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, name: &str) -> String {
        let path: PathBuf = self.0.path().join(name);
        path.to_str().expect("UTF-8").to_owned()
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.file(name)).expect("written")
    }
}

/// Makes a picture as PNG and SVG, and each again from the other's recipe.
fn made_again(folder: &Folder, args: &[&str]) {
    let [png, svg, png_again, svg_again] = ["a.png", "a.svg", "b.png", "b.svg"].map(|name| folder.file(name));
    works(&[args, &["--out", &png]].concat());
    works(&[args, &["--out", &svg]].concat());
    works(&["figure", "--recipe", &png, "--out", &svg_again]);
    works(&["figure", "--recipe", &svg, "--out", &png_again]);
    assert!(folder.bytes("a.svg") == folder.bytes("b.svg"), "{args:?}: another SVG");
    assert!(folder.bytes("a.png") == folder.bytes("b.png"), "{args:?}: another PNG");
}

#[test]
fn maps_are_made_again_byte_by_byte() {
    let folder = Folder::new();
    made_again(&folder, &["figure", "--maps", "--caption", "--channel", "0"]);
    let other =
        ["figure", "--maps", "--model", "efficientnet_lite0", "--layer", "_conv_head", "--range", "layer"];
    let look =
        ["--theme", "dark", "--lang", "zh-CN", "--size", "700x420", "--scale", "1.5", "--image", "china.jpg"];
    made_again(&folder, &[&other[..], &look[..]].concat());
}

#[test]
fn figures_are_made_again_byte_by_byte() {
    let folder = Folder::new();
    let mut pictures = 0;
    let cases: [(&str, &[&str]); 7] = [
        ("standard", &["--set", "groups=2", "--caption"]),
        ("octave", &["--pixel", "4,5", "--channel", "3", "--lang", "zh-CN", "--caption"]),
        ("spconv", &["--layer", "fire3/expand3x3", "--theme", "dark"]),
        ("hetconv", &["--set", "part=4", "--image", "assets/images/coffee.png"]),
        ("sic", &["--photo"]),
        ("sfr", &["--model", "efficientnet_lite0"]),
        ("ghost", &["--fit"]),
    ];
    for (operator, options) in cases {
        let known = figures(variants::find(operator).expect("an operator"));
        // A fit takes its time.
        let most = if options.contains(&"--fit") { 1 } else { 2 };
        for figure in known.iter().take(most) {
            let args = ["figure", "--operator", operator, "--figure", figure.name(), "--scale", "1"];
            made_again(&folder, &[&args[..], options].concat());
            pictures += 1;
        }
    }
    println!("{pictures} pictures");
}

#[test]
fn costs_are_written_as_tables() {
    let folder = Folder::new();
    let [csv, json, again] = ["a.csv", "a.json", "b.csv"].map(|name| folder.file(name));
    for out in [&csv, &json] {
        works(&["figure", "--operator", "hetconv", "--set", "part=4", "--out", out]);
    }
    works(&["figure", "--recipe", &json, "--out", &again]);
    assert_eq!(folder.bytes("a.csv"), folder.bytes("b.csv"));
    let text = String::from_utf8(folder.bytes("a.csv")).expect("UTF-8");
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let macs = |row: &csv::StringRecord| row[2].parse::<u64>().expect("a count");
    let (total, nodes) = rows.split_last().expect("rows");
    // One third of 16*64*9*56*56: 1/P + (1 - 1/P)/k^2 with P = 4, k = 3.
    assert_eq!((&total[0], macs(total)), ("total", 16 * 64 * 9 * 56 * 56 / 3));
    assert_eq!(macs(total), nodes.iter().map(macs).sum::<u64>());
    let document: serde_json::Value = serde_json::from_slice(&folder.bytes("a.json")).expect("JSON");
    assert_eq!(document["rows"].as_array().map(Vec::len), Some(rows.len()));
    assert_eq!(document["recipe"]["picture"]["operator"], "hetconv");
}

#[test]
fn what_cannot_be_made_is_said_in_one_sentence() {
    let folder = Folder::new();
    let [svg, out] = ["a.svg", "b.svg"].map(|name| folder.file(name));
    works(&["figure", "--maps", "--out", &svg]);
    let again = |more: [&str; 2]| sentence(&["figure", "--recipe", &svg, more[0], more[1], "--out", &out]);
    assert!(again(["--image", "coffee.png"]).contains("another photo"));
    assert!(again(["--model", "efficientnet_lite0"]).contains("other weights"));
    assert!(again(["--image", "no-such.png"]).contains("no-such.png"));
    let of = |args: &[&str]| sentence(&[&["figure"][..], args, &["--out", &out]].concat());
    assert!(of(&["--recipe", "README.md"]).contains("README.md holds no recipe"));
    assert!(of(&["--operator", "spcov", "--figure", "x"]).contains("known are"));
    assert!(of(&["--operator", "spconv", "--figure", "x"]).contains("has no figure 'x'"));
    assert!(of(&["--maps", "--channel", "999"]).contains("no channel 999"));
    assert!(of(&["--maps", "--layer", "fire2"]).contains("fire2"));
    assert!(sentence(&["figure", "--maps", "--out", "a.bmp"]).contains(".png, .svg"));
}

/// What the window exports of a pixel and of a swapped layer is made again by the command line.
#[test]
fn terms_and_swapped_maps_are_made_again_byte_by_byte() {
    let folder = Folder::new();
    let mut app = app_support::app(Choice::default());
    let octave = variants::find("octave").expect("an operator");
    let layer = "fire2/expand3x3";
    let choice = SwapChoice {
        layer: layer.into(),
        variant: octave.name(),
        settings: Settings::defaults(octave, &Geometry::same(16, 64, 3, 1)),
        fit: None,
    };
    let traced = |app: &App| app.terms_draft(false).is_some();
    app.apply(Action::Layer(layer.into()));
    settle(&mut app, "the first maps", |app| app.maps().is_some() && !app.is_stale());
    app.apply(Action::Swap(Some(choice)));
    app.apply(Action::Pixel(3, (10, 12)));
    let rebuilt = |app: &App, name: &str| {
        let draft = app.terms_draft(false).expect("a traced pixel");
        let text = draft.table().csv(&draft.recipe()).expect("a table");
        let [own, again] = [format!("{name}.csv"), format!("{name}-again.csv")].map(|f| folder.file(&f));
        std::fs::write(&own, &text).expect("written");
        works(&["figure", "--recipe", &own, "--out", &again]);
        assert!(text.as_bytes() == folder.bytes(&format!("{name}-again.csv")), "{name}: another table");
        text.lines().count()
    };
    settle(&mut app, "swap", |app| traced(app) && app.maps().is_some_and(|m| m.after.is_some()));
    // Two comment lines, the names of the columns, the bias, 16 x 9 products, the result.
    assert_eq!(rebuilt(&app, "network"), 3 + 1 + 144 + 1);
    app.apply(Action::Trace(TraceAction::After(true)));
    settle(&mut app, "the pixel with the swap", traced);
    rebuilt(&app, "swap");
    let draft = app.maps_draft(false).expect("maps");
    let own = folder.file("maps.png");
    std::fs::write(&own, draft.picture(PictureFormat::Png).expect("drawn")).expect("written");
    works(&["figure", "--recipe", &own, "--out", &folder.file("again.png")]);
    assert!(folder.bytes("maps.png") == folder.bytes("again.png"), "other maps");
    for action in [Action::Room([700.0, 420.0]), Action::Page(Page::Operators), Action::Pixel(0, (5, 5))] {
        app.apply(action);
    }
    settle(&mut app, "the operator's pixel", traced);
    rebuilt(&app, "operator");
}
