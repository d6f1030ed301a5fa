//! A scene as SVG.
//!
//! Text stands where the window puts it in any viewer: the baseline is computed, and `textLength` keeps
//! the width where a viewer lacks the fonts. The recipe of the picture is the text of its `<metadata>`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use resvg::usvg::roxmltree;
use svg::node::element::{Circle, Element, Group, Image, Polygon, Polyline, Rectangle};
use svg::node::{Node, Text as Words};

use super::palette::{Palette, Rgb};
use super::{
    Align, Area, FONTS, Ink, Mark, Paint, Point, Raster, Scene, Stroke, TextSize, arrow_head,
    baseline_below_centre, text_width, wrap,
};

/// The `id` of the `<metadata>` that holds the recipe.
pub const RECIPE_ID: &str = "convscope-recipe";

/// Space around the caption.
const MARGIN: f32 = 12.0;
/// Height of a line of the caption.
const LINE: f32 = 17.0;

/// A picture ready to be written.
#[derive(Clone, Copy, Debug)]
pub struct Sheet<'a> {
    /// The picture.
    pub scene: &'a Scene,
    /// Its colours.
    pub palette: &'a Palette,
    /// What stands under it, one paragraph each; wrapped to its width.
    pub caption: &'a [String],
    /// The recipe it can be rebuilt from, as JSON.
    pub recipe: Option<&'a str>,
}

/// The picture as an SVG document. The same picture gives the same bytes.
pub fn write(sheet: &Sheet<'_>) -> String {
    let Sheet { scene, palette, caption, recipe } = *sheet;
    let lines: Vec<String> =
        caption.iter().flat_map(|text| wrap(text, TextSize::Small, scene.width - 2.0 * MARGIN)).collect();
    let below = if lines.is_empty() { 0.0 } else { lines.len() as f32 * LINE + 2.0 * MARGIN };
    let (width, height) = (scene.width, scene.height + below);

    let fonts: Vec<String> = FONTS.iter().map(|(name, _)| format!("'{name}'")).collect();
    let mut root = Group::new()
        .set("font-family", format!("{}, sans-serif", fonts.join(", ")))
        .set("style", "font-kerning:none");
    let ground = Mark::Rect {
        area: Area::new(0.0, 0.0, width, height),
        // As in the window.
        fill: Some(Paint::Panel.into()),
        stroke: None,
        radius: 0.0,
    };
    add(&mut root, &ground, None, palette);
    for item in &scene.items {
        add(&mut root, &item.mark, item.tip.as_deref(), palette);
    }
    if !lines.is_empty() {
        let points = vec![[MARGIN, scene.height], [width - MARGIN, scene.height]];
        add(
            &mut root,
            &Mark::Line { points, stroke: Stroke::new(Paint::Line, 1.0), arrow: false },
            None,
            palette,
        );
    }
    for (i, text) in lines.into_iter().enumerate() {
        let at = [MARGIN, scene.height + MARGIN + (i as f32 + 0.5) * LINE];
        let mark =
            Mark::Text { at, text, size: TextSize::Small, align: Align::Left, ink: Paint::Weak.into() };
        add(&mut root, &mark, None, palette);
    }

    let mut document = svg::Document::new()
        .set("width", number(width))
        .set("height", number(height))
        .set("viewBox", format!("0 0 {} {}", number(width), number(height)));
    if let Some(recipe) = recipe {
        let mut metadata = Element::new("metadata");
        metadata.assign("id", RECIPE_ID);
        metadata.append(Words::new(recipe));
        document = document.add(metadata);
    }
    let mut text = document.add(root).to_string();
    text.push('\n');
    text
}

/// The recipe in an SVG document, if it has one.
pub fn recipe(document: &str) -> Option<String> {
    let tree = roxmltree::Document::parse(document).ok()?;
    let node = tree.descendants().find(|n| n.attribute("id") == Some(RECIPE_ID))?;
    Some(node.text()?.trim().to_owned())
}

