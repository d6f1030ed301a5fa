//! Channels of a feature map as a grid, drawn on the GPU from the executor's own buffer.
//!
//! [`MapStore`] keeps what the GPU needs of the maps on the screen; [`grid_ui`] lays out, zooms and
//! pans; `shaders/display_maps.wgsl` draws.

mod painter;
mod reads;

use eframe::egui::{self, Color32, Pos2, Rect, Sense, Vec2, pos2, vec2};
use eframe::egui_wgpu::Callback;

pub use self::painter::MapStore;
use self::painter::{Draw, ViewUniform};
use crate::analysis::Range;
use crate::app::{Maps, ReadHere};
use crate::figure::colour_maps::ColourMap;
use crate::tensor::Shape;

/// Cells are not drawn smaller than this, in points; more of them scroll.
const SMALLEST_CELL: f32 = 20.0;
/// Space between cells, in points.
const GAP: f32 = 2.0;
/// Largest magnification.
const MOST_ZOOM: f32 = 40.0;

/// How the colours of a grid are chosen.
#[derive(Clone, Copy, Debug)]
pub struct Colouring {
    /// Which table.
    pub map: ColourMap,
    /// One range for all channels; `None` gives each its own.
    pub range: Option<Range>,
}

/// Where a grid stands: moved and magnified by the user.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GridView {
    zoom: f32,
    pan: Vec2,
}

impl Default for GridView {
    fn default() -> Self {
        Self { zoom: 1.0, pan: Vec2::ZERO }
    }
}

impl GridView {
    /// Whether the whole grid fits as it was laid out.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Layout of the cells, in points of the content before zoom.
#[derive(Clone, Copy, Debug)]
struct Grid {
    columns: usize,
    cell: Vec2,
    first: usize,
    channels: usize,
    shape: Shape,
}

impl Grid {
    /// The layout with the largest cells that fit `area`, or the smallest allowed ones.
    fn fit(area: Vec2, shape: Shape, first: usize, channels: usize) -> Self {
        let aspect = shape.h as f32 / shape.w as f32;
        let width = |columns: usize| (area.x - GAP * (columns - 1) as f32) / columns as f32;
        let fitting = |columns: usize| {
            let rows = channels.div_ceil(columns) as f32;
            let by_height = (area.y - GAP * (rows - 1.0)) / rows / aspect;
            width(columns).min(by_height)
        };
        let best = (1..=channels).max_by(|&a, &b| fitting(a).total_cmp(&fitting(b))).unwrap_or(1);
        let mut columns = best;
        let mut side = fitting(best);
        if side < SMALLEST_CELL {
            columns = (((area.x + GAP) / (SMALLEST_CELL + GAP)) as usize).max(1);
            side = width(columns).max(1.0);
        }
        Self { columns, cell: vec2(side, side * aspect), first, channels, shape }
    }

    fn pitch(&self) -> Vec2 {
        self.cell + Vec2::splat(GAP)
    }

    fn size(&self) -> Vec2 {
        let rows = self.channels.div_ceil(self.columns);
        vec2(self.columns as f32, rows as f32) * self.pitch() - Vec2::splat(GAP)
    }

    /// The channel at a point of the content, and the pixel of its map.
    fn locate(&self, content: Vec2) -> Option<(usize, (usize, usize))> {
        let place = (content / self.pitch()).floor();
        let inside = content - place * self.pitch();
        if place.min_elem() < 0.0 || place.x >= self.columns as f32 {
            return None;
        }
        let index = place.y as usize * self.columns + place.x as usize;
        if index >= self.channels || inside.x >= self.cell.x || inside.y >= self.cell.y {
            return None;
        }
        let (w, h) = (self.shape.w, self.shape.h);
        let x = ((inside.x / self.cell.x * w as f32) as usize).min(w - 1);
        let y = ((inside.y / self.cell.y * h as f32) as usize).min(h - 1);
        Some((self.first + index, (x, y)))
    }

    /// The cell of a channel, in points of the content.
    fn cell_rect(&self, channel: usize) -> Option<Rect> {
        let index = channel.checked_sub(self.first).filter(|&i| i < self.channels)?;
        let place = vec2((index % self.columns) as f32, (index / self.columns) as f32);
        Some(Rect::from_min_size((place * self.pitch()).to_pos2(), self.cell))
    }
}

/// What is under the pointer, and what was clicked.
pub struct GridOutput {
    /// Channel and pixel under the pointer.
    pub hovered: Option<(usize, (usize, usize))>,
    /// Whether that was clicked.
    pub clicked: bool,
}

/// Which part of a map is drawn, and how.
pub struct GridOptions<'a> {
    /// Colours.
    pub colouring: Colouring,
    /// Only this channel, or all.
    pub only: Option<usize>,
    /// Outlined channel.
    pub selected: Option<usize>,
    /// Marked pixel of the selected channel.
    pub pixel: Option<(usize, usize)>,
    /// What a pixel further on was computed from.
    pub read: Option<ReadHere<'a>>,
    /// Whether the maps are old and a new result is on its way.
    pub dimmed: bool,
    /// What a screen reader says.
    pub name: String,
    /// Colour between and around the cells.
    pub background: Color32,
    /// Colour of the outline.
    pub accent: Color32,
}

