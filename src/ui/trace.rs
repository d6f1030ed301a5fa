//! The traced pixel: which numbers a value was computed from, one by one, up to the value on the screen.

mod input_map;
mod player;
mod rows;

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{self, RichText, Ui};

pub(super) use self::input_map::ContributionMap;
use self::input_map::InputMap;
use self::player::Player;
use super::{numbers, theme};
use crate::app::{Action, App, Pinned, TraceAction, TraceScene};
use crate::graph::Activation;
use crate::picture::{ConstantKind, Rule, Traced};
use crate::text::{Lang, tr, tr_args};

/// Two pixels stand side by side in panels of this width, else one above the other.
const SIDE_BY_SIDE: f32 = 460.0;
/// The maps stand beside the list in panels of this width, else above it.
const MAPS_BESIDE: f32 = 440.0;
/// Side of a map.
const MAP: f32 = 120.0;
/// Side of a map above the list.
const SMALL_MAP: f32 = 84.0;
/// So many terms are all shown at once; of more only the channels, which open.
const ALL_OPEN: usize = 64;

/// The panel: the chosen pixel and the pinned one.
#[derive(Default)]
pub(super) struct TracePanel {
    own: TraceView,
    pinned: TraceView,
}

/// What a view of one traced pixel remembers.
#[derive(Default)]
struct TraceView {
    of: Option<Arc<TraceScene>>,
    player: Player,
    by_product: bool,
    /// Places of the groups that show their terms.
    open: BTreeSet<usize>,
    /// The term under the pointer in the last frame.
    pointed: Option<usize>,
    map: InputMap,
    contribution: ContributionMap,
}

impl TracePanel {
    /// Draws it into all the space that is left.
    pub(super) fn ui(&mut self, ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
        let Some(trace) = app.trace() else {
            ui.label(theme::caption(ui, tr(app.prefs.lang, "tracing")));
            return;
        };
        let Some(Pinned(pinned)) = &app.choice().trace.pinned else {
            return self.own.ui(ui, app, trace, true, actions);
        };
        let free = ui.available_rect_before_wrap();
        let (first, second) = if free.width() >= SIDE_BY_SIDE {
            free.split_left_right_at_fraction(0.5)
        } else {
            free.split_top_bottom_at_fraction(0.5)
        };
        ui.advance_cursor_after_rect(free);
        for (rect, view, scene, own) in
            [(first, &mut self.pinned, pinned, false), (second, &mut self.own, trace, true)]
        {
            let part = egui::UiBuilder::new().id_salt(own).max_rect(rect.shrink(theme::SMALL));
            let mut ui = ui.new_child(part);
            ui.set_clip_rect(rect.intersect(ui.clip_rect()));
            view.ui(&mut ui, app, scene, own, actions);
        }
    }
}

impl TraceView {
    fn ui(&mut self, ui: &mut Ui, app: &App, scene: &Arc<TraceScene>, own: bool, actions: &mut Vec<Action>) {
        self.look_at(scene);
        if own && app.trace_is_stale() {
            ui.set_opacity(0.6);
        }
        self.head_ui(ui, app, scene, own, actions);
        let count = scene.traced.terms.len();
        if count > 0 {
            if ui.available_width() >= MAPS_BESIDE {
                let side = egui::Panel::right(ui.scope_id().with("trace_maps")).show_separator_line(false);
                let frame = egui::Frame::NONE.inner_margin(egui::Margin { left: 8, ..Default::default() });
                side.exact_size(MAP + theme::MEDIUM).resizable(false).frame(frame).show(ui, |ui| {
                    self.maps_ui(ui, app, scene, own, MAP, actions);
                });
            } else if ui.available_height() > 2.0 * MAP {
                ui.horizontal_top(|ui| self.maps_ui(ui, app, scene, own, SMALL_MAP, actions));
            }
        }
        if count > 1 {
            ui.horizontal(|ui| self.player.ui(ui, app.prefs.lang, count));
        }
        self.rows_ui(ui, app.prefs.lang, scene, own, actions);
    }

    /// Another pixel: all its terms stand in the sum.
    fn look_at(&mut self, scene: &Arc<TraceScene>) {
        if self.of.as_ref().is_some_and(|of| Arc::ptr_eq(of, scene)) {
            return;
        }
        self.player.start(scene.traced.terms.len());
        self.pointed = None;
        self.open = if scene.traced.terms.len() <= ALL_OPEN {
            (0..scene.groups.len()).collect()
        } else {
            BTreeSet::new()
        };
        self.of = Some(Arc::clone(scene));
    }

