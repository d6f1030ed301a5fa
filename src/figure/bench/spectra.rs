//! Which frequencies the same channel holds in every operator: its spectrum, and all curves in one plot.

use super::name_line;
use crate::analysis::Spectrum;
use crate::figure::frequency::{LEAST_SIDE, magnitude_at, rings};
use crate::figure::palette::operator_mark;
use crate::figure::parts::{LINE, fit};
use crate::figure::{Align, Area, Paint, Scene, Stroke, Target, TextSize, numbers};
use crate::text::{Lang, tr, tr_args};

/// What a click on a spectrum is: the number of the operator.
pub const SPECTRUM: &str = "bench-spectrum";

/// One operator.
#[derive(Clone, Debug)]
pub struct SpectrumCard<'a> {
    /// Its name.
    pub variant: &'static str,
    /// Of the chosen channel of its map, or of all channels together; none while it is not known.
    pub spectrum: Option<&'a Spectrum>,
}

/// The picture of all.
#[derive(Clone, Debug)]
pub struct BenchSpectra<'a> {
    /// The operators, the standard one first.
    pub cards: &'a [SpectrumCard<'a>],
    /// The channel; the whole map where there is none.
    pub channel: Option<usize>,
    /// The chosen operator.
    pub selected: Option<&'a str>,
}

/// Space between cards.
const GAP: f32 = 10.0;
/// Share of the width that the cards take where the plot stands beside them.
const CARDS: f32 = 0.6;
/// From this width on the plot stands beside the cards in a picture that is wider than high.
const BESIDE: f32 = 640.0;

impl BenchSpectra<'_> {
    /// Draws it.
    pub fn draw(&self, lang: Lang, size: [f32; 2]) -> Scene {
        let mut scene = Scene::new(size);
        let (head, rest) = scene.area().shrunk(6.0).split_top(LINE);
        let of = match self.channel {
            Some(channel) => format!("{} {channel}", tr(lang, "channel")),
            None => tr(lang, "bench-spectra-all").to_owned(),
        };
        let title = tr_args(lang, "bench-spectra-title", &[("of", of.into())]);
        let title = fit(&title, TextSize::Small, head.w);
        scene.text([head.x, head.centre()[1]], title, TextSize::Small, Align::Left, Paint::Weak);
        let (cards, plot) = if rest.w >= BESIDE && rest.w > rest.h {
            let (left, right) = rest.split_left(rest.w * CARDS);
            (left, right.split_left(16.0).1)
        } else {
            let (upper, lower) = rest.split_top(rest.h * CARDS);
            (upper, lower.split_top(4.0).1)
        };
        let count = self.cards.len();
        let columns = columns(count, cards);
        let rows = count.div_ceil(columns.max(1));
        for (i, card) in self.cards.iter().enumerate() {
            let mut area = cards.row(i / columns, rows, GAP).column(i % columns, columns, GAP);
            // Rows stand close together where squares are narrower than their room is high.
            let height = area.h.min(area.w + 2.0 * LINE + 2.0);
            area = Area::new(area.x, cards.y + (i / columns) as f32 * (height + GAP), area.w, height);
            self.card(&mut scene, area, card, i, lang);
        }
        self.plot(&mut scene, plot, lang);
        scene
    }

    fn card(&self, scene: &mut Scene, area: Area, card: &SpectrumCard<'_>, i: usize, lang: Lang) {
        let (head, rest) = area.split_top(LINE);
        let selected = self.selected == Some(card.variant);
        name_line(scene, lang, head, card.variant, selected);
        let (room, foot) = rest.split_top((rest.h - LINE - 2.0).max(8.0));
        let Some(spectrum) = usable(card) else {
            // Nothing yet, or nothing to speak of.
            if card.spectrum.is_some() {
                let words = fit(tr(lang, "bench-spectrum-small"), TextSize::Small, area.w);
                scene.text([area.x, room.y + LINE], words, TextSize::Small, Align::Left, Paint::Weak);
            }
            return;
        };
        let fitted = room.fitted(spectrum.width as f32, spectrum.height as f32);
        let at = Area::new(area.x, room.y, fitted.w, fitted.h);
        magnitude_at(scene, lang, at, spectrum);
        let target = Target::Knob(SPECTRUM, i as i64);
        scene.rect(at, None, None).on_click(target).tip(tr(lang, "spectrum-tip"));
        let share = spectrum.share_below(Spectrum::OCTAVE);
        let words = tr_args(lang, "spectrum-within", &[("share", numbers::percent(share).into())]);
        let words = fit(&words, TextSize::Small, area.w);
        let at = [area.x, at.bottom() + 2.0 + LINE / 2.0];
        debug_assert!(at[1] <= foot.bottom() + 1.0);
        scene.text(at, words, TextSize::Small, Align::Left, Paint::Weak);
    }

    /// All curves; the chosen operator's is drawn last and thicker.
    fn plot(&self, scene: &mut Scene, area: Area, lang: Lang) {
        let mut shown: Vec<_> = self.cards.iter().filter_map(|c| Some((c.variant, usable(c)?))).collect();
        if shown.is_empty() {
            return;
        }
        let selected = |variant: &str| self.selected == Some(variant);
        shown.sort_by_key(|(variant, _)| selected(variant));
        let curve = |(variant, spectrum)| {
            let width = if selected(variant) { 2.5 } else { 1.5 };
            (spectrum, Stroke::new(Paint::Rgb(operator_mark(variant).0), width))
        };
        let curves: Vec<_> = shown.into_iter().map(curve).collect();
        rings(scene, lang, area, &curves);
    }
}

