//! The network as a column of layers.

use eframe::egui::{self, Align2, FontId, Rect, Sense, TextStyle, pos2, vec2};

use crate::app::{Action, App, layers};
use crate::graph::{Graph, NodeId, Op};
use crate::text::tr;
use crate::ui::{numbers, theme};

const ROW: f32 = 22.0;
/// Widths of the columns after the name, in points.
const WIDTHS: [f32; 4] = [92.0, 54.0, 50.0, 40.0];
/// Room for the scroll bar beside the rows, which headings and totals must not use.
const SCROLL_BAR: f32 = 8.0;
/// Layers of a block are set in by this much.
const INDENT: f32 = 10.0;

/// One line of the column.
enum Line<'g> {
    /// The common part of the names below: `fire2`.
    Block(&'g str),
    /// A layer and the part of its name after the block's.
    Layer(NodeId, &'g str),
}

/// All lines: a heading where a block begins, then its layers.
fn lines(graph: &Graph) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut last = None;
    for id in layers(graph) {
        let name = graph.node(id).name.as_str();
        let (block, leaf) = match name.rsplit_once(['/', '.']) {
            Some((block, leaf)) => (Some(block), leaf),
            None => (None, name),
        };
        if let Some(block) = block.filter(|_| block != last) {
            lines.push(Line::Block(block));
        }
        last = block;
        lines.push(Line::Layer(id, leaf));
    }
    lines
}

/// Remembers which layer was shown, to scroll only when it changes.
#[derive(Default)]
pub struct Column {
    shown: Option<NodeId>,
}

impl Column {
    /// Heading, layers and totals.
    pub fn ui(&mut self, ui: &mut egui::Ui, app: &App, actions: &mut Vec<Action>) {
        let lang = app.prefs.lang;
        let (Some(model), small) = (app.model(), TextStyle::Small.resolve(ui.style())) else {
            ui.add_space(theme::LARGE);
            ui.label(tr(lang, "loading-model"));
            return;
        };
        let weak = theme::tokens(ui).weak;
        ui.add_space(theme::SMALL);
        let heads = [
            ("output-shape", "output-shape-hint"),
            ("macs", "macs-hint"),
            ("params-short", "params-hint"),
            ("time-ms", "time-hint"),
        ];
        let (row, _) = ui.allocate_exact_size(vec2(ui.available_width() - SCROLL_BAR, ROW), Sense::hover());
        ui.painter().text(row.left_center(), Align2::LEFT_CENTER, tr(lang, "layer"), small.clone(), weak);
        for ((key, hint), cell) in heads.iter().zip(cells(row)) {
            let response = ui.interact(cell, ui.scope_id().with(key), Sense::hover());
            ui.painter().text(cell.right_center(), Align2::RIGHT_CENTER, tr(lang, key), small.clone(), weak);
            response.on_hover_text(tr(lang, hint));
        }
        egui::Panel::bottom("layer_totals").show(ui, |ui| {
            let (row, _) =
                ui.allocate_exact_size(vec2(ui.available_width() - SCROLL_BAR, ROW), Sense::hover());
            let total = model.cost.total;
            let time = app.timing().map(|t| numbers::milliseconds(t.base.total.median_ns));
            let texts = [String::new(), numbers::count(total.macs), numbers::count(total.params)];
            let font = TextStyle::Body.resolve(ui.style());
            let text = theme::tokens(ui).text;
            ui.painter().text(row.left_center(), Align2::LEFT_CENTER, tr(lang, "total"), font.clone(), text);
            for (value, cell) in texts.into_iter().chain([time.unwrap_or_default()]).zip(cells(row)) {
                ui.painter().text(cell.right_center(), Align2::RIGHT_CENTER, value, small.clone(), text);
            }
        });
        self.rows_ui(ui, app, &model.model.graph, actions);
    }

    fn rows_ui(&mut self, ui: &mut egui::Ui, app: &App, graph: &Graph, actions: &mut Vec<Action>) {
        let lines = lines(graph);
        let chosen = app.layer();
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut scroll = egui::ScrollArea::vertical().auto_shrink(false);
        let is_chosen = |line: &Line<'_>| matches!(line, Line::Layer(id, _) if Some(*id) == chosen);
        if chosen != self.shown
            && let Some(place) = lines.iter().position(is_chosen)
        {
            let centred = place as f32 * ROW - ui.available_height() / 2.0;
            scroll = scroll.vertical_scroll_offset(centred.max(0.0));
            self.shown = chosen;
        }
        ui.spacing_mut().scroll.floating = true;
        scroll.show_rows(ui, ROW, lines.len(), |ui, range| {
            for line in &lines[range] {
                match *line {
                    Line::Block(block) => {
                        let (row, _) =
                            ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
                        let font = TextStyle::Small.resolve(ui.style());
                        let at = pos2(row.left() + theme::SMALL, row.bottom() - 2.0);
                        ui.painter().text(at, Align2::LEFT_BOTTOM, block, font, theme::tokens(ui).weak);
                    }
                    Line::Layer(id, leaf) => {
                        if row_ui(ui, app, graph, id, leaf, chosen == Some(id)) {
                            // A click on a row that is in view must not move the list.
                            self.shown = Some(id);
                            actions.push(Action::Layer(graph.node(id).name.clone()));
                        }
                    }
                }
            }
        });
    }
}

