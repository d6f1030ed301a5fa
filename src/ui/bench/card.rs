//! The card that says why time did or did not follow the multiply-adds. Its numbers can be clicked: where
//! they come from is marked.

use eframe::egui::{self, RichText, Ui};

use super::{device_name, mark};
use crate::analysis::{Bound, Item, Quantity, Roofline, Sentence, SourceOf, Spread, Unit, Who, Why};
use crate::app::{Action, App};
use crate::text::{Lang, tr, tr_args};
use crate::ui::{numbers, theme};

/// Around the number of an item in a formatted sentence. No text has these characters.
const MARKS: [char; 2] = ['\u{E000}', '\u{E001}'];

/// The card.
pub(super) fn card_ui(ui: &mut Ui, app: &App, marked: &mut Vec<SourceOf>, actions: &mut Vec<Action>) {
    let lang = app.prefs.lang;
    let choice = &app.choice().bench;
    let (colour, sign) = theme::operator_mark(choice.selected);
    if app.bench_hides_times() {
        marked.clear();
        return;
    }
    ui.horizontal(|ui| {
        ui.label(RichText::new(sign).heading().color(colour));
        ui.heading(tr(lang, &format!("op-{}-short", choice.selected)));
        ui.label(theme::caption(ui, device_name(app, choice.backend, lang)));
    });
    let Some(roof) = app.roofline(choice.backend) else {
        let words = match app.bench_failure(choice.backend) {
            Some(failure) => failure.sentence(lang),
            None => tr(lang, "why-not-measured").to_owned(),
        };
        ui.add(egui::Label::new(theme::caption(ui, words)).wrap());
        return;
    };
    match app.why(choice.backend, choice.selected) {
        Some(why) => {
            if roof.software {
                let words = RichText::new(tr(lang, "device-software-hint")).small();
                ui.add(egui::Label::new(words.color(theme::tokens(ui).accent)).wrap());
            }
            verdict_ui(ui, lang, &why, marked);
        }
        None => {
            let key = if roof.sync.passed() { "why-not-measured" } else { "why-no-verdict" };
            ui.add(egui::Label::new(theme::caption(ui, tr(lang, key))).wrap());
        }
    }
    ui.separator();
    device_ui(ui, lang, roof, marked, actions);
}

fn verdict_ui(ui: &mut Ui, lang: Lang, why: &Why, marked: &mut Vec<SourceOf>) {
    let hint = match why.bound {
        Bound::Compute => "why-compute-hint",
        Bound::Memory => "why-memory-hint",
        Bound::Overhead => "why-overhead-hint",
    };
    for (i, sentence) in why.sentences.iter().enumerate() {
        ui.add_space(theme::SMALL);
        sentence_ui(ui, lang, sentence, i == 0, marked);
        if i == 0 {
            ui.add(egui::Label::new(theme::caption(ui, tr(lang, hint))).wrap());
        }
    }
    ui.add_space(theme::MEDIUM);
    ui.label(RichText::new(tr(lang, "why-remedies")).strong());
    for sentence in &why.remedies {
        sentence_ui(ui, lang, sentence, false, marked);
        ui.add_space(theme::SMALL);
    }
}

/// A sentence whose numbers can be clicked.
fn sentence_ui(ui: &mut Ui, lang: Lang, sentence: &Sentence, strong: bool, marked: &mut Vec<SourceOf>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.spacing_mut().interact_size.y = 0.0;
        let styled = |text: &str| {
            let text = RichText::new(text);
            if strong { text.strong() } else { text }
        };
        for piece in pieces(lang, sentence) {
            match piece {
                Piece::Words(words) => {
                    ui.label(styled(&words));
                }
                Piece::Number(i, text, tail) => {
                    let Some(item) = sentence.items.get(i) else { continue };
                    let chosen = !item.from.is_empty() && *marked == item.from;
                    let tokens = theme::tokens(ui);
                    let font = egui::TextStyle::Body.resolve(ui.style());
                    // As the words around it stand in the row.
                    let format = |colour| egui::TextFormat {
                        valign: ui.text_valign(),
                        ..egui::TextFormat::simple(font.clone(), colour)
                    };
                    let mut number = format(tokens.accent);
                    if chosen {
                        number.underline = egui::Stroke::new(1.0, tokens.accent);
                    }
                    let mut job = egui::text::LayoutJob::default();
                    // A number stays with its unit.
                    job.append(&text.replace(' ', "\u{a0}"), 0.0, number);
                    job.append(&tail, 0.0, format(tokens.text));
                    let link = ui.add(egui::Link::new(job)).on_hover_text(sources(lang, item));
                    let name = egui::WidgetInfo::labeled(egui::Role::Link, true, &text);
                    link.widget_info(|| name.clone());
                    if link.clicked() {
                        *marked = if chosen { Vec::new() } else { item.from.clone() };
                    }
                }
            }
        }
    });
}

/// What stays with the number before it.
const PUNCTUATION: &[char] = &['.', ',', ';', ':', ')', '，', '。', '；', '：', '）', '、'];

enum Piece {
    Words(String),
    /// Item, text, and the punctuation behind it: no line begins with that.
    Number(usize, String, String),
}

