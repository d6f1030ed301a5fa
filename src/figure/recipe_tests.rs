use super::super::table::{Cell, Column, Table};
use super::super::{PictureFormat, Scene, picture};
use super::*;
use crate::image_io::from_rgba;
use crate::text::Lang;
use crate::variants::Value;

fn recipe() -> Recipe {
    let mut settings = Settings::default();
    settings.set("alpha", Value::Real(0.5));
    settings.set("pattern", Value::Choice("shifted".into()));
    settings.set("window", Value::List(vec![4, 8]));
    Recipe {
        app: APP.into(),
        model: ModelId { name: "squeezenet1_1".into(), weights_sha256: "ab".repeat(32) },
        image: ImageId { name: "照片 <1>.png".into(), pixels_sha256: "cd".repeat(32) },
        source: Source::Layer("fire2/expand3x3".into()),
        channel: Some(3),
        pixel: Some((4, 5)),
        picture: Picture::Figure {
            figure: "diagram".into(),
            operator: "spconv".into(),
            settings,
            knobs: Knobs([("step".to_owned(), 2)].into()),
            scale: Scale::Channel,
            colours: Colours::Auto,
            node: None,
        },
        look: Look { size: [300.0, 200.5], pixels_per_point: 2.0, dark: true, lang: Lang::Zh, caption: true },
        computed: Computed { network: Backend::Candle, device: "CPU".into(), weights: WeightsFrom::Derived },
        counting: COUNTING.into(),
    }
}

#[test]
fn every_kind_of_file_gives_the_recipe_back() {
    let recipe = recipe();
    let scene = Scene::new(recipe.look.size);
    for format in [PictureFormat::Png, PictureFormat::Svg] {
        let bytes = picture(&scene, &recipe, format).expect("written");
        assert_eq!(Recipe::read("f", &bytes).as_ref(), Ok(&recipe), "{format:?}");
    }
    assert_eq!(Recipe::read("f", recipe.json().as_bytes()).as_ref(), Ok(&recipe));
    let table = table();
    assert_eq!(Recipe::read("f", table.csv(&recipe).expect("CSV").as_bytes()).as_ref(), Ok(&recipe));
    assert_eq!(Recipe::read("f", table.json(&recipe).to_string().as_bytes()).as_ref(), Ok(&recipe));
}

#[test]
fn files_without_a_recipe_say_so_in_one_sentence() {
    for bytes in [b"".as_slice(), b"<svg/>", b"a,b\n1,2\n", b"\x89PNG", b"\xff\xff", b"{", b"{\"app\": 1}"] {
        let error = Recipe::read("plan.png", bytes).expect_err("no recipe").to_string();
        assert!(error.contains("plan.png") && error.lines().count() == 1, "{error}");
    }
}

#[test]
fn sizes_that_no_picture_has_are_refused() {
    let good = recipe().json();
    for (from, to) in
        [("[300.0,200.5]", "[300.0,0.0]"), ("[300.0,200.5]", "[1e30,9.0]"), ("_point\":2.0", "_point\":-1.0")]
    {
        let bad = good.replace(from, to);
        assert_ne!(bad, good);
        let error = Recipe::read("plan.json", bad.as_bytes()).expect_err("no size").to_string();
        assert!(error.contains("pixels to the point"), "{error}");
    }
    let name = good.replace("\"source\"", "\"so\\nurce\"");
    let error = Recipe::read("plan.json", name.as_bytes()).expect_err("no such field").to_string();
    assert!(error.contains("so\\nurce") && error.lines().count() == 1, "{error}");
}

fn table() -> Table {
    Table {
        title: "Cost, by \"layer\"".into(),
        columns: vec![Column::new("layer", ""), Column::new("time", "ms"), Column::new("MACs", "")],
        rows: vec![
            vec!["a, \"b\"".into(), 1.5.into(), 12usize.into()],
            vec!["卷积".into(), f64::NAN.into(), u64::MAX.into()],
        ],
    }
}

#[test]
fn tables_parse_back() {
    let (table, recipe) = (table(), recipe());
    let text = table.csv(&recipe).expect("CSV");
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let head = reader.headers().expect("a head").clone();
    assert_eq!(head.iter().collect::<Vec<_>>(), ["layer", "time (ms)", "MACs"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
    assert_eq!(rows[0].iter().collect::<Vec<_>>(), ["a, \"b\"", "1.5", "12"]);
    assert_eq!(rows[1].iter().collect::<Vec<_>>(), ["卷积", "", "18446744073709552000"]);

    let json = table.json(&recipe);
    let back: Table = serde_json::from_str(&json.to_string())
        .map(|mut v: serde_json::Value| {
            v.as_object_mut().expect("an object").remove("recipe");
            serde_json::from_value(v).expect("a table")
        })
        .expect("JSON");
    assert_eq!(back.rows[0], table.rows[0]);
    assert_eq!(back.rows[1][1], Cell::Empty);
    assert_eq!(back.columns, table.columns);

    let short = Table { rows: vec![vec![Cell::Empty]], ..table };
    assert!(short.csv(&recipe).is_err(), "a row that is too short is refused");
}

#[test]
fn captions_name_everything_in_both_languages() {
    for lang in Lang::ALL {
        let mut recipe = recipe();
        recipe.look.lang = lang;
        let text = recipe.caption().join("\n");
        let expected =
            ["SPConv", "0.5", "fire2/expand3x3", "squeezenet1_1", "照片 <1>.png", "CPU", APP, "abab", "cdcd"];
        for word in expected {
            assert!(text.contains(word), "{lang:?}: {word} is not in {text}");
        }
    }
}

#[test]
fn photos_are_known_by_their_pixels_and_not_by_their_folder() {
    let photo = from_rgba("/photos/a.png", 2, 1, &[1, 2, 3, 255, 4, 5, 6, 255]).expect("a photo");
    let id = ImageId::of(&photo);
    // sha256 of 02000000 01000000 010203040506
    assert_eq!((id.name.as_str(), id.pixels_sha256.len()), ("a.png", 64));
    let turned = from_rgba("a.png", 1, 2, &[1, 2, 3, 255, 4, 5, 6, 255]).expect("a photo");
    assert_ne!(ImageId::of(&turned).pixels_sha256, id.pixels_sha256);
}
