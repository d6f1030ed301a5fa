//! The page of one operator: choosing it, and asking for its picture.

use std::sync::Arc;

use super::{App, Event};
use crate::app::choice::Page;
use crate::app::study::{self, PictureKey, StudyChoice, StudyKey, StudyScene, study_layer};
use crate::engine::Running;
use crate::graph::NodeId;
use crate::variants::{self, Settings};

impl App {
    /// The operator's page on the screen.
    pub fn study(&self) -> Option<&Arc<StudyScene>> {
        self.study.as_ref()
    }

    /// Whether the operator's page on the screen is not (yet) that of what is chosen.
    pub fn study_is_stale(&self) -> bool {
        let shown = self.study.as_ref().map(|s| (&s.key, &s.picture));
        let wanted = self.wanted_study();
        shown != wanted.as_ref().map(|(key, picture)| (key, picture))
    }

    /// The layer that the chosen operator is shown on; `None` for the photo.
    pub fn study_layer(&self) -> Option<NodeId> {
        if self.choice.study.photo {
            return None;
        }
        let (_, model) = self.model.as_ref()?;
        study_layer(&model.model.graph, self.layer(), self.choice.study.operator())
    }

    pub(super) fn choose_study(&mut self, study: StudyChoice) {
        if study.node != self.choice.study.node || study.variant != self.choice.study.variant {
            // Another map may have other channels and pixels.
            self.choice.pixel = None;
        }
        if study.variant != self.choice.study.variant {
            self.choice.lesson = None;
        }
        self.choice.study = study;
    }

    pub(super) fn step_operator(&mut self, step: isize) {
        let now = variants::ALL.iter().position(|v| v.name() == self.choice.study.variant).unwrap_or(0);
        let next = now.saturating_add_signed(step).min(variants::ALL.len() - 1);
        if next != now {
            let photo = self.choice.study.photo;
            self.choose_study(StudyChoice { photo, ..StudyChoice::of(variants::ALL[next].name()) });
        }
    }

    fn wanted_study(&self) -> Option<(StudyKey, PictureKey)> {
        let run = self.run.as_ref().filter(|r| self.wanted_run() == Some(r.key))?;
        let choice = &self.choice.study;
        let graph = &run.model.model.graph;
        let layer = self.study_layer();
        if layer.is_none() && !choice.photo {
            return None;
        }
        // A fit of this operator on this layer is shown on both pages.
        let fit = self.choice.swap.as_ref().filter(|swap| {
            let here = layer.is_some_and(|id| graph.node(id).name == swap.layer);
            here && swap.variant == choice.variant && self.same_settings(&swap.settings, layer)
        });
        let key = StudyKey {
            run: run.key,
            layer: layer.map(|id| graph.node(id).name.clone()),
            variant: choice.variant,
            settings: choice.settings.clone(),
            fit: fit.and_then(|swap| swap.fit.clone()),
        };
        let picture = PictureKey {
            figure: choice.figure,
            node: choice.node.clone(),
            knobs: choice.knobs.clone(),
            channel: self.choice.channel.unwrap_or(0),
            pixel: self.choice.pixel,
            lang: self.prefs.lang,
            room: self.room,
        };
        Some((key, picture))
    }

    fn same_settings(&self, swap: &Settings, layer: Option<NodeId>) -> bool {
        let (Some((_, model)), Some(layer)) = (&self.model, layer) else { return false };
        let operator = self.choice.study.operator();
        variants::site(&model.model.graph, layer)
            .is_ok_and(|g| self.choice.study.settings.clamped(operator, &g) == *swap)
    }

    pub(super) fn sync_study(&mut self) {
        if self.choice.page != Page::Operators || self.room[0] < 1.0 {
            return;
        }
        let Some(wanted) = self.wanted_study() else { return };
        if self.asked.study.as_ref() == Some(&wanted) {
            return;
        }
        let Some(run) = self.run.clone() else { return };
        self.asked.study = Some(wanted.clone());
        self.lanes.timing.cancel();
        self.asked.timing = None;
        let ids = [self.fresh_id(), self.fresh_id()];
        let earlier = self.study.clone();
        // A slider that moves faster than its jobs still shows their results.
        self.lanes.study.submit("running-operator", Running::Finish, move |ctl| {
            let (key, picture) = wanted;
            Event::Study(study::study(&run, key, picture, ids, earlier.as_deref(), ctl))
        });
    }
}
