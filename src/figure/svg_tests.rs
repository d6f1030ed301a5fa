use super::super::palette::{DARK, LIGHT};
use super::super::{Area, Raster, Scene};
use super::*;
use std::io::Cursor;

fn scene() -> Scene {
    let mut scene = Scene::new([200.0, 100.0]);
    let box_area = Area::new(10.0, 10.0, 60.0, 30.0);
    scene.rect(box_area, Ink::from(Paint::Panel), Stroke::new(Paint::Line, 1.0)).round(4.0).tip("a < b & c");
    scene.text(box_area.centre(), "W·x ≤ 3×3", TextSize::Body, Align::Middle, Ink::faded(Paint::Text, 0.5));
    scene.arrow([[70.0, 25.0], [120.0, 25.0]], Stroke::dashed(Paint::Accent, 1.5));
    let image = Raster { width: 2, height: 1, rgb: vec![[255, 0, 0], [0, 0, 255]] };
    scene.image(Area::new(120.0, 10.0, 40.0, 40.0), image);
    scene.text([10.0, 80.0], "卷积 ▲", TextSize::Heading, Align::Left, Paint::Text);
    scene
}

fn pixels(file: &[u8]) -> (u32, Vec<u8>) {
    let mut reader = ::png::Decoder::new(Cursor::new(file)).read_info().expect("a PNG");
    let mut buffer = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut buffer).expect("pixels");
    (info.width, buffer)
}

#[test]
fn svg_and_png_carry_the_recipe_and_do_not_change() {
    let recipe = r#"{"a":"<é & 卷积>","b":1}"#;
    let scene = scene();
    let caption = ["A caption that says how it was made.".to_owned()];
    let sheet = Sheet { scene: &scene, palette: &LIGHT, caption: &caption, recipe: Some(recipe) };
    let text = write(&sheet);
    assert_eq!(super::recipe(&text).as_deref(), Some(recipe));
    assert_eq!(text, write(&sheet));
    assert!(text.contains("<title>a &lt; b &amp; c</title>"), "{text}");
    let png = super::super::png::write(&text, 2.0, Some(recipe)).expect("drawn");
    assert_eq!(super::super::png::recipe(&png).as_deref(), Some(recipe));
    assert_eq!(png, super::super::png::write(&text, 2.0, Some(recipe)).expect("drawn"));
    assert_ne!(text, write(&Sheet { palette: &DARK, ..sheet }));
    assert!(super::super::png::recipe(b"no picture").is_none());
    assert!(super::recipe("<svg/>").is_none());
}

#[test]
fn pixels_are_drawn_hard_edged_and_text_is_drawn() {
    let scene = scene();
    let sheet = Sheet { scene: &scene, palette: &LIGHT, caption: &[], recipe: None };
    let (width, rgb) = pixels(&super::super::png::write(&write(&sheet), 1.0, None).expect("drawn"));
    let at = |x: u32, y: u32| {
        let i = (y * width + x) as usize * 3;
        [rgb[i], rgb[i + 1], rgb[i + 2]]
    };
    assert_eq!((width, rgb.len()), (200, 200 * 100 * 3));
    // Both halves of the image keep their colour up to the edge between them.
    assert_eq!((at(139, 30), at(140, 30)), ([255, 0, 0], [0, 0, 255]));
    assert_eq!(at(190, 90), LIGHT.panel);
    // Chinese characters come from the fall-back font: some pixels under them are not ground.
    let inked = |x0: u32, x1: u32| (x0..x1).any(|x| (70..90).any(|y| at(x, y) == LIGHT.text));
    assert!(inked(10, 27) && inked(27, 44), "no glyphs");
}

#[test]
fn pictures_of_no_size_are_refused_in_one_sentence() {
    let scene = scene();
    let sheet = Sheet { scene: &scene, palette: &LIGHT, caption: &[], recipe: None };
    let error = super::super::png::write(&write(&sheet), 1000.0, None).expect_err("too large").to_string();
    assert!(error.contains("200000x100000") && error.lines().count() == 1, "{error}");
}

#[test]
fn numbers_are_short() {
    assert_eq!([0.0, -0.001, 1.0, 10.0, 1.5, 0.126].map(number), ["0", "0", "1", "10", "1.5", "0.13"]);
    assert_eq!(kept_spaces(" a  b "), "\u{a0}a\u{a0}\u{a0}b\u{a0}");
}
