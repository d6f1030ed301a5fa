//! The operators, in teaching order.

use eframe::egui::{self, Ui};

use crate::app::{Action, App, StudyChoice};
use crate::text::tr;
use crate::ui::theme;
use crate::variants;

/// One line per operator: mark, name.
pub(super) fn list_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().study;
    ui.add_space(theme::MEDIUM);
    ui.label(theme::caption(ui, tr(lang, "operators")));
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for variant in variants::ALL {
            let name = variant.name();
            let (colour, mark) = theme::operator_mark(name);
            let words = tr(lang, &format!("op-{name}-short"));
            let font = egui::TextStyle::Button.resolve(ui.style());
            let mut text = egui::text::LayoutJob::default();
            text.append(mark, 0.0, egui::TextFormat::simple(font.clone(), colour));
            text.append(words, 6.0, egui::TextFormat::simple(font, theme::tokens(ui).text));
            let chosen = choice.variant == name;
            let button = egui::Button::selectable(chosen, text).truncate();
            // The empty atom takes the room behind the text, which so stands at the left.
            let button = button.right_text("").min_size(egui::vec2(ui.available_width(), 26.0));
            let button = ui.add(button);
            button.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, chosen, words));
            let about =
                format!("{}\n{}", tr(lang, &format!("op-{name}")), tr(lang, &format!("op-{name}-about")));
            if button.on_hover_text(about).clicked() && !chosen {
                actions.push(Action::Study(StudyChoice { photo: choice.photo, ..StudyChoice::of(name) }));
            }
        }
    });
}
