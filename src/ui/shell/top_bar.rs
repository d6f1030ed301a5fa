//! The bar above the pages: where one is, undo, files, device, preferences, exports.

use eframe::egui;

use super::Shell;
use crate::app::{Action, DeviceChoice, Theme, TraceAction};
use crate::text::{Lang, tr, tr_args};
use crate::ui::theme;

impl Shell {
    pub(super) fn top_bar_ui(&mut self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
        let lang = self.lang();
        let t = |key: &str| tr(lang, key);
        ui.label(egui::RichText::new(t("app-title")).heading().strong());
        ui.separator();
        self.breadcrumb_ui(ui, actions);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            self.preferences_ui(ui, actions);
            ui.separator();
            self.device_ui(ui, actions);
            ui.separator();
            let step = |ui: &mut egui::Ui, enabled, icon: &str, hint: &str| {
                ui.add_enabled(enabled, egui::Button::new(icon)).on_hover_text(hint.to_owned()).clicked()
            };
            if step(ui, self.app.can_redo(), "↪", t("redo")) {
                actions.push(Action::Redo);
            }
            if step(ui, self.app.can_undo(), "↩", t("undo")) {
                actions.push(Action::Undo);
            }
            if ui.button(t("open-file")).on_hover_text(t("open-file-hint")).clicked() {
                self.files.open_dialog(ui.ctx(), lang);
            }
            self.exports.menu_ui(ui, &mut self.app);
        });
    }

    /// network › layer › channel › pixel; a click goes back to that level.
    fn breadcrumb_ui(&self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
        let lang = self.lang();
        let choice = self.app.choice();
        let title = self.app.model().map(|m| match lang {
            Lang::En => m.model.manifest.title.en.clone(),
            Lang::Zh => m.model.manifest.title.zh.clone(),
        });
        let network = ui.menu_button(title.unwrap_or_else(|| "…".into()), |ui| {
            for name in crate::model_files::BUNDLED {
                let title = crate::networks::find(name).map_or(name, |n| n.title);
                if ui.selectable_label(choice.model == name, title).clicked() {
                    actions.push(Action::Model(name.to_owned()));
                    ui.close();
                }
            }
            ui.separator();
            ui.menu_button(tr(lang, "backbones-with-random-weights"), |ui| {
                egui::ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
                    for network in crate::networks::ALL {
                        let name = network.name;
                        if crate::model_files::BUNDLED.contains(&name) {
                            continue;
                        }
                        if ui.selectable_label(choice.model == name, network.title).clicked() {
                            actions.push(Action::Model(name.to_owned()));
                            ui.close();
                        }
                    }
                });
            });
        });
        network.response.on_hover_text(tr(lang, "bundled-models"));
        let mut level = |ui: &mut egui::Ui, text: String, action: Action| {
            ui.label(theme::caption(ui, "›"));
            if ui.add(egui::Button::new(text).frame(false)).clicked() {
                actions.push(action);
            }
        };
        // The pixels that were left for one of their inputs stand before the layer of that input.
        let trail = &choice.trace.trail;
        for (i, place) in trail.iter().enumerate() {
            let end = i + 1 == trail.len();
            if i > 0 && !end {
                continue;
            }
            let name = place.name.rsplit('/').next().unwrap_or_default();
            let more = if i == 0 && trail.len() > 2 { " …" } else { "" };
            let text = format!("{name} [{}]{more}", place.channel);
            level(ui, text, Action::Trace(TraceAction::Out(trail.len() - i)));
        }
        if let Some(layer) = &choice.layer {
            level(ui, layer.clone(), Action::Channel(None));
        }
        if let Some(channel) = choice.channel {
            let text = format!("{} {channel}", tr(lang, "channel"));
            level(ui, text, Action::Channel(Some(channel)));
            if let Some((x, y)) = choice.pixel {
                let text = tr_args(
                    lang,
                    "pixel-at",
                    &[("row", y.to_string().into()), ("column", x.to_string().into())],
                );
                level(ui, text, Action::Pixel(channel, (x, y)));
            }
        }
    }

    fn device_ui(&self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
        let lang = self.lang();
        let t = |key: &str| tr(lang, key);
        let graphics = self.app.graphics();
        let on_graphics = self.app.uses_graphics();
        let name = match graphics {
            Some(context) if on_graphics && context.is_software() => t("device-software").to_owned(),
            Some(context) if on_graphics => context.adapter_info().name.clone(),
            _ => t("device-cpu").to_owned(),
        };
        let full = self.app.run().map(|r| r.trace.device.clone()).unwrap_or_default();
        let menu = ui.menu_button(format!("{}: {name}", t("device")), |ui| {
            let mut option = |ui: &mut egui::Ui, device, text: String, hint: &str| {
                let chosen = self.app.prefs.device == device;
                if ui.selectable_label(chosen, text).on_hover_text(hint.to_owned()).clicked() {
                    actions.push(Action::Device(device));
                    ui.close();
                }
            };
            option(ui, DeviceChoice::Auto, t("device-auto").into(), t("device-auto-hint"));
            option(ui, DeviceChoice::Cpu, t("device-cpu").into(), "");
            if let Some(context) = graphics {
                let hint = if context.is_software() { t("device-software-hint") } else { "" };
                option(ui, DeviceChoice::Graphics, context.describe(), hint);
            }
        });
        menu.response.on_hover_text(full);
    }

    fn preferences_ui(&self, ui: &mut egui::Ui, actions: &mut Vec<Action>) {
        let lang = self.lang();
        let (icon, key) = match self.app.prefs.theme {
            Theme::System => ("◐", "theme-system"),
            Theme::Light => ("○", "theme-light"),
            Theme::Dark => ("●", "theme-dark"),
        };
        let menu = ui.menu_button(icon, |ui| {
            for (theme, key) in
                [(Theme::System, "theme-system"), (Theme::Light, "theme-light"), (Theme::Dark, "theme-dark")]
            {
                if ui.selectable_label(self.app.prefs.theme == theme, tr(lang, key)).clicked() {
                    actions.push(Action::Theme(theme));
                    ui.close();
                }
            }
        });
        menu.response.on_hover_text(format!("{}: {}", tr(lang, "theme"), tr(lang, key)));
        // The button shows where it leads, in that language.
        let other = if lang == Lang::En { Lang::Zh } else { Lang::En };
        let label = if other == Lang::Zh { "中文" } else { "English" };
        if ui.button(label).on_hover_text(tr(lang, "language")).clicked() {
            actions.push(Action::Lang(other));
        }
    }
}
