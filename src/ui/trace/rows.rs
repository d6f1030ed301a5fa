//! The terms, line by line: only those on the screen are laid out.

use eframe::egui::{self, Align2, Color32, FontId, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::TraceView;
use crate::app::{Action, TraceAction, TraceScene};
use crate::picture::{ConstantKind, Rule, Term};
use crate::text::{Lang, tr, tr_args};
use crate::ui::{numbers, theme};

/// Height of a line.
const LINE: f32 = 19.0;
/// Where the columns weight, value, product and running sum end, as shares of the width.
const COLUMNS: [f32; 4] = [0.48, 0.63, 0.80, 1.0];
/// The same where weights and values have no room.
const NARROW: [f32; 2] = [0.68, 1.0];
/// Below this width.
const NARROW_BELOW: f32 = 250.0;
/// All columns have titles from this width on.
const ALL_TITLES: f32 = 420.0;
/// All but the weights have titles from this width on.
const MOST_TITLES: f32 = 340.0;
/// How far terms stand in under their channel.
const INDENT: f32 = 14.0;

/// One line.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Line {
    /// A constant, by its place.
    Constant(usize),
    /// A channel with its terms, by its place among the groups.
    Group(usize),
    /// The so-manieth term of the shown order, and whether it stands under its channel.
    Term(usize, bool),
}

/// What a line shows.
struct Cells {
    name: String,
    weight: String,
    value: String,
    product: String,
    running: String,
}

impl TraceView {
    /// Title line and terms.
    pub(super) fn rows_ui(
        &mut self,
        ui: &mut Ui,
        lang: Lang,
        scene: &TraceScene,
        own: bool,
        actions: &mut Vec<Action>,
    ) {
        if scene.traced.terms.is_empty() {
            return;
        }
        let largest = matches!(scene.traced.rule, Rule::Maximum { .. });
        let running = if largest { "trace-running-largest" } else { "trace-running" };
        // The order stands where weight and value would be named; in a narrow panel it needs the room.
        let width = ui.available_width();
        let word =
            |key: &str, from: f32| if width >= from { tr(lang, key).to_owned() } else { String::new() };
        let title = Cells {
            name: String::new(),
            weight: word("trace-weight", ALL_TITLES),
            value: word("value", MOST_TITLES),
            product: word("trace-product", MOST_TITLES),
            running: tr(lang, running).into(),
        };
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
        cells_ui(ui, rect, &title, theme::tokens(ui).weak, 0.0);
        if scene.traced.terms.len() > 1 {
            self.order_ui(ui, lang, rect);
        }
        let lines = self.lines(scene);
        let current = self.player.step().checked_sub(1);
        let mut area = egui::ScrollArea::vertical().id_salt("terms").auto_shrink(false);
        if let Some(place) = current.filter(|_| self.player.is_playing()) {
            // The term that was added last stays in the middle.
            let line = lines.iter().rposition(|line| self.first_place(scene, *line) <= Some(place));
            let middle = ui.available_height() / 2.0;
            area = area.vertical_scroll_offset((line.unwrap_or(0) as f32 * LINE - middle).max(0.0));
        }
        let mut pointed = None;
        ui.spacing_mut().item_spacing.y = 0.0;
        area.show_rows(ui, LINE, lines.len(), |ui, shown| {
            for line in &lines[shown] {
                self.line_ui(ui, lang, scene, *line, own, &mut pointed, actions);
            }
        });
        self.pointed = pointed;
    }

