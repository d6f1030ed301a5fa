//! Playing through the terms: one after the other is added.

use eframe::egui::{self, RichText, Ui};

use crate::text::{Lang, tr, tr_args};
use crate::ui::theme;

/// Terms per second to choose from.
const SPEEDS: [f32; 5] = [1.0, 4.0, 15.0, 60.0, 250.0];

/// Width of what stands behind the slider.
const OTHERS: f32 = 134.0;

/// How many terms stand in the sum, and whether it goes on by itself.
pub(super) struct Player {
    step: usize,
    count: usize,
    playing: bool,
    speed: f32,
    /// Terms that are due but not whole yet.
    due: f32,
}

impl Default for Player {
    fn default() -> Self {
        Self { step: 0, count: 0, playing: false, speed: SPEEDS[1], due: 0.0 }
    }
}

impl Player {
    /// Another sum, complete.
    pub(super) fn start(&mut self, count: usize) {
        *self = Self { step: count, count, speed: self.speed, ..Self::default() };
    }

    /// How many terms stand in the sum.
    pub(super) const fn step(&self) -> usize {
        self.step
    }

    /// Whether it goes on by itself.
    pub(super) const fn is_playing(&self) -> bool {
        self.playing
    }

    /// Goes on by the time that has passed.
    fn advance(&mut self, seconds: f32) {
        self.due += seconds * self.speed;
        let whole = self.due.floor();
        self.due -= whole;
        self.step = (self.step + whole as usize).min(self.count);
        self.playing &= self.step < self.count;
    }

    /// Buttons, slider, speed.
    pub(super) fn ui(&mut self, ui: &mut Ui, lang: Lang, count: usize) {
        let t = |key: &str| tr(lang, key);
        if self.playing {
            // A frame that took long is not made up for in one jump.
            self.advance(ui.input(|i| i.stable_dt).min(0.1));
            ui.request_repaint();
        }
        ui.spacing_mut().item_spacing.x = theme::SMALL;
        let small = |words: &str| egui::Button::new(RichText::new(words).small());
        if ui.add_enabled(self.step > 0, small("◀")).on_hover_text(t("trace-previous")).clicked() {
            self.playing = false;
            self.step -= 1;
        }
        if ui.add(small(t(if self.playing { "trace-pause" } else { "trace-play" }))).clicked() {
            self.playing = !self.playing;
            self.due = 0.0;
            if self.playing && self.step == self.count {
                self.step = 0;
            }
        }
        if ui.add_enabled(self.step < self.count, small("▶")).on_hover_text(t("trace-next")).clicked() {
            self.playing = false;
            self.step += 1;
        }
        ui.spacing_mut().slider_width = (ui.available_width() - OTHERS).clamp(24.0, 260.0);
        let slider = egui::Slider::new(&mut self.step, 0..=count).show_value(false);
        if ui.add(slider).dragged() {
            self.playing = false;
        }
        let place = [("step", self.step.to_string().into()), ("count", count.to_string().into())];
        ui.label(theme::caption(ui, tr_args(lang, "trace-step", &place)));
        let shown = RichText::new(format!("{}/s", self.speed)).small();
        let menu = ui.menu_button(shown, |ui| {
            for speed in SPEEDS {
                if ui.selectable_label(self.speed == speed, format!("{speed}/s")).clicked() {
                    self.speed = speed;
                    ui.close();
                }
            }
        });
        menu.response.on_hover_text(t("trace-speed"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_plays_to_the_end_and_stops() {
        let mut player = Player::default();
        player.start(9);
        assert_eq!(player.step(), 9);
        player.step = 0;
        player.playing = true;
        player.speed = 4.0;
        player.advance(0.2);
        assert_eq!((player.step(), player.is_playing()), (0, true));
        player.advance(0.1);
        assert_eq!(player.step(), 1);
        player.advance(100.0);
        assert_eq!((player.step(), player.is_playing()), (9, false));
    }
}
