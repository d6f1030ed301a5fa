//! Controls for the settings of an operator: only legal values can be reached.

use eframe::egui::{ComboBox, Slider, Ui};

use crate::text::{Lang, tr};
use crate::ui::theme;
use crate::variants::{ConvVariant, Geometry, Legal, Setting, Settings, Value};

/// Width of a slider.
const SLIDER: f32 = 84.0;

/// What the user did.
pub(super) struct Changed<T> {
    /// The new value.
    pub value: T,
    /// Whether the change is complete (a slider was let go).
    pub ended: bool,
}

/// A control for each setting; linked ones get one more that moves them together. What comes back is
/// legal: settings that depend on the moved one are moved too.
pub(super) fn settings_ui(
    ui: &mut Ui,
    lang: Lang,
    variant: &dyn ConvVariant,
    geometry: &Geometry,
    chosen: &Settings,
) -> Option<Changed<Settings>> {
    let settings = variant.settings(geometry, chosen);
    if settings.is_empty() {
        ui.label(theme::caption(ui, tr(lang, "no-settings")));
    }
    let mut result = None;
    let mut change = |ui: &mut Ui, name: &str, setting: &Setting, moved: &[&str]| {
        let value = chosen.get(moved[0]).unwrap_or(&setting.default);
        let Some(Changed { value, ended }) = setting_ui(ui, lang, name, setting, value) else { return };
        let mut next = chosen.clone();
        moved.iter().for_each(|m| next.set(m, value.clone()));
        result = Some(Changed { value: next.clamped(variant, geometry), ended });
    };
    if let Some((name, moved)) = variant.linked()
        && let Some(first) = settings.iter().find(|s| moved.contains(&s.name))
    {
        change(ui, name, first, moved);
        ui.separator();
    }
    for setting in &settings {
        change(ui, setting.name, setting, &[setting.name]);
    }
    result
}

/// The control that suits the legal values: slider, list, or names side by side.
fn setting_ui(
    ui: &mut Ui,
    lang: Lang,
    name: &str,
    setting: &Setting,
    value: &Value,
) -> Option<Changed<Value>> {
    ui.spacing_mut().slider_width = SLIDER;
    let words = tr(lang, &format!("setting-{name}"));
    let hint = format!("{}\n{}", tr(lang, &format!("setting-{name}-hint")), setting.legal);
    match &setting.legal {
        Legal::Integers(_) | Legal::Reals(_) => slider_ui(ui, words, &hint, &setting.legal, value),
        Legal::Lists(_) => list_ui(ui, name, words, &hint, &setting.legal, value),
        Legal::UpTo(axes) => axes_ui(ui, words, &hint, axes, value),
        Legal::Choices(names) => choices_ui(ui, lang, words, &hint, names, value),
    }
}

/// A slider over the legal values.
fn slider_ui(ui: &mut Ui, words: &str, hint: &str, legal: &Legal, value: &Value) -> Option<Changed<Value>> {
    let mut place = legal.place(value);
    let last = legal.len() - 1;
    let slider = Slider::new(&mut place, 0..=last)
        .text(words)
        .custom_formatter(|i, _| legal.value((i.round() as usize).min(last)).to_string())
        .custom_parser(|text| Some(legal.place(&text.parse().ok()?) as f64));
    let response = ui.add_enabled(last > 0, slider).on_hover_text(hint);
    let ended = response.drag_stopped() || (response.changed() && !response.dragged());
    (response.changed() || ended).then(|| Changed { value: legal.value(place), ended })
}

/// A list to choose from, for values that have no order.
fn list_ui(
    ui: &mut Ui,
    name: &str,
    words: &str,
    hint: &str,
    legal: &Legal,
    value: &Value,
) -> Option<Changed<Value>> {
    let mut chosen = None;
    let combo = ComboBox::from_id_salt(name).selected_text(value.to_string()).width(SLIDER);
    let response = combo.show_ui(ui, |ui| {
        for candidate in (0..legal.len()).map(|i| legal.value(i)) {
            if ui.selectable_label(candidate == *value, candidate.to_string()).clicked() {
                chosen = Some(Changed { value: candidate, ended: true });
            }
        }
    });
    response.response.on_hover_text(hint);
    ui.label(words).on_hover_text(hint);
    chosen
}

/// A slider for each axis.
fn axes_ui(ui: &mut Ui, words: &str, hint: &str, axes: &[i64], value: &Value) -> Option<Changed<Value>> {
    let mut list: Vec<i64> =
        axes.iter().enumerate().map(|(i, &most)| value.axis(i).unwrap_or(1).min(most)).collect();
    let mut changed = None;
    for (i, &most) in axes.iter().enumerate() {
        let response = ui.add_enabled(most > 1, Slider::new(&mut list[i], 1..=most)).on_hover_text(hint);
        let ended = response.drag_stopped() || (response.changed() && !response.dragged());
        if response.changed() || ended {
            changed = Some(ended);
        }
    }
    ui.label(words).on_hover_text(hint);
    changed.map(|ended| Changed { value: Value::List(list), ended })
}

/// Names side by side.
fn choices_ui(
    ui: &mut Ui,
    lang: Lang,
    words: &str,
    hint: &str,
    names: &[&str],
    value: &Value,
) -> Option<Changed<Value>> {
    let mut chosen = None;
    ui.label(words).on_hover_text(hint);
    for name in names {
        let current = matches!(value, Value::Choice(choice) if choice == name);
        let label = tr(lang, &format!("choice-{name}"));
        let about = tr(lang, &format!("choice-{name}-hint"));
        if ui.selectable_label(current, label).on_hover_text(about).clicked() && !current {
            chosen = Some(Changed { value: Value::Choice((*name).to_owned()), ended: true });
        }
    }
    chosen
}