    /// The order of the terms, where the title line has no title.
    fn order_ui(&mut self, ui: &mut Ui, lang: Lang, title: Rect) {
        let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(title));
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = theme::MEDIUM;
            ui.spacing_mut().button_padding = vec2(3.0, 0.0);
            ui.spacing_mut().interact_size.y = LINE - 3.0;
            for (by_product, key) in [(false, "trace-order"), (true, "trace-by-product")] {
                let words = egui::RichText::new(tr(lang, key)).small();
                let button = egui::Button::selectable(self.by_product == by_product, words);
                if ui.add(button).on_hover_text(tr(lang, &format!("{key}-hint"))).clicked() {
                    self.by_product = by_product;
                }
            }
        });
    }

    /// All lines, opened channels with their terms.
    fn lines(&self, scene: &TraceScene) -> Vec<Line> {
        let mut lines: Vec<Line> = (0..scene.traced.constants.len()).map(Line::Constant).collect();
        if self.by_product {
            lines.extend((0..scene.traced.terms.len()).map(|place| Line::Term(place, false)));
            return lines;
        }
        for (i, group) in scene.groups.iter().enumerate() {
            if group.terms.len() == 1 {
                lines.push(Line::Term(group.terms.start, false));
                continue;
            }
            lines.push(Line::Group(i));
            if self.open.contains(&i) {
                lines.extend(group.terms.clone().map(|place| Line::Term(place, true)));
            }
        }
        lines
    }

    /// The first term that stands in a line.
    fn first_place(&self, scene: &TraceScene, line: Line) -> Option<usize> {
        match line {
            Line::Constant(_) => None,
            Line::Group(i) => Some(scene.groups[i].terms.start),
            Line::Term(place, _) => Some(place),
        }
    }

    /// The term at a place of the shown order.
    fn term(&self, scene: &TraceScene, place: usize) -> usize {
        if self.by_product { scene.by_product[place] } else { place }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one line, used once")]
    fn line_ui(
        &mut self,
        ui: &mut Ui,
        lang: Lang,
        scene: &TraceScene,
        line: Line,
        own: bool,
        pointed: &mut Option<usize>,
        actions: &mut Vec<Action>,
    ) {
        let cells = self.cells(lang, scene, line);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
        response.widget_info(|| {
            let Cells { name, product, running, .. } = &cells;
            WidgetInfo::labeled(Role::Button, true, format!("{name}: {product}, {running}"))
        });
        let tokens = theme::tokens(ui);
        let step = self.player.step();
        let (added, now) = match line {
            Line::Constant(_) => (true, false),
            Line::Group(i) => {
                let terms = &scene.groups[i].terms;
                let open = self.open.contains(&i);
                (terms.start < step, !open && terms.contains(&step.wrapping_sub(1)))
            }
            Line::Term(place, _) => (place < step, place + 1 == step),
        };
        // All terms stand in the sum: none of them is the last one added.
        let now = now && step < scene.traced.terms.len();
        if now {
            ui.painter().rect_filled(rect, 2.0, tokens.accent_ground);
        } else if response.hovered() {
            ui.painter().rect_filled(rect, 2.0, tokens.line);
        }
        let colour = if added { tokens.text } else { tokens.weak.gamma_multiply(0.6) };
        let indent = match line {
            Line::Term(_, true) => INDENT,
            Line::Group(i) => {
                let mark = if self.open.contains(&i) { "▼" } else { "▶" };
                let font = FontId::proportional(8.0);
                let at = pos2(rect.left() + 5.0, rect.center().y);
                ui.painter().text(at, Align2::CENTER_CENTER, mark, font, tokens.weak);
                INDENT
            }
            Line::Term(_, false) | Line::Constant(_) => 0.0,
        };
        cells_ui(ui, rect, &cells, colour, indent);
        match line {
            Line::Constant(_) => {}
            Line::Group(i) => {
                if response.hovered() {
                    *pointed = Some(scene.groups[i].terms.start);
                }
                if response.clicked() && !self.open.remove(&i) {
                    self.open.insert(i);
                }
            }
            Line::Term(place, _) => {
                let term = self.term(scene, place);
                if response.hovered() {
                    *pointed = Some(term);
                    ui.set_cursor_icon(egui::CursorIcon::PointingHand);
                }
                let read = scene.traced.terms[term].read;
                if own {
                    let spot = read.spot;
                    let at = [("row", spot.y.to_string().into()), ("column", spot.x.to_string().into())];
                    let from = &scene.operands[read.operand].name;
                    let place = tr_args(lang, "trace-pixel", &at);
                    let hint = tr(lang, "trace-step-hint");
                    if response.on_hover_text(format!("{from}\n{place}\n{hint}")).clicked() {
                        actions.push(Action::Trace(TraceAction::Into(read.node, spot)));
                    }
                }
            }
        }
    }

    fn cells(&self, lang: Lang, scene: &TraceScene, line: Line) -> Cells {
        let traced = &scene.traced;
        let number = |v: f64| numbers::value(v as f32);
        let running = |place: usize| {
            let all = if self.by_product { &scene.running_by_product } else { &scene.running };
            match traced.rule {
                Rule::Softmax { .. } | Rule::Response { .. } => number(all[place]),
                _ => scene.written.write(all[place]),
            }
        };
        match line {
            Line::Constant(i) => {
                let constant = &traced.constants[i];
                let key = match constant.kind {
                    ConstantKind::Bias => "trace-constant-bias",
                    ConstantKind::NormOffset => "trace-constant-offset",
                };
                Cells {
                    name: tr(lang, key).into(),
                    weight: String::new(),
                    value: String::new(),
                    product: number(constant.value),
                    running: scene.written.write(traced.start()),
                }
            }
            Line::Group(i) => {
                let group = &scene.groups[i];
                let channel =
                    tr_args(lang, "trace-channel", &[("channel", group.channel.to_string().into())]);
                let terms = tr_args(lang, "trace-taps", &[("count", group.terms.len().into())]);
                Cells {
                    name: format!("{channel} · {terms}"),
                    weight: String::new(),
                    value: String::new(),
                    product: match traced.rule {
                        Rule::Maximum { .. } => String::new(),
                        _ => number(group.sum),
                    },
                    running: running(group.terms.end - 1),
                }
            }
            Line::Term(place, under) => {
                let index = self.term(scene, place);
                let term = &traced.terms[index];
                Cells {
                    name: term_name(lang, scene, index, under),
                    weight: term.weight.map(number).unwrap_or_default(),
                    value: numbers::value(term.value),
                    product: product(lang, scene, index, term),
                    running: running(place),
                }
            }
        }
    }
}

