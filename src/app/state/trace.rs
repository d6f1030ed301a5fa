//! The traced pixel: choosing it, stepping through the graph, and asking for its terms.

use std::sync::Arc;

use super::{App, Event};
use crate::app::choice::{Choice, Page, SwapChoice};
use crate::app::scene::SwapRun;
use crate::app::study::StudyChoice;
use crate::app::trace::{
    self, ContributionScene, Pinned, Place, ReadHere, Subject, TraceAction, TraceChoice, TraceKey, TraceScene,
};
use crate::engine::Running;
use crate::graph::NodeId;
use crate::picture::Spot;

impl App {
    /// The chosen pixel, taken apart; `None` while none is chosen.
    pub fn trace(&self) -> Option<&Arc<TraceScene>> {
        self.trace.as_ref()
    }

    /// Whether the terms on the screen are not (yet) those of the chosen pixel.
    pub fn trace_is_stale(&self) -> bool {
        self.trace.as_ref().map(|t| &t.key) != self.wanted_trace().as_ref()
    }

    /// The traced value split among the pixels of the input, if that was asked for.
    pub fn contribution(&self) -> Option<&Arc<ContributionScene>> {
        let trace = self.trace.as_ref()?;
        self.contribution.as_ref().filter(|c| c.key == trace.key)
    }

    /// How far the splitting is, `0.0 ..= 1.0`; `None` if none runs.
    pub fn contributing(&self) -> Option<f32> {
        self.asked.contribution.as_ref()?;
        Some(self.lanes.contribution.state().map_or(1.0, |state| state.progress.share()))
    }

    pub(super) fn step_trace(&mut self, action: TraceAction) {
        match action {
            TraceAction::Into(node, spot) => self.trace_into(node, spot),
            TraceAction::Out(steps) => (0..steps).for_each(|_| {
                self.choice.trace_out();
            }),
            TraceAction::Pin(pin) => {
                self.choice.trace.pinned = self.trace.clone().filter(|_| pin).map(Pinned);
            }
            TraceAction::Contribute => self.start_contribution(),
            TraceAction::StopContributing => self.stop_contribution(),
            TraceAction::After(after) => {
                self.choice.trace.after = after;
                self.choice.trace.trail.clear();
            }
        }
    }

    fn trace_into(&mut self, node: NodeId, spot: Spot) {
        let Some(key) = self.wanted_trace() else { return };
        let (Some(channel), Some(pixel)) = (self.choice.channel, self.choice.pixel) else { return };
        self.choice.trace.trail.push(Place {
            page: self.choice.page,
            after: self.choice.trace.after,
            layer: self.choice.layer.clone(),
            node: self.choice.study.node.clone(),
            channel,
            pixel,
            name: key.subject.name(key.node),
            footprint: self.trace.as_ref().filter(|t| t.key == key).map(|t| t.footprint.clone()),
        });
        match &key.subject {
            Subject::Network(run) => {
                self.choice.layer = Some(run.model.model.graph.node(node).name.clone());
            }
            Subject::Swapped(swap) => self.trace_into_swap(swap, node),
            Subject::Study(run) => {
                let own = run.output() == node;
                self.choice.study.node = (!own).then(|| run.short_name(node).to_owned());
            }
        }
        self.choice.channel = Some(spot.c);
        self.choice.pixel = Some((spot.x, spot.y));
    }

    /// A node of the network with the swap: a layer, or a value within the operator, which has its own page.
    fn trace_into_swap(&mut self, swap: &SwapRun, node: NodeId) {
        let graph = &swap.base.model.model.graph;
        let layer = graph.iter().find(|(id, _)| swap.swapped.node_of[id.index()] == node);
        if let Some((_, layer)) = layer {
            self.choice.layer = Some(layer.name.clone());
            return;
        }
        let SwapChoice { layer, variant, settings, .. } = &swap.choice;
        let name = &swap.swapped.graph.node(node).name;
        let inner = name.strip_prefix(&format!("{layer}/")).unwrap_or(name).to_owned();
        self.choice.layer = Some(layer.clone());
        self.choice.page = Page::Operators;
        self.choice.study =
            StudyChoice { settings: settings.clone(), node: Some(inner), ..StudyChoice::of(variant) };
    }

    /// The pixel that is chosen and on the screen's maps.
    fn wanted_trace(&self) -> Option<TraceKey> {
        let ((x, y), c) = (self.choice.pixel?, self.choice.channel?);
        let (subject, node) = match self.choice.page {
            Page::Inspect => self.shown_layer(self.choice.trace.after)?,
            Page::Operators => self.shown_value()?,
            Page::Bench => return None,
            Page::Networks => return None,
        };
        let spot = Spot::new(c, y, x);
        spot.is_in(subject.graph().shape(node)).then_some(TraceKey { subject, node, spot })
    }

