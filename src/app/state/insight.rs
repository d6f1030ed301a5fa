//! The views of a layer beside its maps, and ablations: choosing them, and asking for what is missing.

use std::sync::Arc;

use super::{App, Event};
use crate::app::ablation::{self, AblationChoice, AblationKey, AblationRun, What};
use crate::app::action::InsightAction;
use crate::app::choice::Page;
use crate::app::insight::{
    self, ImageSet, InsightKey, InsightLook, InsightScene, InspectView, LEAST_THRESHOLD,
};
use crate::engine::Running;
use crate::graph::NodeId;

impl App {
    /// The view of a layer that was made last; none of the maps.
    pub fn insight(&self) -> Option<&Arc<InsightScene>> {
        self.insight.as_ref().filter(|scene| scene.view() == self.prefs.inspect_view)
    }

    /// Whether the view on the screen is not (yet) that of what is chosen.
    pub fn insight_is_stale(&self) -> bool {
        let shown = self.insight.as_ref().map(|s| (&s.key, &s.look));
        let wanted = self.wanted_insight();
        shown != wanted.as_ref().map(|(_, key, look)| (key, look))
    }

    /// The network with the chosen ablation; the last one that ran while another is on its way.
    pub fn ablation(&self) -> Option<&Arc<AblationRun>> {
        self.ablation.as_ref()
    }

    /// Whether the ablation on the screen is not (yet) the chosen one.
    pub fn ablation_is_stale(&self) -> bool {
        self.ablation.as_ref().map(|run| &run.key) != self.wanted_ablation().as_ref().map(|(_, key)| key)
    }

    /// How far the work for the view is, `0.0 ..= 1.0`; `None` if there is none.
    pub fn looking(&self) -> Option<f32> {
        self.lanes.insight.state().map(|state| state.progress.share())
    }

    /// Does what the user wants. Returns whether steps of the same kind are one for undo.
    pub(super) fn apply_insight(&mut self, action: InsightAction) -> bool {
        match action {
            InsightAction::View(view) => self.prefs.inspect_view = view,
            InsightAction::Measure(measure) => self.prefs.measure = measure,
            InsightAction::Threshold(threshold) => {
                let threshold = threshold.clamp(LEAST_THRESHOLD, 1.0);
                self.prefs.twin_threshold = threshold;
                // An ablation of all twins follows the slider.
                if let Some(AblationChoice { what: What::Twins(at), .. }) = &mut self.choice.ablation {
                    *at = threshold;
                    return true;
                }
            }
            InsightAction::Room(room) => self.insight_room = room,
            InsightAction::Images(images) => self.choice.images = images,
            InsightAction::Ablate(ablation) => {
                // Taken away are channels of the trained network: one change at a time.
                if ablation.is_some() {
                    self.choice.swap = None;
                }
                self.choice.ablation = ablation.filter(|a| a.what != What::Channels(Vec::new()));
            }
        }
        false
    }

    fn wanted_insight(&self) -> Option<(NodeId, InsightKey, InsightLook)> {
        let run = self.run.as_ref().filter(|r| self.wanted_run() == Some(r.key))?;
        let node = self.layer()?;
        let graph = &run.model.model.graph;
        let layer = graph.node(node).name.clone();
        let view = self.prefs.inspect_view;
        let images =
            if view == InspectView::Redundancy { self.choice.images.clone() } else { ImageSet::Photo };
        let own = self.ablation.as_ref().filter(|a| a.node == node && self.choice.ablation.is_some());
        let look = InsightLook {
            measure: self.prefs.measure,
            threshold: self.prefs.twin_threshold,
            channel: self.choice.channel.filter(|&c| c < graph.shape(node).c),
            ablated: own.map(|a| a.channels.clone()).unwrap_or_default(),
            lang: self.prefs.lang,
            room: self.insight_room,
        };
        Some((node, InsightKey { run: run.key, layer, view, images }, look))
    }