fn add(root: &mut Group, mark: &Mark, tip: Option<&str>, palette: &Palette) {
    match mark {
        // Readers warn of shapes without an inside.
        Mark::Rect { area, .. } if area.w <= 0.0 || area.h <= 0.0 => {}
        Mark::Rect { area, fill, stroke, radius } => {
            let mut node = placed(Rectangle::new(), *area);
            if *radius > 0.0 {
                node = node.set("rx", number(*radius));
            }
            filled(&mut node, *fill, palette);
            stroked(&mut node, *stroke, palette);
            push(root, node, tip);
        }
        Mark::Line { points, stroke, arrow } => {
            let head = arrow.then(|| arrow_head(points, stroke.width)).flatten();
            let mut line = points.clone();
            if let (Some((_, end)), Some(last)) = (head, line.last_mut()) {
                *last = end;
            }
            let mut node = Polyline::new().set("points", list(&line)).set("fill", "none");
            stroked(&mut node, Some(*stroke), palette);
            push(root, node, tip);
            if let Some((corners, _)) = head {
                let mut node = Polygon::new().set("points", list(&corners));
                filled(&mut node, Some(stroke.ink), palette);
                push(root, node, tip);
            }
        }
        Mark::Circle { centre: [x, y], radius, fill, stroke } => {
            let mut node =
                Circle::new().set("cx", number(*x)).set("cy", number(*y)).set("r", number(*radius));
            filled(&mut node, *fill, palette);
            stroked(&mut node, *stroke, palette);
            push(root, node, tip);
        }
        Mark::Polygon { points, fill, stroke } => {
            let mut node = Polygon::new().set("points", list(points));
            filled(&mut node, *fill, palette);
            stroked(&mut node, *stroke, palette);
            push(root, node, tip);
        }
        Mark::Text { at: [x, y], text, size, align, ink } => {
            // Not the crate's own text element, which puts line breaks around the words.
            let mut node = Element::new("text");
            node.append(Words::new(kept_spaces(text)));
            node.assign("x", number(*x));
            node.assign("y", number(y + baseline_below_centre(*size)));
            node.assign("font-size", number(size.points()));
            let anchor = match align {
                Align::Left => None,
                Align::Middle => Some("middle"),
                Align::Right => Some("end"),
            };
            if let Some(anchor) = anchor {
                node.assign("text-anchor", anchor);
            }
            if text.chars().count() > 1 {
                node.assign("textLength", number(text_width(text, *size)));
                node.assign("lengthAdjust", "spacingAndGlyphs");
            }
            filled(&mut node, Some(*ink), palette);
            push(root, node, tip);
        }
        Mark::Image { area, image } => {
            let Some(png) = encoded(image) else { return };
            let node = placed(Image::new(), *area)
                .set("preserveAspectRatio", "none")
                .set("style", "image-rendering:pixelated")
                .set("href", format!("data:image/png;base64,{}", STANDARD.encode(png)));
            push(root, node, tip);
        }
    }
}

/// Adds a node with what is told where the pointer rests on it.
fn push(root: &mut Group, mut node: impl Node, tip: Option<&str>) {
    if let Some(tip) = tip {
        let mut title = Element::new("title");
        title.append(Words::new(tip));
        node.append(title);
    }
    root.append(node);
}

fn placed<N: Node>(mut node: N, area: Area) -> N {
    for (name, value) in [("x", area.x), ("y", area.y), ("width", area.w), ("height", area.h)] {
        node.assign(name, number(value));
    }
    node
}

fn filled(node: &mut impl Node, fill: Option<Ink>, palette: &Palette) {
    let Some(ink) = fill else { return node.assign("fill", "none") };
    node.assign("fill", hex(palette.rgb(ink.paint)));
    if ink.alpha < 1.0 {
        node.assign("fill-opacity", number(ink.alpha));
    }
}

fn stroked(node: &mut impl Node, stroke: Option<Stroke>, palette: &Palette) {
    let Some(Stroke { ink, width, dashed }) = stroke else { return };
    node.assign("stroke", hex(palette.rgb(ink.paint)));
    node.assign("stroke-width", number(width));
    if ink.alpha < 1.0 {
        node.assign("stroke-opacity", number(ink.alpha));
    }
    if dashed {
        node.assign("stroke-dasharray", "4 3");
    }
}

fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Hundredths of a point are enough, and files stay small.
fn number(v: f32) -> String {
    let text = format!("{v:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn list(points: &[Point]) -> String {
    let points: Vec<String> = points.iter().map(|[x, y]| format!("{},{}", number(*x), number(*y))).collect();
    points.join(" ")
}

/// XML takes runs of spaces for one; those that cannot break stay.
fn kept_spaces(text: &str) -> String {
    let text = text.replace("  ", "\u{a0}\u{a0}");
    let inner = text.trim_matches(' ');
    let lead = text.len() - text.trim_start_matches(' ').len();
    let trail = text.len() - lead - inner.len();
    format!("{}{inner}{}", "\u{a0}".repeat(lead), "\u{a0}".repeat(trail))
}

/// The pixels as a PNG; `None` if there are none.
fn encoded(image: &Raster) -> Option<Vec<u8>> {
    let (width, height) = (u32::try_from(image.width).ok()?, u32::try_from(image.height).ok()?);
    let bytes: Vec<u8> = image.rgb.iter().flatten().copied().collect();
    super::png::of_pixels(width, height, &bytes, None).ok()
}

#[cfg(test)]
#[path = "svg_tests.rs"]
mod tests;