    /// The term that was added last.
    fn current(&self, scene: &TraceScene) -> Option<usize> {
        let place = self.player.step().checked_sub(1)?;
        if self.by_product { scene.by_product.get(place).copied() } else { Some(place) }
    }

    /// Which pixel, where it was stepped from, its sum, and the value on the screen.
    fn head_ui(&self, ui: &mut Ui, app: &App, scene: &TraceScene, own: bool, actions: &mut Vec<Action>) {
        let lang = app.prefs.lang;
        let t = |key: &str| tr(lang, key);
        ui.horizontal(|ui| {
            if let Some(variant) = scene.variant {
                let (colour, mark) = theme::operator_mark(variant);
                ui.label(RichText::new(mark).color(colour));
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let (words, hint, pin) = if own {
                    (t("trace-pin"), t("trace-pin-hint"), true)
                } else {
                    (t("trace-unpin"), "", false)
                };
                let button = ui.small_button(words);
                let button = if hint.is_empty() { button } else { button.on_hover_text(hint) };
                if button.clicked() {
                    actions.push(Action::Trace(TraceAction::Pin(pin)));
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    ui.add(egui::Label::new(RichText::new(&scene.name).strong()).truncate());
                    let spot = scene.traced.spot;
                    let numbers = [
                        ("channel", spot.c.to_string().into()),
                        ("row", spot.y.to_string().into()),
                        ("column", spot.x.to_string().into()),
                    ];
                    let place = theme::caption(ui, tr_args(lang, "trace-of", &numbers));
                    ui.add(egui::Label::new(place).truncate());
                });
            });
        });
        if own {
            trail_ui(ui, app, actions);
        }
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = theme::MEDIUM;
            ui.label(sentence(lang, scene));
            let shown = tr_args(lang, "trace-on-screen", &[("value", scene.written.value.clone().into())]);
            let colour = if scene.written.agree() { theme::tokens(ui).weak } else { theme::tokens(ui).error };
            ui.label(RichText::new(shown).small().color(colour)).on_hover_text(t("trace-on-screen-hint"));
            if scene.traced.padding_taps > 0 {
                let count = [("count", scene.traced.padding_taps.into())];
                ui.label(theme::caption(ui, tr_args(lang, "trace-padding", &count)));
            }
        });
    }

    /// The map that was read, or what every pixel of the input gave where that was asked for and no term
    /// is looked at.
    fn maps_ui(
        &mut self,
        ui: &mut Ui,
        app: &App,
        scene: &Arc<TraceScene>,
        own: bool,
        side: f32,
        actions: &mut Vec<Action>,
    ) {
        let lang = app.prefs.lang;
        let current = self.pointed.or_else(|| self.current(scene));
        let all = self.pointed.is_none() && self.player.step() == scene.traced.terms.len();
        let found = app.contribution().filter(|_| own);
        ui.vertical(|ui| {
            ui.set_width(MAP);
            match found.filter(|_| all) {
                Some(found) => self.contribution.ui(ui, lang, found, side),
                None => self.map.ui(ui, lang, scene, current, side),
            }
        });
        if !own {
            return;
        }
        ui.vertical(|ui| {
            ui.set_width(MAP);
            if let Some(share) = app.contributing() {
                ui.add(egui::ProgressBar::new(share).desired_width(MAP).show_percentage());
                if ui.small_button(tr(lang, "trace-contribution-stop")).clicked() {
                    actions.push(Action::Trace(TraceAction::StopContributing));
                }
            } else if let Some(found) = found {
                ui.add(egui::Label::new(theme::caption(ui, input_map::sum_of(lang, found))).wrap());
            } else {
                let words = egui::Button::new(RichText::new(tr(lang, "trace-contribution")).small());
                if ui.add(words.wrap()).on_hover_text(tr(lang, "trace-contribution-hint")).clicked() {
                    actions.push(Action::Trace(TraceAction::Contribute));
                }
            }
        });
    }
}

