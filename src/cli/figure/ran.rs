//! A network that was run on a photo, and what is made of its values: studies, sheets of maps, terms.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};

use super::super::cost::find_variant;
use super::super::images::{bundled, in_folder};
use crate::analysis::fit;
use crate::analysis::redundancy::Gram;
use crate::exec::backend::{Backend, Device, Plan};
use crate::exec::{CancelToken, Ctl, Trace};
use crate::figure::recipe::{BUNDLED, ImageId, Look, OperatorId, PHOTO, Picture, Replacement, WeightsFrom};
use crate::figure::table::Table;
use crate::figure::{self, MapsSheet, Recipe, Scene, Site, Source, Study, StudyRun};
use crate::graph::{Graph, NodeId, Origin};
use crate::image_io::{Photo, preprocess};
use crate::model_files::Model;
use crate::picture::{Spot, trace_pixel};
use crate::tensor::HostTensor;
use crate::text::tr;
use crate::variants::{self, ConvVariant, Settings, Swapped};

/// A network that was run on a photo.
pub(super) struct Ran {
    pub model: Model,
    pub photo: Photo,
    input: HostTensor,
    pub device: Device,
    plan: Plan,
    pub trace: Trace,
}

impl Ran {
    pub fn new(model: Model, photo: Photo, backend: Backend) -> anyhow::Result<Self> {
        let input = preprocess(&photo.rgb, photo.width, photo.height, &model.manifest);
        let device = Device::open(backend)?;
        let plan = Plan::new(&device, &model.graph)?;
        let trace = plan.run(std::slice::from_ref(&input), &Ctl::default())?;
        Ok(Self { model, photo, input, device, plan, trace })
    }

    /// The products of the channels of a layer over the images of a recipe.
    pub fn gram(
        &self,
        recipe: &Recipe,
        id: NodeId,
        maps: &HostTensor,
        folder: Option<&Path>,
    ) -> anyhow::Result<Gram> {
        let mut gram = Gram::new(maps.shape().c);
        let Picture::Layer { view, images, .. } = &recipe.picture else { return Ok(gram) };
        if view != "redundancy" {
            return Ok(gram);
        }
        let never = CancelToken::default();
        if images == PHOTO {
            gram.add_on(&self.device, maps, &never)?;
            return Ok(gram);
        }
        let mut hashes = Vec::new();
        let photos = match folder {
            None if images == BUNDLED => bundled(),
            None => {
                bail!("the recipe compares channels over several images ({images}): give them with --images")
            }
            Some(folder) => in_folder(folder)?,
        };
        for photo in photos {
            let photo = photo?;
            let input = preprocess(&photo.rgb, photo.width, photo.height, &self.model.manifest);
            let trace = self.plan.run(&[input], &Ctl::default())?;
            gram.add_on(&self.device, &self.device.read(trace.value(id))?, &never)?;
            hashes.push(ImageId::of(&photo).pixels_sha256);
        }
        recipe.check_images(&hashes)?;
        Ok(gram)
    }

    pub fn site(&self, source: &Source) -> anyhow::Result<Arc<Site>> {
        let site = match source {
            Source::Photo => Site::of_photo(&self.input)?,
            Source::Layer(name) => {
                let graph: &Graph = &self.model.graph;
                let id = variants::find_layer(graph, name)?;
                Site::of_layer(graph, id, |id| self.device.read(self.trace.value(id)))?
            }
        };
        Ok(Arc::new(site))
    }

    pub fn study(
        &self,
        operator: &'static dyn ConvVariant,
        settings: &Settings,
        site: Arc<Site>,
        fitted: bool,
    ) -> anyhow::Result<StudyRun> {
        let mut study = Study::new(operator, settings, Arc::clone(&site));
        if fitted {
            let graph = &self.model.graph;
            let id = variants::find_layer(graph, &site.name)?;
            let swapped = variants::swap(graph, id, operator, &study.settings)?;
            let (x, target) = (&site.input, &site.output);
            let result = fit::fit(&swapped.graph, &swapped.operator, x, target, fit::STEPS, &Ctl::default())?;
            let named = |(id, values)| (swapped.graph.weight(id).name.clone(), values);
            study.fitted = result.weights.into_iter().map(named).collect();
        }
        Ok(study.run(&Ctl::default())?)
    }

