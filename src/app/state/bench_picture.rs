//! Page Bench as it is shown: its picture, and its table for files.

use std::sync::Arc;

use crate::analysis::{Spectrum, dot};
use crate::app::bench::{BENCH_BACKENDS, BenchEntry, BenchPicture, BenchRow, BenchTime, STANDARD};
use crate::app::state::App;
use crate::exec::backend::Backend;
use crate::figure::{BenchLine, BenchMaps, BenchSpectra, Dot, MapCard, RooflineFigure, Scene, SpectrumCard};
use crate::text::{Lang, tr};

/// What the picture is drawn from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PictureKey {
    version: u64,
    picture: BenchPicture,
    backend: Backend,
    selected: &'static str,
    hides: bool,
    lang: Lang,
    room: [f32; 2],
    channel: usize,
    pixel: Option<(usize, usize)>,
}

impl App {
    /// The table of the page: every operator on every device that was measured.
    pub fn bench_lines(&self) -> Vec<BenchLine> {
        let Some(scene) = self.bench() else { return Vec::new() };
        let hides = self.bench_hides_times();
        let mut lines = Vec::new();
        let line = |row: &BenchRow| BenchLine {
            variant: row.entry.variant,
            settings: row.settings.clone(),
            macs: row.cost.macs,
            params: row.cost.params,
            errors: row.errors,
            octave_share: row.spectrum.as_ref().map(|s| s.share_below(Spectrum::OCTAVE)),
            device: Default::default(),
            measured: None,
            delivered: None,
            why: None,
        };
        if BENCH_BACKENDS.iter().all(|&b| self.bench_times(b).is_none()) {
            return scene.rows.iter().map(line).collect();
        }
        for row in &scene.rows {
            for backend in BENCH_BACKENDS {
                let Some(times) = self.bench_times(backend) else { continue };
                let name = row.entry.variant;
                let measured = match self.bench_time(backend, &row.entry) {
                    BenchTime::Known { measured, stale: false } => Some(measured),
                    _ => None,
                };
                lines.push(BenchLine {
                    device: (times.device.clone(), times.software),
                    delivered: self.delivered(backend, name).filter(|_| measured.is_some() && !hides),
                    why: self.why(backend, name).filter(|_| measured.is_some()),
                    measured,
                    ..line(row)
                });
            }
        }
        lines
    }

    pub(super) fn sync_bench_picture(&mut self) {
        if self.bench.room[0] < 1.0 {
            return;
        }
        let choice = &self.choice.bench;
        let key = PictureKey {
            version: self.bench.version,
            picture: choice.picture,
            backend: choice.backend,
            selected: choice.selected,
            hides: self.bench_hides_times(),
            lang: self.prefs.lang,
            room: self.bench.room,
            channel: self.choice.channel.unwrap_or(0),
            pixel: self.choice.pixel,
        };
        if self.bench.picture.as_ref().is_none_or(|(drawn, _)| *drawn != key) {
            let scene = self.draw_bench(choice.picture, key.lang, key.room);
            self.bench.picture = Some((key, Arc::new(scene)));
        }
    }

    /// The operators of the last measurement as dots under the roof, in the order of the table.
    pub fn bench_dots(&self) -> Vec<Dot> {
        let backend = self.choice.bench.backend;
        let dot = |e: &BenchEntry| {
            let (intensity, rate) = dot(&self.measured(backend, e.variant)?);
            Some(Dot { variant: e.variant, intensity, rate })
        };
        self.choice.bench.operators.iter().filter_map(dot).collect()
    }

    fn draw_bench(&self, picture: BenchPicture, lang: Lang, room: [f32; 2]) -> Scene {
        match picture {
            BenchPicture::Roofline => self.draw_roofline(lang, room),
            BenchPicture::Maps => self.draw_bench_maps(lang, room),
            BenchPicture::Spectrum => self.draw_bench_spectra(lang, room),
        }
    }

    fn draw_roofline(&self, lang: Lang, room: [f32; 2]) -> Scene {
        let choice = &self.choice.bench;
        let hides = self.bench_hides_times();
        let dots = if hides { Vec::new() } else { self.bench_dots() };
        let failure = self.bench_failure(choice.backend).map(|f| f.sentence(lang));
        let instead = match &failure {
            Some(failure) => Some(failure.as_str()),
            None => hides.then(|| tr(lang, "predict-first-picture")),
        };
        let times = self.bench_times(choice.backend);
        RooflineFigure {
            roof: self.roofline(choice.backend),
            dots: &dots,
            selected: Some(choice.selected),
            batch: times.map_or(choice.batch, |t| t.batch()),
            instead,
        }
        .draw(lang, room)
    }

    fn draw_bench_maps(&self, lang: Lang, room: [f32; 2]) -> Scene {
        let rows = self.bench.scene.as_ref().map_or(&[][..], |s| &s.rows[..]);
        let standard = rows.iter().find(|row| row.entry.variant == STANDARD);
        let comparable = |row: &BenchRow| row.errors[0].is_some();
        let cards: Vec<MapCard<'_>> = rows
            .iter()
            .map(|row| MapCard {
                variant: row.entry.variant,
                map: &row.map,
                standard: standard.filter(|_| comparable(row)).map(|s| &s.map),
                errors: row.errors,
                reads: row.reads.as_ref(),
            })
            .collect();
        BenchMaps {
            cards: &cards,
            channel: self.choice.channel.unwrap_or(0),
            pixel: self.choice.pixel,
            selected: Some(self.choice.bench.selected),
        }
        .draw(lang, room)
    }

    fn draw_bench_spectra(&self, lang: Lang, room: [f32; 2]) -> Scene {
        let rows = self.bench.scene.as_ref().map_or(&[][..], |s| &s.rows[..]);
        let cards: Vec<SpectrumCard<'_>> = rows
            .iter()
            .map(|row| SpectrumCard { variant: row.entry.variant, spectrum: row.spectrum.as_deref() })
            .collect();
        let channel = self.choice.channel;
        BenchSpectra { cards: &cards, channel, selected: Some(self.choice.bench.selected) }.draw(lang, room)
    }
}