/// Draws the grid into all the space that is left.
pub fn grid_ui(
    ui: &mut egui::Ui,
    store: &mut MapStore,
    maps: &Maps,
    view: &mut GridView,
    options: &GridOptions<'_>,
) -> GridOutput {
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &options.name));
    let shape = maps.host.shape();
    let (first, channels) = options.only.map_or((0, shape.c), |c| (c, 1));
    let grid = Grid::fit(rect.size(), shape, first, channels);
    move_view(ui, &response, rect, &grid, view);

    let origin = rect.min + origin(rect, &grid, view);
    paint(ui, rect, origin, store, maps, &grid, view, options);

    let to_screen = |r: Rect| Rect::from_min_size(origin + r.min.to_vec2() * view.zoom, r.size() * view.zoom);
    let painter = ui.painter_at(rect);
    if let Some(read) = options.read.filter(|read| read.reached.shape() == shape) {
        for channel in first..first + channels {
            let Some(cell) = grid.cell_rect(channel).map(to_screen) else { continue };
            if rect.intersects(cell) {
                reads::mark(&painter, cell, &read, channel, options.accent);
            }
        }
    }
    if let Some(cell) = options.selected.and_then(|c| grid.cell_rect(c)) {
        let cell = to_screen(cell);
        if options.only.is_none() {
            let stroke = egui::Stroke::new(2.0, options.accent);
            painter.rect_stroke(cell.expand(1.0), 1.0, stroke, egui::StrokeKind::Middle);
        }
        if let Some((x, y)) = options.pixel {
            mark_pixel(&painter, cell, shape, (x, y), options.accent);
        }
    }
    let hovered = response.hover_pos().and_then(|p| grid.locate((p - origin) / view.zoom));
    GridOutput { hovered, clicked: response.clicked() && hovered.is_some() }
}

/// A ring around one pixel, large enough to be seen.
fn mark_pixel(painter: &egui::Painter, cell: Rect, shape: Shape, (x, y): (usize, usize), colour: Color32) {
    let size = cell.size() / vec2(shape.w as f32, shape.h as f32);
    let min = cell.min + vec2(x as f32, y as f32) * size;
    let ring = Rect::from_min_size(min, size);
    let ring = ring.expand((3.0 - size.min_elem() / 2.0).max(0.5));
    painter.rect_stroke(ring, 0.0, egui::Stroke::new(3.0, Color32::BLACK), egui::StrokeKind::Middle);
    painter.rect_stroke(ring, 0.0, egui::Stroke::new(1.5, colour), egui::StrokeKind::Middle);
}

/// Where the content starts: centred when it is smaller than the view.
fn origin(rect: Rect, grid: &Grid, view: &GridView) -> Vec2 {
    let free = rect.size() - grid.size() * view.zoom;
    view.pan + vec2((free.x / 2.0).max(0.0), 0.0)
}

/// Wheel: zoom around the pointer, or scroll where the grid is taller than the view. Drag: move.
/// Double click: as it was.
fn move_view(ui: &egui::Ui, response: &egui::Response, rect: Rect, grid: &Grid, view: &mut GridView) {
    if response.dragged() {
        view.pan += response.drag_delta();
    }
    if response.double_clicked() {
        *view = GridView::default();
    }
    if let Some(pointer) = response.hover_pos() {
        let (scroll, pinch, command) =
            ui.input(|i| (i.smooth_scroll_delta(), i.zoom_delta(), i.modifiers.command));
        let overflows = grid.size().y * view.zoom > rect.height() + 1.0 && view.zoom == 1.0;
        if overflows && !command && pinch == 1.0 {
            view.pan += scroll;
        } else {
            let factor = if pinch == 1.0 { (scroll.y / 200.0).exp() } else { pinch };
            let zoom = (view.zoom * factor).clamp(1.0, MOST_ZOOM);
            let at = pointer - rect.min;
            let content = (at - origin(rect, grid, view)) / view.zoom;
            view.zoom = zoom;
            view.pan = Vec2::ZERO;
            view.pan = at - content * zoom - origin(rect, grid, view);
        }
    }
    // The grid cannot be lost: an edge stays at or beyond the edge of the view.
    let least = (rect.size() - grid.size() * view.zoom).min(Vec2::ZERO);
    view.pan = view.pan.clamp(least, Vec2::ZERO);
}