/// The pixels that were left for one of their inputs, from the first; a click goes forward again.
fn trail_ui(ui: &mut Ui, app: &App, actions: &mut Vec<Action>) {
    let (lang, trail) = (app.prefs.lang, &app.choice().trace.trail);
    if trail.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::SMALL;
        let forward = RichText::new(format!("◀ {}", tr(lang, "trace-forward"))).small();
        if ui.button(forward).on_hover_text(tr(lang, "trace-forward-hint")).clicked() {
            actions.push(Action::Trace(TraceAction::Out(1)));
        }
        for (i, place) in trail.iter().enumerate() {
            let (x, y) = place.pixel;
            let text = RichText::new(format!("{} [{}, {y}, {x}]", place.name, place.channel)).small();
            if ui.add(egui::Button::new(text).frame(false)).clicked() {
                actions.push(Action::Trace(TraceAction::Out(trail.len() - i)));
            }
            ui.label(theme::caption(ui, "›"));
        }
    });
}

/// What the value is of its terms, in one sentence.
fn sentence(lang: Lang, scene: &TraceScene) -> String {
    let Traced { terms, constants, rule, .. } = &scene.traced;
    let result = ("result", scene.written.sum.clone().into());
    let count = ("count", terms.len().into());
    let number = |v: f64| numbers::value(v as f32);
    match *rule {
        Rule::Given => tr_args(lang, "trace-given", &[result]),
        Rule::Copy => tr_args(lang, "trace-copy", &[result]),
        Rule::Sum => match constants.first() {
            None => tr_args(lang, "trace-sum", &[count, result]),
            Some(constant) => {
                let key = match constant.kind {
                    ConstantKind::Bias => "trace-sum-bias",
                    ConstantKind::NormOffset => "trace-sum-offset",
                };
                tr_args(lang, key, &[("constant", number(constant.value).into()), count, result])
            }
        },
        Rule::Mean => tr_args(lang, "trace-mean", &[count, result]),
        Rule::Maximum { .. } => tr_args(lang, "trace-maximum", &[count, result]),
        Rule::Function(f) => {
            let name = match f {
                Activation::Relu => "ReLU",
                Activation::Relu6 => "ReLU6",
                Activation::Sigmoid => "sigmoid",
                Activation::HardSigmoid => "hard sigmoid",
                Activation::HardSwish => "hard swish",
                Activation::LeakyRelu(_) => "leaky ReLU",
                Activation::Elu(_) => "ELU",
                Activation::Tanh => "tanh",
                Activation::Softplus => "softplus",
                Activation::Log => "ln",
                Activation::Gelu => "GELU",
                Activation::GeluTanh => "GELU (tanh)",
                Activation::Erf => "erf",
                Activation::Exp => "exp",
                Activation::Abs => "abs",
                Activation::Sqrt => "sqrt",
                Activation::Reciprocal => "1/x",
                Activation::Softsign => "softsign",
                Activation::Threshold(_) => "threshold",
                Activation::Clip { .. } => "clip",
            };
            let argument = terms.first().map_or(0.0, |t| t.value);
            let argument = ("argument", numbers::value(argument).into());
            tr_args(lang, "trace-function", &[("function", name.into()), argument, result])
        }
        Rule::Normalized { own } => {
            let values = terms.iter().map(|t| t.value);
            let mean = values.clone().map(f64::from).sum::<f64>() / terms.len() as f64;
            let own = ("own", numbers::value(terms[own].value).into());
            tr_args(lang, "trace-normalised", &[own, ("mean", number(mean).into()), count, result])
        }
        Rule::Response { own, bias, beta } => {
            let sum = f64::from(bias.get()) + scene.running.last().copied().unwrap_or_default();
            let own = ("own", numbers::value(terms[own].value).into());
            let power = [("sum", number(sum).into()), ("beta", format!("{beta:?}").into())];
            tr_args(lang, "trace-response", &[own, power[0].clone(), power[1].clone(), result])
        }
        Rule::Softmax { own } => {
            let sum = scene.running.last().copied().unwrap_or_default();
            let own = ("own", number(terms[own].product).into());
            tr_args(lang, "trace-softmax", &[own, ("sum", number(sum).into()), count, result])
        }
        Rule::Product => {
            let factor = terms.last().map_or(0.0, |t| t.value);
            tr_args(lang, "trace-multiplied", &[("factor", numbers::value(factor).into()), result])
        }
        Rule::Blend => {
            let gate = terms.last().map_or(0.0, |t| t.value);
            tr_args(lang, "trace-blend", &[("gate", numbers::value(gate).into()), result])
        }
    }
}
