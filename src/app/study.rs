//! The page of one operator: what is chosen there, and the job that makes its picture.

use std::sync::Arc;

use super::choice::Fit;
use super::jobs::Failure;
use super::scene::{LoadedModel, Maps, Run, RunKey};
use crate::analysis::ChannelRanges;
use crate::engine::JobCtl;
use crate::exec::Value;
use crate::figure::{self, Knobs, Scene, Site, Study, StudyRun, View};
use crate::graph::{Graph, NodeId};
use crate::tensor::HostTensor;
use crate::text::Lang;
use crate::variants::{self, ConvVariant, Settings, Swapped, find_layer};

/// The picture that an operator's page opens on.
pub const FIRST_FIGURE: &str = "diagram";

/// What is chosen on the page of an operator. Layer, channel and pixel are those of the other pages.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyChoice {
    /// Name of the operator.
    pub variant: &'static str,
    /// Its settings, as far as they were moved.
    pub settings: Settings,
    /// On the photo itself rather than on a layer's input.
    pub photo: bool,
    /// Name of the figure.
    pub figure: &'static str,
    /// The value whose maps are shown, by its name within the operator; `None` is its result.
    pub node: Option<String>,
    /// Controls of figures.
    pub knobs: Knobs,
}

impl Default for StudyChoice {
    fn default() -> Self {
        Self::of("standard")
    }
}

impl StudyChoice {
    /// An operator as its page opens.
    pub fn of(variant: &'static str) -> Self {
        Self {
            variant,
            settings: Settings::default(),
            photo: false,
            figure: FIRST_FIGURE,
            node: None,
            knobs: Knobs::default(),
        }
    }

    /// The operator.
    pub fn operator(&self) -> &'static dyn ConvVariant {
        variants::find(self.variant).unwrap_or(variants::ALL[0])
    }

    /// The figures of the operator's page, the diagram first.
    pub fn figures(&self) -> Vec<&'static str> {
        let own = self.operator().figures().iter().copied();
        [FIRST_FIGURE].into_iter().chain(own).filter(|name| figure::find(name).is_some()).collect()
    }
}

/// What a study is made from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StudyKey {
    pub run: RunKey,
    /// The layer; `None` for the photo.
    pub layer: Option<String>,
    pub variant: &'static str,
    pub settings: Settings,
    pub fit: Option<Fit>,
}

/// What its picture is made from beside that.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PictureKey {
    pub figure: &'static str,
    pub node: Option<String>,
    pub knobs: Knobs,
    pub channel: usize,
    pub pixel: Option<(usize, usize)>,
    pub lang: Lang,
    pub room: [f32; 2],
}

/// An operator's page: the operator as it ran, its picture, the maps below.
pub struct StudyScene {
    pub(super) key: StudyKey,
    pub(super) picture: PictureKey,
    /// The operator with every value.
    pub run: Arc<StudyRun>,
    /// The picture.
    pub scene: Arc<Scene>,
    /// Which value the maps show.
    pub node: NodeId,
    /// Its maps.
    pub maps: Maps,
    /// The maps of the trained convolution, where the operator stands in for it and its result is shown.
    pub trained: Option<Maps>,
    /// `||result - trained|| / ||trained||`, where there is both.
    pub relative_change: Option<f64>,
}

/// The layer that an operator is shown on: the chosen one if the operator fits, else the next one that it
/// fits, else the chosen convolution, else the first.
pub fn study_layer(graph: &Graph, chosen: Option<NodeId>, operator: &dyn ConvVariant) -> Option<NodeId> {
    let sites: Vec<_> =
        graph.iter().filter_map(|(id, _)| Some((id, variants::site(graph, id).ok()?))).collect();
    let start = chosen.map_or(0, |c| sites.iter().position(|(id, _)| *id >= c).unwrap_or(0));
    let in_turn = || sites[start..].iter().chain(&sites[..start]);
    let fits = in_turn().find(|(_, geometry)| operator.fits(geometry).is_ok());
    fits.or_else(|| in_turn().next()).map(|(id, _)| *id)
}