#[expect(clippy::too_many_arguments, reason = "the parts of one draw call, used once")]
fn paint(
    ui: &egui::Ui,
    rect: Rect,
    origin: Pos2,
    store: &mut MapStore,
    maps: &Maps,
    grid: &Grid,
    view: &GridView,
    options: &GridOptions<'_>,
) {
    let Colouring { map, range } = options.colouring;
    let pan = origin - rect.min;
    let uniform = ViewUniform {
        rect_min: rect.min.into(),
        pixels_per_point: ui.ctx().pixels_per_point(),
        zoom: view.zoom,
        pan: pan.into(),
        cell: grid.cell.into(),
        gap: GAP,
        columns: grid.columns as u32,
        channels: grid.channels as u32,
        first_channel: grid.first as u32,
        map_width: grid.shape.w as u32,
        map_height: grid.shape.h as u32,
        per_channel: u32::from(range.is_none()),
        diverging: u32::from(map == ColourMap::Diverging),
        range: range.map_or([0.0, 1.0], |r| [r.min, r.max]),
        srgb_target: 0,
        opacity: if options.dimmed { 0.45 } else { 1.0 },
        background: options.background.to_normalized_gamma_f32(),
    };
    let draw = Draw { buffers: store.buffers(maps), uniform, map, group: std::sync::OnceLock::new() };
    ui.painter().add(Callback::new_paint_callback(rect, draw));
}

/// A horizontal colour bar with the numbers at its ends, at zero, and a mark at `value`.
pub fn colour_bar_ui(
    ui: &mut egui::Ui,
    map: ColourMap,
    range: Option<Range>,
    value: Option<f32>,
    none: &str,
) {
    let height = 12.0;
    let font = egui::TextStyle::Small.resolve(ui.style());
    let colour = ui.visuals().weak_text_color();
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height + 18.0), Sense::hover());
    let bar = Rect::from_min_size(rect.min, vec2(rect.width(), height));
    let mut mesh = egui::Mesh::default();
    let steps = 64;
    for i in 0..=steps {
        let t = i as f32 / steps as f32;
        let [r, g, b] = map.at(t);
        for y in [bar.top(), bar.bottom()] {
            mesh.colored_vertex(pos2(egui::lerp(bar.x_range(), t), y), Color32::from_rgb(r, g, b));
        }
        if i > 0 {
            let k = 2 * i as u32;
            mesh.add_triangle(k - 2, k - 1, k);
            mesh.add_triangle(k - 1, k, k + 1);
        }
    }
    let painter = ui.painter();
    painter.add(mesh);
    let label = |x: f32, align: egui::Align2, text: String| {
        painter.text(pos2(x, bar.bottom() + 3.0), align, text, font.clone(), colour);
    };
    let Some(range) = range.filter(|r| !r.is_empty()) else {
        label(bar.left(), egui::Align2::LEFT_TOP, none.to_owned());
        return;
    };
    let (low, high) = map.ends(range);
    label(bar.left(), egui::Align2::LEFT_TOP, super::numbers::value(low));
    label(bar.right(), egui::Align2::RIGHT_TOP, super::numbers::value(high));
    if map == ColourMap::Diverging {
        label(bar.center().x, egui::Align2::CENTER_TOP, "0".into());
    }
    if let Some(v) = value.filter(|v| v.is_finite()) {
        let x = egui::lerp(bar.x_range(), map.position(v, range).clamp(0.0, 1.0));
        painter.vline(x, bar.y_range(), egui::Stroke::new(3.0, Color32::BLACK));
        painter.vline(x, bar.y_range(), egui::Stroke::new(1.0, Color32::WHITE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_fill_the_area_and_points_find_their_channel() {
        let grid = Grid::fit(vec2(600.0, 400.0), Shape::new(1, 64, 56, 56), 0, 64);
        assert!(grid.size().x <= 600.5 && grid.size().y <= 400.5, "{:?}", grid.size());
        for channel in [0, 9, 63] {
            let cell = grid.cell_rect(channel).expect("a channel");
            assert_eq!(grid.locate(cell.center().to_vec2()), Some((channel, (28, 28))));
        }
        assert_eq!(grid.locate(vec2(-1.0, 5.0)), None);
        let many = Grid::fit(vec2(300.0, 200.0), Shape::new(1, 1280, 7, 7), 0, 1280);
        assert!(many.cell.x >= SMALLEST_CELL - GAP && many.size().y > 200.0, "{many:?}");
    }
}