    /// Every channel of a layer.
    pub fn sheet(&self, recipe: &Recipe, id: NodeId) -> anyhow::Result<Scene> {
        let Picture::Maps { scale, colours, swap } = &recipe.picture else {
            bail!("the recipe is not one of maps")
        };
        let (scale, colours) = (*scale, *colours);
        let maps = self.device.read(self.trace.value(id))?;
        let name = &self.model.graph.node(id).name;
        let channel = recipe.channel;
        if let Some(channel) = channel.filter(|&c| c >= maps.shape().c) {
            bail!("{name} has no channel {channel}; the last one is {}", maps.shape().c - 1);
        }
        let sheet = MapsSheet { name, maps: &maps, scale, colours, channel };
        let Look { lang, size, .. } = recipe.look;
        let Some(swap) = swap else { return Ok(sheet.draw(lang, size)) };
        let (swapped, trace) = self.swapped(swap, recipe.computed.weights == WeightsFrom::Fitted)?;
        let after = self.device.read(trace.value(swapped.node_of[id.index()]))?;
        let name = tr(lang, &format!("op-{}", swap.by.operator));
        Ok(sheet.pair(&MapsSheet { name, maps: &after, ..sheet }, lang, size))
    }

    /// The network with an operator in place of a layer, as it runs on the photo.
    fn swapped(&self, swap: &Replacement, fitted: bool) -> anyhow::Result<(Swapped, Trace)> {
        let graph = &self.model.graph;
        let id = variants::find_layer(graph, &swap.layer)?;
        let mut swapped = variants::swap(graph, id, find_variant(&swap.by.operator)?, &swap.by.settings)?;
        if fitted {
            let read = |id: NodeId| self.device.read(self.trace.value(id));
            let (x, target) = (read(graph.node(id).inputs[0])?, read(id)?);
            let fit = fit::fit(&swapped.graph, &swapped.operator, &x, &target, fit::STEPS, &Ctl::default())?;
            let weights = fit.weights.iter().map(|(id, values)| (*id, values.as_slice()));
            swapped = swapped.with_weights(weights, Origin::Fitted);
        }
        let plan = Plan::new(&self.device, &swapped.graph)?;
        let trace = plan.run(std::slice::from_ref(&self.input), &Ctl::default())?;
        Ok((swapped, trace))
    }

    /// What the recipe's pixel was computed from.
    pub fn terms(&self, recipe: &Recipe) -> anyhow::Result<Table> {
        let Picture::Terms { study, node, swap } = &recipe.picture else {
            bail!("the recipe is not one of terms")
        };
        let fitted = recipe.computed.weights == WeightsFrom::Fitted;
        let (Some(c), Some((x, y))) = (recipe.channel, recipe.pixel) else {
            bail!("the recipe names no pixel")
        };
        let spot = Spot::new(c, y, x);
        if let Some(OperatorId { operator, settings }) = study {
            let run = self.study(find_variant(operator)?, settings, self.site(&recipe.source)?, fitted)?;
            let id = match node {
                None => run.output(),
                Some(name) => run.node(name).with_context(|| format!("{operator} has no value '{name}'"))?,
            };
            let name = |id| run.short_name(id).to_owned();
            return terms_of(&run.graph, id, spot, &name, &|id| Ok(run.value(id).clone()));
        }
        let Source::Layer(layer) = &recipe.source else { bail!("the recipe names no layer") };
        let own = self.model.graph.find(layer).with_context(|| format!("the network has no layer '{layer}'"));
        match swap {
            None => {
                let graph = &self.model.graph;
                let name = |id: NodeId| graph.node(id).name.clone();
                terms_of(graph, own?, spot, &name, &|id| Ok(self.device.read(self.trace.value(id))?))
            }
            Some(swap) => {
                let (swapped, trace) = self.swapped(swap, fitted)?;
                let graph = &swapped.graph;
                let id = match own {
                    Ok(id) => swapped.node_of[id.index()],
                    Err(missing) => graph.find(layer).ok_or(missing)?,
                };
                let name = |id: NodeId| graph.node(id).name.clone();
                terms_of(graph, id, spot, &name, &|id| Ok(self.device.read(trace.value(id))?))
            }
        }
    }
}

/// The terms of a value of any run.
fn terms_of(
    graph: &Graph,
    id: NodeId,
    spot: Spot,
    name: &dyn Fn(NodeId) -> String,
    read: &dyn Fn(NodeId) -> anyhow::Result<HostTensor>,
) -> anyhow::Result<Table> {
    if !spot.is_in(graph.shape(id)) {
        bail!("{} of {} has no such pixel", name(id), graph.shape(id));
    }
    let inputs = &graph.node(id).inputs;
    let mut maps =
        inputs.iter().map(|&id| Ok((id, read(id)?))).collect::<anyhow::Result<BTreeMap<_, _>>>()?;
    maps.entry(id).or_insert(read(id)?);
    let traced = trace_pixel(graph, id, spot, &|id| &maps[&id]);
    let operands: Vec<String> = inputs.iter().map(|&id| name(id)).collect();
    Ok(figure::terms_table(figure::terms_title(&name(id), spot), &traced, &operands))
}