fn usable<'a>(card: &SpectrumCard<'a>) -> Option<&'a Spectrum> {
    card.spectrum.filter(|s| s.width.min(s.height) >= LEAST_SIDE)
}

/// As many columns as make squares greatest.
fn columns(count: usize, area: Area) -> usize {
    let side = |columns: usize| {
        let cell = area.row(0, count.div_ceil(columns), GAP).column(0, columns, GAP);
        cell.w.min(cell.h - 2.0 * LINE)
    };
    (1..=count.max(1)).max_by(|&a, &b| side(a).total_cmp(&side(b)).then(b.cmp(&a))).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Mark;
    use crate::figure::scene_checks::{check_scene, study, texts};
    use crate::variants;

    #[test]
    fn every_operator_has_its_spectrum_and_its_curve() {
        for count in [1, 2, 6, variants::ALL.len()] {
            let names: Vec<_> = variants::ALL.iter().take(count).map(|v| v.name()).collect();
            let runs: Vec<_> = names.iter().map(|name| study(name, &[], 16, 12)).collect();
            let spectra: Vec<Spectrum> = runs
                .iter()
                .map(|run| Spectrum::of(run.map().channel(0, 3), run.map().shape().w, run.map().shape().h))
                .collect();
            let card = |(run, spectrum)| {
                let run: &crate::figure::StudyRun = run;
                SpectrumCard { variant: run.study.variant, spectrum: Some(spectrum) }
            };
            let cards: Vec<_> = runs.iter().zip(&spectra).map(card).collect();
            for lang in Lang::ALL {
                for (size, channel) in
                    [([690.0, 330.0], None), ([1400.0, 700.0], Some(3)), ([480.0, 420.0], None)]
                {
                    let picture = BenchSpectra { cards: &cards, channel, selected: Some("standard") };
                    let scene = picture.draw(lang, size);
                    check_scene(&format!("{count} spectra {lang:?} {size:?}"), &scene);
                    let of = |m: fn(&Mark) -> bool| scene.items.iter().filter(|i| m(&i.mark)).count();
                    assert_eq!(of(|m| matches!(m, Mark::Image { .. })), names.len());
                    let click =
                        |i: &&crate::figure::Item| matches!(i.target, Some(Target::Knob(SPECTRUM, _)));
                    assert_eq!(scene.items.iter().filter(click).count(), names.len());
                }
            }
        }
    }

    /// Gratings on both sides of the boundary: the share that stands below is that of each.
    #[test]
    fn the_share_is_that_of_the_operator() {
        let grating = |f: f32| -> Vec<f32> {
            (0..1024).map(|i| (std::f32::consts::TAU * f * (i % 32) as f32).cos()).collect()
        };
        let spectra = [0.125, 0.375].map(|f| Spectrum::of(&grating(f), 32, 32));
        let cards = [
            SpectrumCard { variant: "standard", spectrum: Some(&spectra[0]) },
            SpectrumCard { variant: "octave", spectrum: Some(&spectra[1]) },
            SpectrumCard { variant: "ghost", spectrum: None },
        ];
        let scene =
            BenchSpectra { cards: &cards, channel: None, selected: None }.draw(Lang::En, [900.0, 400.0]);
        let shares: Vec<_> = texts(&scene).into_iter().filter(|t| t.ends_with("in the square")).collect();
        assert_eq!(shares, ["100.0 % in the square", "0.0 % in the square"]);
    }

    #[test]
    fn maps_too_small_for_a_spectrum_say_so() {
        let spectrum = Spectrum::of(&[1.0, 2.0, 3.0, 4.0], 2, 2);
        let cards = [SpectrumCard { variant: "standard", spectrum: Some(&spectrum) }];
        let scene =
            BenchSpectra { cards: &cards, channel: None, selected: None }.draw(Lang::En, [600.0, 300.0]);
        assert!(texts(&scene).iter().any(|t| t.contains("too small")), "{:?}", texts(&scene));
    }
}
