//! The views of a layer as tables for files: a row for each channel or filter.

use super::{KernelsPicture, RedundancyPicture, SpectrumPicture};
use crate::analysis::Spectrum;
use crate::figure::table::{Cell, Column, Table};

/// Rings of the radial energy, of equal width from frequency 0 to 1/2.
const RINGS: usize = 8;

fn table(title: String, columns: &[(&str, &str)], rows: Vec<Vec<Cell>>) -> Table {
    Table { title, columns: columns.iter().map(|(name, unit)| Column::new(*name, *unit)).collect(), rows }
}

fn yes(is: bool) -> Cell {
    Cell::from(if is { "yes" } else { "no" })
}

/// Kind of each channel, the channel that is most like it, and whether it could leave its place to another.
pub(super) fn redundancy(layer: &str, picture: &RedundancyPicture<'_>) -> Table {
    let (similarity, twins) = (&picture.compared.similarity, picture.twins);
    let title = format!(
        "Redundancy of {layer}: {} over {} image(s), twins from {} on; effective rank {:.3} of {}",
        similarity.measure.name(),
        picture.images,
        twins.threshold,
        picture.compared.rank,
        similarity.live.len()
    );
    let columns = [
        ("channel", ""),
        ("kind", ""),
        ("most_similar_channel", ""),
        ("similarity", ""),
        ("has_twin", ""),
        ("has_negated_twin", ""),
        ("could_leave_its_place_to", ""),
        ("ablated", ""),
    ];
    let row = |channel: usize| {
        let among = |list: &[usize]| list.contains(&channel);
        let kind = match () {
            () if among(&similarity.dead) => "dead",
            () if among(&similarity.constant) => "constant",
            () if among(&similarity.not_finite) => "not finite",
            () => "live",
        };
        let nearest = similarity.nearest(channel);
        let place = twins.replaced.iter().find(|pair| pair.a == channel);
        let other = |pair: Option<usize>| pair.map_or(Cell::Empty, Cell::from);
        vec![
            Cell::from(channel),
            Cell::from(kind),
            other(nearest.map(|pair| pair.b)),
            nearest.map_or(Cell::Empty, |pair| Cell::from(f64::from(pair.similarity))),
            yes(among(&twins.with_twin)),
            yes(among(&twins.with_negated)),
            other(place.map(|pair| pair.b)),
            yes(picture.ablated.contains(&channel)),
        ]
    };
    table(title, &columns, (0..similarity.channels).map(row).collect())
}

/// Energy of each channel without its mean, its share up to the boundary of the octave, and the share of each ring.
pub(super) fn spectrum(layer: &str, picture: &SpectrumPicture<'_>) -> Table {
    let title = format!("Spectrum of {layer}: energy without the mean, by frequency in cycles per pixel");
    let mut columns: Vec<(String, &str)> = ["channel", "energy"].map(|name| (name.to_owned(), "")).to_vec();
    columns.push(("energy_up_to_1/4".to_owned(), "share"));
    let border = |ring: usize| 0.5 * ring as f64 / RINGS as f64;
    columns.extend((0..RINGS).map(|i| (format!("energy_{}_to_{}", border(i), border(i + 1)), "share")));
    let row = |(channel, spectrum): (usize, &Spectrum)| {
        let total = spectrum.total();
        let share = |energy: f64| if total > 0.0 { Cell::from(energy / total) } else { Cell::Empty };
        let mut row = vec![Cell::from(channel), Cell::from(total)];
        row.push(share(spectrum.ring(-1.0, Spectrum::OCTAVE)));
        row.extend(spectrum.rings(RINGS).into_iter().map(share));
        row
    };
    let columns: Vec<(&str, &str)> = columns.iter().map(|(name, unit)| (name.as_str(), *unit)).collect();
    table(title, &columns, picture.spectra.iter().enumerate().map(row).collect())
}

/// Statistics of each filter, and the filter that is most like it.
pub(super) fn kernels(layer: &str, picture: &KernelsPicture<'_>) -> Table {
    let columns = [
        ("filter", ""),
        ("weights", ""),
        ("mean", ""),
        ("standard_deviation", ""),
        ("sum_of_magnitudes", ""),
        ("effective_rank", ""),
        ("near_zero", "share"),
        ("most_similar_filter", ""),
        ("cosine", ""),
    ];
    let Some((convolution, filters)) = picture.filters else {
        return table(format!("Filters behind {layer}: none"), &columns, Vec::new());
    };
    let row = |(o, stats): (usize, &crate::analysis::FilterStats)| {
        let nearest = filters.similarity.nearest(o);
        vec![
            Cell::from(o),
            Cell::from(stats.weights),
            Cell::from(stats.mean),
            Cell::from(stats.std),
            Cell::from(stats.l1),
            Cell::from(stats.effective_rank),
            Cell::from(stats.near_zero),
            nearest.map_or(Cell::Empty, |pair| Cell::from(pair.b)),
            nearest.map_or(Cell::Empty, |pair| Cell::from(f64::from(pair.similarity))),
        ]
    };
    let rows = filters.kernels.filters.iter().enumerate().map(row).collect();
    table(format!("Filters of {convolution}"), &columns, rows)
}
