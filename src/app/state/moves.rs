//! Steps from layer to layer and from channel to channel, and a choice that another network can follow.

use super::App;
use crate::app::scene;
use crate::graph::NodeId;

impl App {
    /// Layers that the new model does not have are no longer chosen.
    pub(super) fn fit_choice_to_model(&mut self) {
        let Some((_, model)) = &self.model else { return };
        let graph = &model.model.graph;
        let exists = |name: &String| graph.find(name).is_some();
        if self.choice.ablation.as_ref().is_some_and(|a| !exists(&a.layer)) {
            self.choice.ablation = None;
        }
        if self.choice.swap.as_ref().is_some_and(|s| !exists(&s.layer)) {
            self.choice.swap = None;
        }
        if !self.choice.layer.as_ref().is_some_and(exists) {
            let first = scene::first_layer(graph).map(|id| graph.node(id).name.clone());
            self.choice.layer = first;
            self.choice.channel = None;
            self.choice.pixel = None;
        }
    }

    pub(super) fn choose_layer(&mut self, name: String) {
        let Some((_, model)) = &self.model else { return };
        let Some(id) = model.model.graph.find(&name) else { return };
        let shape = model.model.graph.shape(id);
        self.choice.layer = Some(name);
        // The channel and the pixel stay chosen where the new layer has them.
        self.choice.channel = self.choice.channel.filter(|&c| c < shape.c);
        self.choice.pixel = self.choice.pixel.filter(|&(x, y)| x < shape.w && y < shape.h);
        if self.choice.channel.is_none() {
            self.choice.pixel = None;
        }
    }

    pub(super) fn step_layer(&mut self, step: isize) {
        let Some((_, model)) = &self.model else { return };
        let graph = &model.model.graph;
        let layers: Vec<NodeId> = scene::layers(graph).collect();
        let now = self.layer().and_then(|id| layers.iter().position(|&l| l == id)).unwrap_or(0);
        let next = now.saturating_add_signed(step).min(layers.len().saturating_sub(1));
        if let Some(&id) = layers.get(next) {
            let name = graph.node(id).name.clone();
            self.choose_layer(name);
        }
    }

    pub(super) fn step_channel(&mut self, step: isize) {
        let Some((_, model)) = &self.model else { return };
        let Some(id) = self.layer() else { return };
        let last = model.model.graph.shape(id).c - 1;
        let next = self.choice.channel.map_or(0, |c| c.saturating_add_signed(step).min(last));
        self.choice.channel = Some(next);
    }
}
