//! A [`Scene`] on the screen: its marks as egui shapes, its pixels as textures, its targets under
//! the pointer.

use std::collections::HashMap;
use std::sync::Arc;

use eframe::egui::{
    self, Align2, Color32, ColorImage, CornerRadius, CursorIcon, FontId, Painter, Pos2, Rect, Response, Role,
    Sense, Shape, StrokeKind, TextureHandle, TextureId, TextureOptions, Vec2, WidgetInfo, pos2, vec2,
};

use crate::figure::palette::Palette;
use crate::figure::{Align, Area, Ink, Mark, Point, Raster, Scene, Stroke, Target};

/// Length of a dash and of the gap behind it, in points.
const DASH: [f32; 2] = [4.0, 3.0];
/// A texture that was not painted for so many passes is given back.
const KEPT_PASSES: u64 = 30;

/// What the window did with a scene.
pub struct SceneResponse {
    /// The whole picture.
    pub response: Response,
    /// What was clicked.
    pub clicked: Option<Target>,
}

/// Textures of the pixels in scenes, one per [`Raster`] as long as it is painted.
#[derive(Default)]
pub struct SceneTextures {
    /// By address. The raster is kept, so that its address is not given to another one.
    kept: HashMap<*const Raster, Kept>,
}

struct Kept {
    _raster: Arc<Raster>,
    texture: TextureHandle,
    pass: u64,
}

impl SceneTextures {
    fn id(&mut self, ctx: &egui::Context, raster: &Arc<Raster>) -> TextureId {
        let pass = ctx.cumulative_pass_nr();
        let kept = self.kept.entry(Arc::as_ptr(raster)).or_insert_with(|| Kept {
            texture: ctx.load_texture("scene", pixels(ctx, raster), TextureOptions::NEAREST),
            _raster: Arc::clone(raster),
            pass,
        });
        kept.pass = pass;
        kept.texture.id()
    }

    fn forget_unused(&mut self, ctx: &egui::Context) {
        let pass = ctx.cumulative_pass_nr();
        self.kept.retain(|_, kept| kept.pass + KEPT_PASSES >= pass);
    }
}

/// The pixels of a raster; of one beyond the device's limit every n-th.
fn pixels(ctx: &egui::Context, raster: &Raster) -> ColorImage {
    let most = ctx.input(|i| i.max_texture_side);
    let step = raster.width.max(raster.height).div_ceil(most.max(1)).max(1);
    let (w, h) = (raster.width.div_ceil(step), raster.height.div_ceil(step));
    let colour = |i: usize| {
        let [r, g, b] = raster.rgb[(i / w * step) * raster.width + i % w * step];
        Color32::from_rgb(r, g, b)
    };
    ColorImage::new([w, h], (0..w * h).map(colour).collect())
}