/// One layer; returns whether it was clicked.
fn row_ui(ui: &mut egui::Ui, app: &App, graph: &Graph, id: NodeId, leaf: &str, chosen: bool) -> bool {
    let node = graph.node(id);
    let t = theme::tokens(ui);
    let (row, response) =
        ui.allocate_exact_size(vec2(ui.available_width() - SCROLL_BAR, ROW), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, chosen, &node.name));
    if !ui.is_rect_visible(row) {
        return response.clicked();
    }
    if chosen || response.hovered() {
        let fill = if chosen { t.accent_ground } else { t.ground };
        ui.painter().rect_filled(row, 3.0, fill);
    }
    // Convolutions carry the work and the weights; what follows them steps back.
    let works = matches!(node.op, Op::Conv2d(_) | Op::Linear);
    let colour = if works || chosen { t.text } else { t.weak };
    let body = TextStyle::Body.resolve(ui.style());
    let small = FontId::new(12.0, body.family.clone());
    let in_block = leaf.len() < node.name.len();

    let swapped = app.choice().swap.as_ref().filter(|s| s.layer == node.name);
    let mut left = row.left() + theme::SMALL + if in_block { INDENT } else { 0.0 };
    if let Some(swap) = swapped {
        let (colour, mark) = theme::operator_mark(swap.variant);
        ui.painter().text(pos2(left, row.center().y), Align2::LEFT_CENTER, mark, small.clone(), colour);
        left += 14.0;
    }
    let [shape, macs, params, time] = cells(row);
    let name = Rect::from_min_max(pos2(left, row.top()), pos2(shape.left() - 2.0, row.bottom()));
    let mut job =
        egui::text::LayoutJob::simple_singleline(leaf.to_owned(), FontId::new(13.0, body.family), colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(name.width());
    let galley = ui.fonts_mut(|f| f.layout_job(job));
    let elided = galley.elided;
    ui.painter().galley(pos2(left, row.center().y - galley.size().y / 2.0), galley, colour);

    let cost = app.model().and_then(|m| m.cost.nodes.get(id.index()));
    let measured = app.timing().and_then(|t| t.base.nodes.get(id.index()).copied().flatten());
    let nonzero = |n: u64| if n == 0 { String::new() } else { numbers::count(n) };
    let texts = [
        (shape, numbers::shape(node.shape)),
        (macs, cost.map_or_else(String::new, |c| nonzero(c.macs))),
        (params, cost.map_or_else(String::new, |c| nonzero(c.params))),
        (time, measured.map_or_else(String::new, |m| numbers::milliseconds(m.median_ns))),
    ];
    if let (Some(cost), Some(model)) = (cost, app.model()) {
        let most = model.cost.nodes.iter().map(|c| c.macs).max().unwrap_or(1);
        share_bar(ui, macs, cost.macs as f32 / most.max(1) as f32);
    }
    for (cell, text) in texts {
        ui.painter().text(cell.right_center(), Align2::RIGHT_CENTER, text, small.clone(), colour);
    }
    let mut hint = String::new();
    if elided {
        hint.push_str(&node.name);
    }
    if let Some(m) = measured {
        hint = format!("{hint}\n{}", numbers::time_with_spread(&m));
    }
    let clicked = response.clicked();
    if !hint.is_empty() {
        response.on_hover_text(hint.trim().to_owned());
    }
    clicked
}

/// The layer's multiply-adds beside those of the dearest layer, as a thin bar under the number.
fn share_bar(ui: &egui::Ui, cell: Rect, share: f32) {
    let width = (cell.width() - 8.0) * share.clamp(0.0, 1.0);
    if width >= 0.5 {
        let min = pos2(cell.right() - width, cell.bottom() - 3.0);
        let bar = Rect::from_min_size(min, vec2(width, 2.0));
        ui.painter().rect_filled(bar, 0.0, theme::tokens(ui).accent);
    }
}

/// The cells after the name, right-aligned.
fn cells(row: Rect) -> [Rect; 4] {
    let mut right = row.right() - theme::SMALL;
    let mut cells = [Rect::NOTHING; 4];
    for (cell, width) in cells.iter_mut().zip(WIDTHS).rev() {
        *cell = Rect::from_min_max(pos2(right - width, row.top()), pos2(right, row.bottom()));
        right -= width;
    }
    cells
}
