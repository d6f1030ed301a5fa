//! What the chosen pixel of an operator sees of the photo, branch by branch.

use eframe::egui::Ui;

use crate::app::{App, StudyScene};
use crate::graph::{Graph, NodeId};
use crate::picture::{Region, branches, receptive_field};
use crate::text::tr_args;
use crate::ui::photo::Field;
use crate::ui::theme;

/// A branch with what one pixel sees through it.
pub(super) struct BranchField {
    /// On the photo.
    pub field: Field,
    /// Name of the branch and size of its field in pixels of the network's input.
    pub words: String,
}

/// The fields of the chosen pixel through each branch that is added up in it, the largest first.
pub(super) fn fields(ui: &Ui, app: &App, study: &StudyScene) -> Vec<BranchField> {
    let choice = app.choice();
    let (Some(pixel), Some(run), Some(layer)) = (choice.pixel, app.run(), app.study_layer()) else {
        return Vec::new();
    };
    let shape = study.maps.host.shape();
    let channel = choice.channel.unwrap_or(0).min(shape.c - 1);
    if pixel.0 >= shape.w || pixel.1 >= shape.h {
        return Vec::new();
    }
    let operator = &study.run.graph;
    let network = &run.model.model.graph;
    let before = network.node(layer).inputs[0];
    let (large, small) = (theme::operator_mark(study.run.study.variant).0, theme::tokens(ui).accent);
    let parts = branches(operator, study.node, channel);
    let many = parts.len() > 1;
    let mut fields: Vec<(Region, NodeId)> = parts
        .into_iter()
        .filter_map(|(branch, _)| {
            // The branch may stand at another resolution than the pixel.
            let (own, whole) = (operator.shape(branch), operator.shape(study.node));
            let (x, y) = (pixel.0 * own.w / whole.w, pixel.1 * own.h / whole.h);
            let read = receptive_field(operator, branch, x, y, operator.inputs()[0])?;
            Some((through(network, before, read)?, branch))
        })
        .collect();
    fields.sort_by_key(|(r, _)| std::cmp::Reverse((r.x1 - r.x0) * (r.y1 - r.y0)));
    let words = |region: Region, branch: NodeId| {
        let [width, height] = [region.x1 - region.x0, region.y1 - region.y0].map(|s| s.to_string());
        let size = tr_args(app.prefs.lang, "size-px", &[("width", width.into()), ("height", height.into())]);
        if many { format!("{}: {size}", study.run.short_name(branch)) } else { size }
    };
    let last = fields.len().saturating_sub(1);
    fields
        .into_iter()
        .enumerate()
        .map(|(i, (region, branch))| BranchField {
            field: Field { region, colour: if i == last { small } else { large } },
            words: words(region, branch),
        })
        .collect()
}

/// What a region of a value of the network sees of its input: the fields of its corners hold those of
/// all pixels between them.
fn through(network: &Graph, value: NodeId, read: Region) -> Option<Region> {
    let shape = network.shape(value);
    let read = read.clipped(shape.w, shape.h);
    let input = *network.inputs().first()?;
    let corner = |x: i64, y: i64| {
        let (x, y) = (x.clamp(0, shape.w as i64 - 1), y.clamp(0, shape.h as i64 - 1));
        receptive_field(network, value, x as usize, y as usize, input)
    };
    let (first, last) = (corner(read.x0, read.y0)?, corner(read.x1 - 1, read.y1 - 1)?);
    Some(Region { x0: first.x0, y0: first.y0, x1: last.x1, y1: last.y1 })
}
