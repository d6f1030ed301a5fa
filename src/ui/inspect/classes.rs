//! The five best classes, before and after a swap.

use eframe::egui::{self, Align2, Rect, Sense, TextStyle, Ui, pos2, vec2};

use crate::analysis::Class;
use crate::app::App;
use crate::graph::Origin;
use crate::model_files::Model;
use crate::text::{Lang, tr};
use crate::ui::{numbers, theme};

const ROW: f32 = 24.0;
/// Height of the whole list with its heading, so that nothing above it moves.
pub const HEIGHT: f32 = 5.0 * ROW + 44.0;

/// One list, or two beside each other.
pub fn classes_ui(ui: &mut Ui, app: &App) {
    let lang = app.prefs.lang;
    ui.add_space(theme::SMALL);
    ui.horizontal(|ui| {
        ui.label(egui::RichText::new(tr(lang, "top5")).strong());
        if app.model().is_some_and(|m| m.model.origin() == Origin::Seeded) {
            let words = egui::RichText::new(tr(lang, "seeded-not-trained")).small();
            ui.label(words.color(theme::tokens(ui).accent)).on_hover_text(tr(lang, "model-note-seeded"));
        } else {
            ui.label(theme::caption(ui, tr(lang, "probability")));
        }
        if app.ablation().is_some() {
            let words = format!("{} | {}", tr(lang, "before"), tr(lang, "with-ablation"));
            ui.label(theme::caption(ui, words));
        }
    });
    let Some(run) = app.run() else { return };
    let model = &run.model.model;
    let grey = theme::tokens(ui).weak;
    match (app.swap(), app.ablation()) {
        (None, None) => list_ui(ui, lang, model, &run.top, grey, false),
        (None, Some(without)) => ui.columns(2, |columns| {
            let (accent, stale) = (theme::tokens(&columns[1]).accent, app.ablation_is_stale());
            list_ui(&mut columns[0], lang, model, &run.top, grey, false);
            list_ui(&mut columns[1], lang, model, &without.top, accent, stale);
        }),
        (Some(swap), _) => ui.columns(2, |columns| {
            let colour = theme::operator_mark(swap.choice.variant).0;
            list_ui(&mut columns[0], lang, model, &run.top, grey, false);
            list_ui(&mut columns[1], lang, model, &swap.top, colour, app.is_stale());
        }),
    }
    ui.add_space(theme::SMALL);
}

fn list_ui(ui: &mut Ui, lang: Lang, model: &Model, top: &[Class], bar: egui::Color32, dimmed: bool) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let font = egui::FontId::new(12.0, TextStyle::Body.resolve(ui.style()).family);
    let text = if dimmed { theme::tokens(ui).weak } else { theme::tokens(ui).text };
    for class in top {
        let (row, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        let name = name(lang, model, class.index);
        let percent = numbers::percent(f64::from(class.probability));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &name));
        let number = ui.painter().text(
            pos2(row.right(), row.top() + 8.0),
            Align2::RIGHT_CENTER,
            &percent,
            font.clone(),
            text,
        );
        let mut job = egui::text::LayoutJob::simple_singleline(name.clone(), font.clone(), text);
        job.wrap = egui::text::TextWrapping::truncate_at_width(number.left() - row.left() - theme::SMALL);
        let galley = ui.fonts_mut(|f| f.layout_job(job));
        ui.painter().galley(pos2(row.left(), row.top() + 8.0 - galley.size().y / 2.0), galley, text);
        let track = Rect::from_min_size(pos2(row.left(), row.bottom() - 6.0), vec2(row.width(), 3.0));
        ui.painter().rect_filled(track, 1.0, theme::tokens(ui).ground);
        let filled = vec2(row.width() * class.probability.clamp(0.0, 1.0), 3.0);
        ui.painter().rect_filled(Rect::from_min_size(track.min, filled), 1.0, bar);
        response.on_hover_text(format!("{name} ({}): {percent}", class.index));
    }
}

/// The name of a class; its index stands with it where another class has the same name.
fn name(lang: Lang, model: &Model, index: usize) -> String {
    let of = |i: usize| {
        let label = model.labels.get(i)?;
        Some(if lang == Lang::Zh { label.zh.as_str() } else { label.en.as_str() })
    };
    let Some(name) = of(index) else { return index.to_string() };
    let twin = (0..model.labels.len()).any(|i| i != index && of(i) == Some(name));
    if twin { format!("{name} ({index})") } else { name.to_owned() }
}