/// Paints a scene at its natural size. `name` says to screen readers what it shows.
pub fn scene_ui(ui: &mut egui::Ui, scene: &Scene, textures: &mut SceneTextures, name: &str) -> SceneResponse {
    let clickable = scene.items.iter().any(|item| item.target.is_some());
    let sense = if clickable { Sense::click() } else { Sense::hover() };
    let (rect, mut response) = ui.allocate_exact_size(vec2(scene.width, scene.height), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    let under = |at: Option<Pos2>| at.and_then(|at| scene.at((at - rect.min).into()));
    let hovered = under(response.hover_pos());
    let mut clicked = None;
    if response.clicked() {
        clicked = under(response.interact_pointer_pos()).and_then(|item| item.target.clone());
    }
    if ui.is_rect_visible(rect) {
        let view = View {
            // Outlines on the border are as thick as elsewhere.
            painter: ui.painter_at(rect.expand(1.0)),
            palette: Palette::of(ui.visuals().dark_mode),
            origin: rect.min.to_vec2(),
        };
        for item in &scene.items {
            view.paint(ui, &item.mark, textures);
        }
        if let Some(area) = hovered.filter(|item| item.target.is_some()).and_then(|item| area(&item.mark)) {
            let accent = view.colour(Ink::faded(crate::figure::Paint::Accent, 0.8));
            view.painter.rect_stroke(
                view.rect(area),
                CornerRadius::same(2),
                egui::Stroke::new(1.0, accent),
                StrokeKind::Outside,
            );
        }
    }
    textures.forget_unused(ui.ctx());
    if let Some(item) = hovered {
        if item.target.is_some() {
            ui.set_cursor_icon(CursorIcon::PointingHand);
        }
        if let Some(tip) = &item.tip {
            response = response.on_hover_text_at_pointer(tip);
        }
    }
    SceneResponse { response, clicked }
}

/// Where a mark can be clicked.
const fn area(mark: &Mark) -> Option<Area> {
    match mark {
        Mark::Rect { area, .. } | Mark::Image { area, .. } => Some(*area),
        Mark::Line { .. } | Mark::Circle { .. } | Mark::Polygon { .. } | Mark::Text { .. } => None,
    }
}

struct View {
    painter: Painter,
    palette: Palette,
    origin: Vec2,
}

impl View {
    fn at(&self, [x, y]: Point) -> Pos2 {
        pos2(x, y) + self.origin
    }

    fn rect(&self, area: Area) -> Rect {
        Rect::from_min_size(self.at([area.x, area.y]), vec2(area.w, area.h))
    }

    fn colour(&self, ink: Ink) -> Color32 {
        let [r, g, b] = self.palette.rgb(ink.paint);
        Color32::from_rgba_unmultiplied(r, g, b, (ink.alpha.clamp(0.0, 1.0) * 255.0).round() as u8)
    }

    fn fill(&self, fill: Option<Ink>) -> Color32 {
        fill.map_or(Color32::TRANSPARENT, |ink| self.colour(ink))
    }

    fn stroke(&self, stroke: Stroke) -> egui::Stroke {
        egui::Stroke::new(stroke.width, self.colour(stroke.ink))
    }

    /// A path from point to point, open or back to its beginning.
    fn path(&self, mut points: Vec<Pos2>, closed: bool, stroke: Stroke) {
        if closed {
            points.extend(points.first().copied());
        }
        let line = self.stroke(stroke);
        if stroke.dashed {
            self.painter.extend(Shape::dashed_line(&points, line, DASH[0], DASH[1]));
        } else {
            self.painter.add(Shape::line(points, line));
        }
    }

    fn paint(&self, ui: &egui::Ui, mark: &Mark, textures: &mut SceneTextures) {
        match mark {
            Mark::Rect { area, fill, stroke, radius } => self.paint_rect(*area, *fill, *stroke, *radius),
            Mark::Line { points, stroke, arrow } => self.paint_line(points, *stroke, *arrow),
            Mark::Circle { centre, radius, fill, stroke } => {
                let (centre, radius) = (self.at(*centre), *radius);
                self.painter.circle_filled(centre, radius, self.fill(*fill));
                match stroke {
                    Some(stroke) if stroke.dashed => {
                        let on = |i: u8| {
                            centre + radius * Vec2::angled(f32::from(i) / 48.0 * std::f32::consts::TAU)
                        };
                        self.path((0..48).map(on).collect(), true, *stroke);
                    }
                    Some(stroke) => {
                        self.painter.circle_stroke(centre, radius, self.stroke(*stroke));
                    }
                    None => {}
                }
            }
            Mark::Polygon { points, fill, stroke } => {
                let points: Vec<Pos2> = points.iter().map(|&p| self.at(p)).collect();
                let fill = self.fill(*fill);
                self.painter.add(Shape::convex_polygon(points.clone(), fill, egui::Stroke::NONE));
                if let Some(stroke) = stroke {
                    if stroke.dashed {
                        self.path(points, true, *stroke);
                    } else {
                        self.painter.add(Shape::closed_line(points, self.stroke(*stroke)));
                    }
                }
            }
            Mark::Text { at, text, size, align, ink } => {
                let anchor = match align {
                    Align::Left => Align2::LEFT_CENTER,
                    Align::Middle => Align2::CENTER_CENTER,
                    Align::Right => Align2::RIGHT_CENTER,
                };
                let font = FontId::proportional(size.points());
                self.painter.text(self.at(*at), anchor, text, font, self.colour(*ink));
            }
            Mark::Image { area, image } => {
                if image.rgb.is_empty() {
                    return;
                }
                let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
                self.painter.image(textures.id(ui.ctx(), image), self.rect(*area), uv, Color32::WHITE);
            }
        }
    }

    fn paint_rect(&self, area: Area, fill: Option<Ink>, stroke: Option<Stroke>, radius: f32) {
        let (rect, corner) = (self.rect(area), CornerRadius::same(radius.clamp(0.0, 255.0).round() as u8));
        if let Some(fill) = fill {
            self.painter.rect_filled(rect, corner, self.colour(fill));
        }
        match stroke {
            Some(stroke) if stroke.dashed => {
                let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom()];
                self.path(corners.to_vec(), true, stroke);
            }
            Some(stroke) => {
                self.painter.rect_stroke(rect, corner, self.stroke(stroke), StrokeKind::Middle);
            }
            None => {}
        }
    }

    fn paint_line(&self, points: &[Point], stroke: Stroke, arrow: bool) {
        let mut points: Vec<Pos2> = points.iter().map(|&p| self.at(p)).collect();
        let &[.., before, tip] = points.as_slice() else { return };
        let length = before.distance(tip);
        if !arrow || length == 0.0 {
            return self.path(points, false, stroke);
        }
        // The head may not be longer than its last piece of line; the line ends inside it.
        let head = (4.0 + 2.0 * stroke.width).min(length);
        let along = (tip - before) / length;
        let base = tip - head * along;
        let side = 0.45 * head * along.rot90();
        if let Some(last) = points.last_mut() {
            *last = base;
        }
        self.path(points, false, stroke);
        let colour = self.colour(stroke.ink);
        self.painter.add(Shape::convex_polygon(
            vec![tip, base + side, base - side],
            colour,
            egui::Stroke::NONE,
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Paint, TextSize};
    use crate::graph::NodeId;
    use crate::ui::theme;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    fn scene() -> Scene {
        let mut scene = Scene::new([200.0, 100.0]);
        let image = Raster { width: 2, height: 1, rgb: vec![[255, 0, 0], [0, 0, 255]] };
        let chosen = Target::Node(NodeId::from_index(3));
        scene.image(Area::new(10.0, 10.0, 40.0, 20.0), image).on_click(chosen).tip("a value");
        scene.arrow([[50.0, 20.0], [90.0, 20.0]], Stroke::dashed(Paint::Weak, 1.0));
        scene.text([100.0, 50.0], "ReLU", TextSize::Small, Align::Middle, Paint::Text);
        scene
    }

    #[derive(Default)]
    struct State {
        textures: SceneTextures,
        clicked: Vec<Target>,
    }

    #[test]
    fn a_click_gives_the_target_under_it_and_pixels_are_loaded_once() {
        let scene = scene();
        let mut harness =
            Harness::builder().with_size([260.0, 160.0]).with_context_setup(theme::install).build_ui_state(
                |ui, state: &mut State| {
                    let shown = scene_ui(ui, &scene, &mut state.textures, "Diagram");
                    state.clicked.extend(shown.clicked);
                },
                State::default(),
            );
        harness.run();
        let rect = harness.get_by_label("Diagram").rect();
        assert_eq!([rect.width(), rect.height()], [200.0, 100.0]);
        for (offset, clicks) in [(vec2(150.0, 80.0), 0), (vec2(20.0, 20.0), 1)] {
            let at = rect.min + offset;
            harness.event(egui::Event::PointerMoved(at));
            for pressed in [true, false] {
                let (button, modifiers) = (egui::PointerButton::Primary, egui::Modifiers::NONE);
                harness.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers });
            }
            harness.run();
            assert_eq!(harness.state().clicked.len(), clicks);
        }
        assert_eq!(harness.state().clicked, [Target::Node(NodeId::from_index(3))]);
        assert_eq!(harness.state().textures.kept.len(), 1);
    }
}