/// The tap or pixel of a term; its channel where that is not said above it.
fn term_name(lang: Lang, scene: &TraceScene, index: usize, under: bool) -> String {
    let read = scene.traced.terms[index].read;
    let pair = |(row, column): (usize, usize)| {
        [("row", row.to_string().into()), ("column", column.to_string().into())]
    };
    let place = match read.tap {
        Some(tap) => tr_args(lang, "trace-tap", &pair(tap)),
        None => tr_args(lang, "trace-pixel", &pair((read.spot.y, read.spot.x))),
    };
    if under {
        return place;
    }
    let channel = tr_args(lang, "trace-channel", &[("channel", read.spot.c.to_string().into())]);
    let from = if scene.operands.len() > 1 {
        format!("{} · {channel}", scene.operands[read.operand].name)
    } else {
        channel
    };
    if read.tap.is_some() { format!("{from} · {place}") } else { from }
}

fn product(lang: Lang, scene: &TraceScene, index: usize, term: &Term) -> String {
    match scene.traced.rule {
        Rule::Maximum { winner } if winner == index => tr(lang, "trace-winner").into(),
        Rule::Maximum { .. } => String::new(),
        Rule::Blend if index == 2 => tr(lang, "trace-gate").into(),
        Rule::Function(_) => numbers::value(scene.traced.result as f32),
        _ => numbers::value(term.product as f32),
    }
}

fn cells_ui(ui: &Ui, rect: Rect, cells: &Cells, colour: Color32, indent: f32) {
    let font = egui::TextStyle::Small.resolve(ui.style());
    let painter = ui.painter();
    let narrow = rect.width() < NARROW_BELOW;
    let right = rect.right() - theme::SMALL;
    let end = |share: f32| egui::lerp(rect.left()..=right, share);
    let texts: Vec<(f32, &String)> = if narrow {
        NARROW.into_iter().zip([&cells.product, &cells.running]).collect()
    } else {
        COLUMNS.into_iter().zip([&cells.weight, &cells.value, &cells.product, &cells.running]).collect()
    };
    let mut first = right;
    for (share, text) in texts {
        let at = pos2(end(share), rect.center().y);
        let drawn = painter.text(at, Align2::RIGHT_CENTER, text, font.clone(), colour);
        if !text.is_empty() {
            first = first.min(drawn.left());
        }
    }
    // A long name ends before the first number.
    let name = Rect::from_min_max(rect.min, pos2((first - theme::SMALL).max(rect.left()), rect.max.y));
    let at = pos2(rect.left() + indent, rect.center().y);
    painter.with_clip_rect(name.intersect(ui.clip_rect())).text(
        at,
        Align2::LEFT_CENTER,
        &cells.name,
        font,
        colour,
    );
}
