//! A few named points over two axes that begin at zero, so that distances can be compared by eye.

use super::palette::Rgb;
use super::{Align, Area, Mark, Paint, Scene, Stroke, TextSize, text_width};

/// Room for the numbers beside the vertical axis.
const LEFT: f32 = 62.0;
/// Room for numbers and words below the horizontal axis.
const BOTTOM: f32 = 40.0;
/// Room for the words above the vertical axis.
const TOP: f32 = 26.0;
/// Room for half a number.
const RIGHT: f32 = 26.0;
/// Radius of a point.
const RADIUS: f32 = 5.0;
/// Height of a label.
const LINE: f32 = 15.0;

/// A point.
#[derive(Clone, Debug, PartialEq)]
pub struct ScatterDot {
    /// Its name, which stands beside it.
    pub label: String,
    /// Where it lies.
    pub x: f64,
    /// Where it lies.
    pub y: f64,
    /// How far it spreads above and below, if it was measured.
    pub spread: Option<[f64; 2]>,
    /// Its colour.
    pub colour: Rgb,
    /// What is told where the pointer rests on it.
    pub tip: String,
}

/// An axis.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What it shows, with convention or unit.
    pub words: String,
    /// How its numbers are written.
    pub number: fn(f64) -> String,
}

/// Points over two axes.
#[derive(Clone, Debug)]
pub struct Scatter {
    /// The points.
    pub dots: Vec<ScatterDot>,
    /// To the right.
    pub x: Axis,
    /// Upwards.
    pub y: Axis,
}

impl Scatter {
    /// Draws it into an area.
    pub fn draw(&self, scene: &mut Scene, area: Area) {
        let plot = Area::new(area.x + LEFT, area.y + TOP, area.w - LEFT - RIGHT, area.h - TOP - BOTTOM);
        if plot.w < 40.0 || plot.h < 40.0 {
            return;
        }
        let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
        let steps = |most: f64, room: f32, each: f32| Steps::new(most * 1.08, (room / each) as usize);
        let xs = steps(most(&mut self.dots.iter().map(|d| d.x)), plot.w, 90.0);
        let tops = &mut self.dots.iter().map(|d| d.spread.map_or(d.y, |[_, high]| high.max(d.y)));
        let ys = steps(most(tops), plot.h, 44.0);
        let at_x = |x: f64| plot.x + (x / xs.end) as f32 * plot.w;
        let at_y = |y: f64| plot.bottom() - (y / ys.end) as f32 * plot.h;
        let hair = Stroke::new(Paint::Line, 1.0);
        for value in ys.values() {
            let y = at_y(value);
            scene.line([[plot.x, y], [plot.right(), y]], hair);
            let text = (self.y.number)(value);
            scene.text([plot.x - 6.0, y], text, TextSize::Small, Align::Right, Paint::Weak);
        }
        for value in xs.values() {
            let x = at_x(value);
            scene.line([[x, plot.y], [x, plot.bottom()]], hair);
            let text = (self.x.number)(value);
            scene.text([x, plot.bottom() + 10.0], text, TextSize::Small, Align::Middle, Paint::Weak);
        }
        let axis = Stroke::new(Paint::Weak, 1.0);
        scene.line([[plot.x, plot.y], [plot.x, plot.bottom()], [plot.right(), plot.bottom()]], axis);
        let below = [plot.right(), plot.bottom() + 28.0];
        scene.text(below, self.x.words.as_str(), TextSize::Small, Align::Right, Paint::Text);
        let above = [area.x + 4.0, area.y + 9.0];
        scene.text(above, self.y.words.as_str(), TextSize::Small, Align::Left, Paint::Text);

        for dot in &self.dots {
            let centre = [at_x(dot.x), at_y(dot.y)];
            if let Some([low, high]) = dot.spread {
                let x = centre[0];
                scene.line([[x, at_y(low)], [x, at_y(high)]], Stroke::new(Paint::Rgb(dot.colour), 2.0));
            }
            let outline = Some(Stroke::new(Paint::Panel, 1.0));
            let fill = Some(Paint::Rgb(dot.colour).into());
            scene.add(Mark::Circle { centre, radius: RADIUS, fill, stroke: outline });
            let hit = Area::new(centre[0] - 9.0, centre[1] - 9.0, 18.0, 18.0);
            scene.rect(hit, None, None).tip(dot.tip.as_str());
        }
        // Names come last and keep away from all points.
        let centres = self.dots.iter().map(|dot| [at_x(dot.x), at_y(dot.y)]);
        let mut taken: Vec<Area> = centres
            .clone()
            .map(|[x, y]| Area::new(x - RADIUS, y - RADIUS, 2.0 * RADIUS, 2.0 * RADIUS))
            .collect();
        for (dot, centre) in self.dots.iter().zip(centres) {
            label(scene, dot, centre, plot, &mut taken);
        }
    }
}

