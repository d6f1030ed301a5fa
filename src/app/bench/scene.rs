//! The operators of the page on one input: maps, differences, costs, what a pixel reads.

use std::sync::Arc;

use super::{BenchEntry, BenchKey, BenchRow, BenchScene, Fitted, PlaceKey};
use crate::analysis::Spectrum;
use crate::app::jobs::Failure;
use crate::app::scene::Run;
use crate::app::study::named_weights;
use crate::engine::JobCtl;
use crate::figure::{Reads, Site, Study, StudyRun};
use crate::graph::Origin;
use crate::picture::{Region, Spot, reach};
use crate::tensor::HostTensor;
use crate::variants::find_layer;

/// Runs every operator on the chosen input. Those that an earlier scene has are not run again.
pub fn bench_maps(
    run: &Run,
    key: BenchKey,
    earlier: Option<&BenchScene>,
    ctl: &JobCtl,
) -> Result<Arc<BenchScene>, Failure> {
    let failed = Failure::new("bench-failed");
    let same = |e: &&BenchScene| e.key.place == key.place && e.key.resolution == key.resolution;
    let earlier = earlier.filter(same);
    let site = match earlier {
        Some(earlier) => Arc::clone(&earlier.site),
        None => Arc::new(site(run, &key.place, key.resolution)?),
    };
    let mut rows = Vec::with_capacity(key.operators.len());
    for (i, entry) in key.operators.iter().enumerate() {
        ctl.progress.set(i, key.operators.len());
        let kept = earlier.filter(|e| (e.key.channel, e.key.pixel) == (key.channel, key.pixel));
        let fits = |key: &BenchKey| -> Vec<Fitted> {
            key.fits.iter().filter(|f| f.variant == entry.variant).cloned().collect()
        };
        let kept = kept.filter(|e| fits(&e.key) == fits(&key));
        if let Some(row) = kept.and_then(|e| e.rows.iter().find(|row| row.entry == *entry)) {
            let mut row = row.clone();
            if key.spectra && row.spectrum.is_none() {
                row.spectrum = spectrum_of(&row.map, key.channel);
            }
            rows.push(row);
            continue;
        }
        let mut study = Study::new(entry.operator(), &entry.settings, Arc::clone(&site));
        // A fit belongs to the layer's own input.
        let fitted = |f: &&Fitted| f.variant == entry.variant && f.settings == study.settings;
        let fit = key.fits.iter().find(fitted).filter(|_| key.resolution == 100);
        if let (Some(f), PlaceKey::Layer(_, layer)) = (fit, &key.place) {
            study.fitted =
                named_weights(&run.model, layer, entry.operator(), &study.settings, &f.fit.0.weights)?;
        }
        let ran = study.run(&ctl.exec()).map_err(|e| failed(&e))?;
        let mut row = row(entry, &ran, &key);
        if let Some(f) = fit {
            // Both as the fit compares them: an operator that ends in a ReLU with the rectified layer.
            row.errors = [Some(f.fit.0.error_before), Some(f.fit.0.error_after)];
        }
        rows.push(row);
    }
    Ok(Arc::new(BenchScene { key, site, rows }))
}

/// The convolution that the page is about, for one map.
pub(super) fn site(run: &Run, place: &PlaceKey, resolution: usize) -> Result<Site, Failure> {
    let failed = Failure::new("bench-failed");
    let site = match place {
        PlaceKey::Shape(channels, side) => Site::of_shape(*channels, *side),
        PlaceKey::Layer(_, layer) => {
            let graph = &run.model.model.graph;
            let id = find_layer(graph, layer).map_err(|e| failed(&e))?;
            Site::of_layer(graph, id, |id| run.device.read(run.trace.value(id)))
        }
    };
    let site = site.map_err(|e| failed(&e))?;
    let shape = site.input.shape();
    let side = |s: usize| (s * resolution / 100).max(site.geometry.kernel);
    site.resized(side(shape.h), side(shape.w)).map_err(|e| failed(&e))
}

fn row(entry: &BenchEntry, run: &StudyRun, key: &BenchKey) -> BenchRow {
    let map = run.map().clone();
    // Between random weights a difference means nothing.
    let comparable = run.study.site.kernel.origin != Origin::Seeded;
    let error = run.dense().filter(|_| comparable).map(|dense| map.relative_error(dense));
    let shape = map.shape();
    let channel = key.channel.unwrap_or(0).min(shape.c - 1);
    let inside = |&(x, y): &(usize, usize)| x < shape.w && y < shape.h;
    let reads = key.pixel.filter(inside).map(|(x, y)| reads_of(run, Spot::new(channel, y, x)));
    BenchRow {
        entry: entry.clone(),
        geometry: run.study.geometry,
        settings: run.study.settings.clone(),
        cost: run.cost.total,
        in_place: run.in_place,
        misfit: run.misfit,
        origin: run.origin,
        errors: [error, None],
        reads,
        spectrum: key.spectra.then(|| spectrum_of(&map, key.channel)).flatten(),
        map,
    }
}

/// The spectrum of a channel of the map, or of all together.
fn spectrum_of(map: &HostTensor, channel: Option<usize>) -> Option<Arc<Spectrum>> {
    let shape = map.shape();
    let spectrum = match channel {
        Some(c) => Some(Spectrum::of(map.channel(0, c.min(shape.c - 1)), shape.w, shape.h)),
        None => Spectrum::of_layer(map),
    };
    spectrum.map(Arc::new)
}

/// What a value of the operator's map reads of its first input.
fn reads_of(run: &StudyRun, spot: Spot) -> Reads {
    let input = run.graph.inputs()[0];
    let shape = run.graph.shape(input);
    let mut reads =
        Reads { channels: vec![false; shape.c], values: 0, window: Region { x0: 0, y0: 0, x1: 0, y1: 0 } };
    let reached = reach(&run.graph, run.output(), spot);
    let Some(reached) = reached.get(input.index()).and_then(Option::as_ref) else { return reads };
    if let Some(all) = reached.pixels(None) {
        reads.window = all.region;
    }
    for c in 0..shape.c {
        let Some(pixels) = reached.pixels(Some(c)) else { continue };
        reads.channels[c] = true;
        reads.values += pixels.read.iter().filter(|read| **read).count();
    }
    reads
}