/// The sentence cut at its numbers.
fn pieces(lang: Lang, sentence: &Sentence) -> Vec<Piece> {
    let [begin, end] = MARKS;
    let args: Vec<(&'static str, _)> = sentence
        .items
        .iter()
        .enumerate()
        .map(|(i, item)| (item.name, format!("{begin}{i} {}{end}", written(item)).into()))
        .collect();
    let text =
        if args.is_empty() { tr(lang, sentence.key).to_owned() } else { tr_args(lang, sentence.key, &args) };
    let mut pieces = Vec::new();
    for part in text.split(begin) {
        let (number, words) = part.split_once(end).map_or((None, part), |(n, w)| (Some(n), w));
        let mut words = words;
        if let Some((i, text)) = number.and_then(|n| n.split_once(' '))
            && let Ok(i) = i.parse()
        {
            let rest = words.trim_start_matches(PUNCTUATION);
            let tail = &words[..words.len() - rest.len()];
            pieces.push(Piece::Number(i, text.to_owned(), tail.to_owned()));
            words = rest;
        }
        if !words.is_empty() {
            pieces.push(Piece::Words(words.to_owned()));
        }
    }
    pieces
}

fn written(item: &Item) -> String {
    match item.unit {
        Unit::Factor => numbers::factor(item.value),
        Unit::Share if item.value < 0.0995 => numbers::percent(item.value),
        Unit::Share => format!("{:.0} %", item.value * 100.0),
        Unit::Count => format!("{:.0}", item.value),
        Unit::Nanoseconds => numbers::duration(item.value),
        Unit::MacsPerSecond => numbers::rate(item.value),
        Unit::MacsPerByte => numbers::per_byte(item.value),
        Unit::Bytes => numbers::count(item.value as u64),
    }
}

/// Where a number comes from, in words.
fn sources(lang: Lang, item: &Item) -> String {
    let source = |s: &SourceOf| {
        let who = match s.who {
            Who::Operator => "source-operator",
            Who::Standard => "source-standard",
            Who::Device => "source-device",
        };
        let what = match s.what {
            Quantity::Macs => "source-macs",
            Quantity::Bytes => "source-bytes",
            Quantity::Dispatches => "source-dispatches",
            Quantity::Time => "source-time",
            Quantity::Peak => "source-peak",
            Quantity::Bandwidth => "source-bandwidth",
            Quantity::Overhead => "source-overhead",
            Quantity::Batch => "source-batch",
        };
        tr_args(lang, who, &[("what", tr(lang, what).into())])
    };
    let all: Vec<String> = item.from.iter().map(source).collect();
    format!("{}\n{}", tr(lang, "source-of"), all.join("\n"))
}

/// Key of the words, key of the hint, number, how it is written, what it is.
type Fact = (&'static str, &'static str, Spread, fn(f64) -> String, Quantity);

/// What the device can do, each with its spread.
fn device_ui(ui: &mut Ui, lang: Lang, roof: &Roofline, marked: &[SourceOf], actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(tr(lang, "bench-device")).strong())
            .on_hover_text(tr(lang, "bench-device-hint"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let again = ui.small_button(tr(lang, "bench-again"));
            if again.on_hover_text(tr(lang, "bench-device-again-hint")).clicked() {
                actions.push(Action::MeasureDevice);
            }
        });
    });
    ui.add(egui::Label::new(theme::caption(ui, roof.device.as_str())).wrap());
    let [cache, memory] = roof.slopes();
    let lines: [Fact; 5] = [
        ("bench-peak", "bench-peak-hint", roof.macs, numbers::rate, Quantity::Peak),
        ("bench-cache", "bench-cache-hint", cache.rate, numbers::bytes_rate, Quantity::Bandwidth),
        ("bench-memory", "bench-memory-hint", memory.rate, numbers::bytes_rate, Quantity::Bandwidth),
        ("bench-run", "bench-run-hint", roof.run_ns, numbers::duration, Quantity::Overhead),
        ("bench-step", "bench-step-hint", roof.step_ns, numbers::duration, Quantity::Overhead),
    ];
    for (words, hint, spread, write, what) in lines {
        let is_marked = marked.iter().any(|m| m.who == Who::Device && m.what == what);
        if is_marked {
            let rect = egui::Rect::from_min_size(ui.cursor().min, egui::vec2(ui.available_width(), 18.0));
            mark(ui, rect);
        }
        ui.horizontal(|ui| {
            ui.set_max_height(18.0);
            ui.spacing_mut().interact_size.y = 18.0;
            ui.add_space(3.0);
            ui.label(theme::caption(ui, tr(lang, words))).on_hover_text(tr(lang, hint));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.add_space(3.0);
                let args = [
                    ("low", write(spread.low).into()),
                    ("high", write(spread.high).into()),
                    ("rounds", spread.rounds.to_string().into()),
                ];
                ui.label(RichText::new(write(spread.median)).small()).on_hover_text(tr_args(
                    lang,
                    "bench-spread",
                    &args,
                ));
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_cut_at_its_numbers_in_every_language() {
        let from = vec![SourceOf { who: Who::Operator, what: Quantity::Dispatches }];
        let item = |name, value, unit| Item { name, value, unit, from: from.clone() };
        let sentence = Sentence {
            key: "why-dispatches",
            items: vec![
                item("dispatches", 5.0, Unit::Count),
                item("each", 38_000.0, Unit::Nanoseconds),
                item("run", 21_000.0, Unit::Nanoseconds),
                item("share", 0.61, Unit::Share),
            ],
        };
        for lang in Lang::ALL {
            let pieces = pieces(lang, &sentence);
            let numbers: Vec<(usize, &str)> = pieces
                .iter()
                .filter_map(
                    |p| if let Piece::Number(i, text, _) = p { Some((*i, text.as_str())) } else { None },
                )
                .collect();
            assert_eq!(numbers.len(), 4, "{lang:?}");
            for right in [(0, "5"), (1, "38 µs"), (2, "21 µs"), (3, "61 %")] {
                assert!(numbers.contains(&right), "{lang:?}: {numbers:?}");
            }
            let words = pieces.iter().filter(|p| matches!(p, Piece::Words(w) if !w.trim().is_empty()));
            assert!(words.count() >= 3, "{lang:?}");
        }
    }
}
