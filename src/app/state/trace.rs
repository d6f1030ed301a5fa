//! The traced pixel: choosing it, stepping through the graph, and asking for its terms.

use std::sync::Arc;

use super::{App, Event};
use crate::app::choice::{Choice, Page};
use crate::app::trace::{
    self, ContributionScene, Pinned, Place, Subject, TraceAction, TraceChoice, TraceKey, TraceScene,
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
        }
    }

    fn trace_into(&mut self, node: NodeId, spot: Spot) {
        let Some(key) = self.wanted_trace() else { return };
        let (Some(channel), Some(pixel)) = (self.choice.channel, self.choice.pixel) else { return };
        self.choice.trace.trail.push(Place {
            layer: self.choice.layer.clone(),
            node: self.choice.study.node.clone(),
            channel,
            pixel,
            name: key.subject.name(key.node),
        });
        match &key.subject {
            Subject::Network(run) => {
                self.choice.layer = Some(run.model.model.graph.node(node).name.clone());
            }
            Subject::Study(run) => {
                let own = run.output() == node;
                self.choice.study.node = (!own).then(|| run.short_name(node).to_owned());
            }
        }
        self.choice.channel = Some(spot.c);
        self.choice.pixel = Some((spot.x, spot.y));
    }

    /// The pixel that is chosen and on the screen's maps.
    fn wanted_trace(&self) -> Option<TraceKey> {
        let ((x, y), c) = (self.choice.pixel?, self.choice.channel?);
        let (subject, node) = match self.choice.page {
            Page::Inspect => {
                let run = self.run.as_ref().filter(|r| self.wanted_run() == Some(r.key))?;
                (Subject::Network(Arc::clone(run)), self.layer()?)
            }
            Page::Operators => {
                let run = &self.study.as_ref()?.run;
                let name = self.choice.study.node.as_deref();
                let node = name.and_then(|name| run.node(name)).unwrap_or_else(|| run.output());
                (Subject::Study(Arc::clone(run)), node)
            }
        };
        let spot = Spot::new(c, y, x);
        spot.is_in(subject.graph().shape(node)).then_some(TraceKey { subject, node, spot })
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
        if self.asked.contribution.as_ref() == Some(&wanted) {
            return;
        }
        self.asked.contribution = Some(wanted.clone());
        self.lanes.contribution.submit("splitting-value", Running::Interrupt, move |ctl| {
            Event::Contribution(trace::contribute(wanted, ctl))
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
        let Some(Place { layer, node, channel, pixel, .. }) = trail.pop() else { return false };
        self.layer = layer;
        self.study.node = node;
        self.channel = Some(channel);
        self.pixel = Some(pixel);
        true
    }
}