/// Runs the operator unless it was run already, and draws its picture.
pub(super) fn study(
    base: &Run,
    key: StudyKey,
    picture: PictureKey,
    ids: [u64; 2],
    earlier: Option<&StudyScene>,
    ctl: &JobCtl,
) -> Result<Arc<StudyScene>, Failure> {
    let failed = Failure::new("study-failed");
    let same_run = earlier.filter(|e| e.key == key);
    let run = match same_run {
        Some(earlier) => Arc::clone(&earlier.run),
        None => {
            let site = site(base, &key, earlier)?;
            let operator = variants::find(key.variant)
                .ok_or_else(|| failed(&format!("there is no operator '{}'", key.variant)))?;
            let mut study = Study::new(operator, &key.settings, site);
            if let (Some(Fit(fit)), Some(layer)) = (&key.fit, &key.layer) {
                study.fitted = named_weights(&base.model, layer, operator, &key.settings, &fit.weights)?;
            }
            Arc::new(study.run(&ctl.exec()).map_err(|e| failed(&e))?)
        }
    };
    let node = picture.node.as_deref().and_then(|name| run.node(name)).unwrap_or_else(|| run.output());
    let shown = run.value(node);
    let channel = picture.channel.min(shown.shape().c - 1);
    let pixel = picture.pixel.filter(|&(x, y)| x < shown.shape().w && y < shown.shape().h);
    let figure = figure::find(picture.figure).or_else(|| figure::ALL.first().copied());
    let view = View { lang: picture.lang, size: picture.room, channel, pixel, node, knobs: &picture.knobs };
    let scene = figure.map_or_else(|| Scene::new(picture.room), |f| f.draw(&run, &view));

    // Maps on the screen keep their buffers as long as they are the same.
    let kept = same_run.filter(|e| e.node == node);
    let maps = kept.map_or_else(|| maps(ids[0], shown), |e| e.maps.clone());
    let dense = run.dense().filter(|_| node == run.output());
    let trained = match kept {
        Some(earlier) => earlier.trained.clone(),
        None => dense.map(|dense| self::maps(ids[1], dense)),
    };
    let relative_change = run.dense().map(|dense| run.map().relative_error(dense));
    Ok(Arc::new(StudyScene {
        key,
        picture,
        run,
        scene: Arc::new(scene),
        node,
        maps,
        trained,
        relative_change,
    }))
}

fn maps(id: u64, host: &HostTensor) -> Maps {
    Maps { id, value: Value::Host(host.clone()), host: host.clone(), ranges: ChannelRanges::of(host) }
}

/// The convolution that the study is about; the one of an earlier study if it is the same.
fn site(base: &Run, key: &StudyKey, earlier: Option<&StudyScene>) -> Result<Arc<Site>, Failure> {
    let failed = Failure::new("study-failed");
    if let Some(earlier) = earlier.filter(|e| e.key.run == key.run && e.key.layer == key.layer) {
        return Ok(Arc::clone(&earlier.run.study.site));
    }
    let site = match &key.layer {
        None => Site::of_photo(&base.input),
        Some(layer) => {
            let graph = &base.model.model.graph;
            let id = find_layer(graph, layer).map_err(|e| failed(&e))?;
            Site::of_layer(graph, id, |id| base.device.read(base.trace.value(id)))
        }
    };
    Ok(Arc::new(site.map_err(|e| failed(&e))?))
}

/// Fitted weights by their names, which are the same in the network and in the study.
pub(super) fn named_weights(
    model: &LoadedModel,
    layer: &str,
    operator: &dyn ConvVariant,
    settings: &Settings,
    weights: &[(crate::graph::WeightId, Vec<f32>)],
) -> Result<Vec<(String, Vec<f32>)>, Failure> {
    let failed = Failure::new("study-failed");
    let graph = &model.model.graph;
    let id = find_layer(graph, layer).map_err(|e| failed(&e))?;
    let Swapped { graph, .. } = variants::swap(graph, id, operator, settings).map_err(|e| failed(&e))?;
    Ok(weights.iter().map(|(id, values)| (graph.weight(*id).name.clone(), values.clone())).collect())
}