    /// The chosen layer in the network with the swap, if `after` and there is one, or in the trained one.
    fn shown_layer(&self, after: bool) -> Option<(Subject, NodeId)> {
        let run = self.run.as_ref().filter(|r| self.wanted_run() == Some(r.key))?;
        let layer = self.layer()?;
        let swap = self.swap.as_ref().filter(|s| after && s.base.key == run.key);
        Some(match swap {
            Some(swap) => (Subject::Swapped(Arc::clone(swap)), swap.swapped.node_of[layer.index()]),
            None => (Subject::Network(Arc::clone(run)), layer),
        })
    }

    /// The value that is chosen on the page of the operator.
    fn shown_value(&self) -> Option<(Subject, NodeId)> {
        let run = &self.study.as_ref()?.run;
        if run.study.variant != self.choice.study.variant {
            return None;
        }
        let name = self.choice.study.node.as_deref();
        let node = name.and_then(|name| run.node(name)).unwrap_or_else(|| run.output());
        Some((Subject::Study(Arc::clone(run)), node))
    }

    /// What a pixel further on was computed from in the map that is shown; `after` is the network with the
    /// swap. The pixel is the one that was left first for its inputs, or else the kept one.
    pub fn read_here(&self, after: bool) -> Option<ReadHere<'_>> {
        let page = self.choice.page;
        let (subject, node) = match page {
            Page::Inspect => self.shown_layer(after)?,
            Page::Operators => self.shown_value()?,
            Page::Bench => return None,
            Page::Networks => return None,
        };
        let left = self.choice.trace.trail.first();
        let footprint = match left {
            Some(place) => {
                let same = place.page == page && (page == Page::Operators || place.after == after);
                place.footprint.as_ref().filter(|_| same)?
            }
            None => {
                let Pinned(pinned) = self.choice.trace.pinned.as_ref()?;
                let later = pinned.key.subject == subject && pinned.key.node != node;
                later.then_some(&pinned.footprint)?
            }
        };
        let known = self.contribution.as_ref().filter(|c| c.footprint == *footprint);
        let found = known.map(|c| &c.found);
        let share = found.and_then(|f| f.inputs.iter().chain(&f.between).find(|share| share.node == node));
        // After a change of settings the old footprint is that of another graph, until the trail is left.
        let reached = footprint.of(node).filter(|r| r.shape() == subject.graph().shape(node))?;
        Some(ReadHere { reached, share })
    }

    pub(super) fn sync_trace(&mut self) {
        let Some(wanted) = self.wanted_trace() else {
            self.trace = None;
            self.asked.trace = None;
            self.stop_contribution();
            return;
        };
        if self.asked.contribution.as_ref().is_some_and(|asked| *asked != wanted) {
            self.stop_contribution();
        }
        if self.asked.trace.as_ref() == Some(&wanted) {
            return;
        }
        self.asked.trace = Some(wanted.clone());
        self.lanes.trace.submit("tracing", Running::Finish, move |_| Event::Trace(trace::trace(wanted)));
    }

    pub(super) fn show_trace(&mut self, trace: Arc<TraceScene>) {
        if self.wanted_trace().is_some() {
            self.trace = Some(trace);
        }
    }

    fn start_contribution(&mut self) {
        let Some(wanted) = self.wanted_trace() else { return };
        let Some(trace) = self.trace.as_ref().filter(|t| t.key == wanted) else { return };
        if self.asked.contribution.as_ref() == Some(&wanted) {
            return;
        }
        let footprint = trace.footprint.clone();
        self.asked.contribution = Some(wanted.clone());
        self.lanes.contribution.submit("splitting-value", Running::Interrupt, move |ctl| {
            Event::Contribution(trace::contribute(wanted, footprint, ctl))
        });
    }

    pub(super) fn stop_contribution(&mut self) {
        if self.asked.contribution.take().is_some() {
            self.lanes.contribution.cancel();
        }
    }

    /// A trail belongs to the places that were stepped through; whoever goes elsewhere leaves it.
    pub(super) fn leave_trail(&mut self, before: &Choice) {
        let place = |c: &Choice| {
            (
                c.page,
                c.model.clone(),
                c.layer.clone(),
                c.channel,
                c.pixel,
                c.study.node.clone(),
                c.study.variant,
                c.study.settings.clone(),
                c.trace.after,
            )
        };
        if place(before) != place(&self.choice) {
            self.choice.trace.trail.clear();
        }
    }
}

impl Choice {
    /// Goes back to the traced pixel that was left last. Returns whether there was one.
    pub(in crate::app) fn trace_out(&mut self) -> bool {
        let TraceChoice { trail, .. } = &mut self.trace;
        let Some(Place { page, after, layer, node, channel, pixel, .. }) = trail.pop() else { return false };
        self.page = page;
        self.trace.after = after;
        self.layer = layer;
        self.study.node = node;
        self.channel = Some(channel);
        self.pixel = Some(pixel);
        true
    }
}