    pub(super) fn sync_insight(&mut self) {
        let shown = self.choice.page == Page::Inspect && self.prefs.inspect_view != InspectView::Maps;
        if !shown || self.insight_room[0] < 1.0 {
            if self.asked.insight.is_some() && self.lanes.insight.state().is_some() {
                self.lanes.insight.cancel();
                self.asked.insight = None;
            }
            return;
        }
        let Some((node, key, look)) = self.wanted_insight() else { return };
        let wanted = (key, look);
        if self.asked.insight.as_ref() == Some(&wanted) {
            return;
        }
        let Some(run) = self.run.clone() else { return };
        // Another layer or folder makes the work under way worthless; another threshold does not.
        let same = self.asked.insight.as_ref().is_some_and(|(key, _)| *key == wanted.0);
        let running = if same { Running::Finish } else { Running::Interrupt };
        self.asked.insight = Some(wanted.clone());
        if !same {
            // A measurement need not go on beside work; drawing alone does not disturb it for long.
            self.lanes.timing.cancel();
            self.asked.timing = None;
        }
        let earlier = self.insight.clone();
        self.lanes.insight.submit("looking-at-layer", running, move |ctl| {
            let (key, look) = wanted;
            Event::Insight(insight::insight(&run, node, key, look, earlier.as_deref(), ctl).map(Arc::new))
        });
    }

    fn wanted_ablation(&self) -> Option<(NodeId, AblationKey)> {
        let choice = self.choice.ablation.as_ref()?;
        let run = self.run.as_ref().filter(|r| self.wanted_run() == Some(r.key))?;
        let node = run.model.model.graph.find(&choice.layer)?;
        // Without twins it does not matter how these would be found.
        let (measure, images) = match choice.needs_twins() {
            true => (self.prefs.measure, self.choice.images.clone()),
            false => Default::default(),
        };
        let key = AblationKey { run: run.key, choice: choice.clone(), measure, images };
        Some((node, key))
    }

    pub(super) fn sync_ablation(&mut self) {
        if self.choice.ablation.is_none() {
            self.lanes.ablation.cancel();
            self.ablation = None;
            self.asked.ablation = None;
            return;
        }
        let Some((node, key)) = self.wanted_ablation() else { return };
        if self.asked.ablation.as_ref() == Some(&key) {
            return;
        }
        let Some(run) = self.run.clone() else { return };
        // The same images are not run twice: the view that is on its way brings the twins.
        let on_its_way = |(asked, _): &(InsightKey, InsightLook)| {
            let InsightKey { run, layer, view, images } = asked;
            (run, layer, images) == (&key.run, &key.choice.layer, &key.images)
                && *view == InspectView::Redundancy
                && self.compared.as_ref().is_none_or(|seen| seen.key != *asked)
        };
        if key.images != ImageSet::Photo && self.asked.insight.as_ref().is_some_and(on_its_way) {
            return;
        }
        self.asked.ablation = Some(key.clone());
        self.lanes.timing.cancel();
        self.asked.timing = None;
        let known = self.compared.as_ref().filter(|seen| {
            seen.key.run == key.run && seen.key.layer == key.choice.layer && seen.key.images == key.images
        });
        let seen = known.and_then(|seen| seen.redundancy()).map(|found| Arc::clone(&found.compared));
        let seen = seen.filter(|seen| seen.similarity.measure == key.measure);
        self.lanes.ablation.submit("running-ablation", Running::Finish, move |ctl| {
            Event::Ablation(ablation::run(run, key, node, seen, ctl).map(Arc::new))
        });
    }

    pub(super) fn show_insight(&mut self, scene: Arc<InsightScene>) {
        if scene.redundancy().is_some() {
            self.compared = Some(Arc::clone(&scene));
        }
        self.insight = Some(scene);
    }

    pub(super) fn show_ablation(&mut self, run: Arc<AblationRun>) {
        if self.choice.ablation.is_some() && self.wanted_run() == Some(run.base.key) {
            self.ablation = Some(run);
        }
    }

    /// A folder that was given up or cannot be used is not chosen any more.
    pub(super) fn keep_images(&mut self) {
        if self.choice.images != ImageSet::Photo {
            self.choice.images = ImageSet::Photo;
            self.asked.insight = None;
        }
    }
}