/// The name of a point beside it, where it covers no other name.
fn label(scene: &mut Scene, dot: &ScatterDot, [x, y]: [f32; 2], plot: Area, labels: &mut Vec<Area>) {
    let width = text_width(&dot.label, TextSize::Small);
    let right = x + RADIUS + 5.0 + width <= plot.right() + RIGHT;
    let left = if right { x + RADIUS + 5.0 } else { (x - RADIUS - 5.0 - width).max(plot.x) };
    let place = |row: f32| Area::new(left, y + row * LINE - LINE / 2.0, width, LINE);
    let meets = |a: &Area, b: &Area| {
        a.x < b.right() && b.x < a.right() && a.y < b.bottom() - 0.5 && b.y < a.bottom() - 0.5
    };
    let rows = [0.0, -1.0, 1.0, -2.0, 2.0, -3.0, 3.0, -4.0];
    let inside = |a: &Area| a.y >= plot.y - LINE && a.bottom() <= plot.bottom();
    let free = |a: &Area| inside(a) && !labels.iter().any(|b| meets(a, b));
    let area = rows.into_iter().map(place).find(free).unwrap_or_else(|| place(0.0));
    scene.text([area.x, area.y + LINE / 2.0], dot.label.as_str(), TextSize::Small, Align::Left, Paint::Text);
    labels.push(area);
}

/// Round numbers from zero to a little above the largest value.
struct Steps {
    step: f64,
    count: usize,
    end: f64,
}

impl Steps {
    fn new(most: f64, wanted: usize) -> Self {
        let most = if most.is_finite() && most > 0.0 { most } else { 1.0 };
        let rough = most / wanted.clamp(2, 8) as f64;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|s| s * power).into_iter().find(|s| *s >= rough);
        let step = step.unwrap_or(10.0 * power);
        let count = (most / step).ceil() as usize;
        Self { step, count, end: step * count as f64 }
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        let step = self.step;
        (0..=self.count).map(move |i| i as f64 * step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(label: &str, x: f64, y: f64) -> ScatterDot {
        ScatterDot { label: label.into(), x, y, spread: None, colour: [1, 2, 3], tip: label.into() }
    }

    fn drawn(dots: Vec<ScatterDot>) -> Scene {
        let axis = |words: &str| Axis { words: words.into(), number: |v| format!("{v:.0}") };
        let mut scene = Scene::new([400.0, 300.0]);
        let area = scene.area();
        Scatter { dots, x: axis("x"), y: axis("y") }.draw(&mut scene, area);
        scene
    }

    fn centres(scene: &Scene) -> Vec<[f32; 2]> {
        let circle = |item: &super::super::Item| match item.mark {
            Mark::Circle { centre, .. } => Some(centre),
            _ => None,
        };
        scene.items.iter().filter_map(circle).collect()
    }

    #[test]
    fn places_are_in_proportion_to_the_values_from_zero_on() {
        let scene = drawn(vec![dot("a", 100.0, 10.0), dot("b", 50.0, 5.0)]);
        let [a, b] = centres(&scene)[..] else { panic!("two points") };
        let (zero_x, zero_y) = (LEFT, 300.0 - BOTTOM);
        assert!(((a[0] - zero_x) / (b[0] - zero_x) - 2.0).abs() < 1e-4, "{a:?} {b:?}");
        assert!(((zero_y - a[1]) / (zero_y - b[1]) - 2.0).abs() < 1e-4, "{a:?} {b:?}");
    }

    #[test]
    fn names_of_equal_points_do_not_cover_each_other() {
        let scene = drawn(vec![dot("one", 7.0, 3.0), dot("two", 7.0, 3.0), dot("three", 7.0, 3.0)]);
        let rows = scene.items.iter().filter_map(|item| match &item.mark {
            Mark::Text { at, text, .. } if ["one", "two", "three"].contains(&text.as_str()) => Some(at[1]),
            _ => None,
        });
        let mut rows: Vec<i32> = rows.map(|y| y as i32).collect();
        rows.dedup();
        assert_eq!(rows.len(), 3, "{rows:?}");
    }

    #[test]
    fn nothing_and_zeros_are_drawn_too() {
        assert!(!drawn(Vec::new()).items.is_empty());
        assert_eq!(centres(&drawn(vec![dot("a", 0.0, 0.0)])), [[LEFT, 300.0 - BOTTOM]]);
    }
}
