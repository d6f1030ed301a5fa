//! The page of whole networks: choosing what is compared, and asking for counts, times and audited tables.

use std::sync::Arc;

use super::{App, Event};
use crate::app::choice::Page;
use crate::app::networks::{
    self, Backbone, EntryKey, MOST_NETWORKS, NetworkTimes, NetworksChoice, NetworksKey, NetworksScene,
    RowTimes, Section,
};
use crate::cost::published::{self, Audit};
use crate::engine::Running;
use crate::exec::backend::Device;

impl App {
    /// The compared networks on the screen.
    pub fn networks(&self) -> Option<&Arc<NetworksScene>> {
        self.networks.as_ref()
    }

    /// Whether the networks on the screen are not (yet) those that are chosen.
    pub fn networks_are_stale(&self) -> bool {
        self.networks.as_ref().map(|n| &n.key) != self.wanted_networks().as_ref()
    }

    /// The last finished measurement of whole networks.
    pub fn network_times(&self) -> Option<&Arc<NetworkTimes>> {
        self.network_times.as_ref()
    }

    /// The measured times of the rows on the screen.
    pub fn row_times(&self) -> &RowTimes {
        &self.row_times
    }

    /// To be called whenever the rows or the times are other ones.
    pub(super) fn find_row_times(&mut self) {
        self.row_times = match (&self.networks, &self.network_times) {
            (Some(scene), Some(times)) => RowTimes::of(scene, times),
            _ => RowTimes::default(),
        };
    }

    /// How far a measurement of whole networks is, `0.0 ..= 1.0`; `None` if none runs.
    pub fn measuring_networks(&self) -> Option<f32> {
        self.lanes.network_times.state().map(|state| state.progress.share())
    }

    /// The chosen published table, recomputed.
    pub fn audit(&self) -> Option<&Arc<Audit>> {
        self.audits.get(self.choice.networks.table)
    }

    /// A published table, if it was recomputed.
    pub fn audit_of(&self, table: &str) -> Option<&Arc<Audit>> {
        self.audits.get(table)
    }

    pub(super) fn choose_networks(&mut self, mut choice: NetworksChoice) {
        choice.entries.truncate(MOST_NETWORKS);
        if choice.entries.is_empty() {
            return;
        }
        // After a count that was stopped, the same choice asks for it again.
        if choice == self.choice.networks
            && self.lanes.networks.state().is_none()
            && self.networks_are_stale()
        {
            self.asked.networks = None;
        }
        self.choice.networks = choice;
    }

    pub(super) fn step_table(&mut self, step: isize) {
        if self.choice.networks.section != Section::Published {
            return;
        }
        // After one that was stopped, no step asks for it again.
        if step == 0 && self.lanes.audit.state().is_none() {
            self.asked.audit = None;
        }
        let now = published::ALL.iter().position(|t| t.name == self.choice.networks.table).unwrap_or(0);
        let next = now.saturating_add_signed(step).min(published::ALL.len() - 1);
        self.choice.networks.table = published::ALL[next].name;
    }

    /// What is to be counted; `None` while an entry waits for the model.
    fn wanted_networks(&self) -> Option<NetworksKey> {
        let choice = &self.choice.networks;
        let entry = |entry: &networks::Entry| match entry.backbone {
            Backbone::Listed(_) => {
                Some(EntryKey { entry: entry.clone(), side: choice.side, batch: choice.batch, model: None })
            }
            Backbone::Loaded => {
                let (_, model) = self.model.as_ref()?;
                Some(EntryKey { entry: entry.clone(), side: None, batch: 1, model: Some(model.id) })
            }
        };
        let entries = choice.entries.iter().map(entry).collect::<Option<_>>()?;
        Some(NetworksKey { entries, convention: choice.convention })
    }

    pub(super) fn sync_networks(&mut self) {
        if self.choice.page != Page::Networks {
            return;
        }
        if self.choice.networks.section == Section::Published {
            return self.sync_audit();
        }
        let Some(wanted) = self.wanted_networks() else { return };
        if self.asked.networks.as_ref() == Some(&wanted) {
            return;
        }
        self.asked.networks = Some(wanted.clone());
        let model = self.model.as_ref().map(|(_, model)| model.clone());
        let earlier = self.networks.clone();
        self.lanes.networks.submit("counting-networks", Running::Interrupt, move |ctl| {
            Event::Networks(networks::compare(wanted, model.as_ref(), earlier.as_deref(), ctl))
        });
    }

    fn sync_audit(&mut self) {
        let table = self.choice.networks.table();
        if self.audits.contains_key(table.name) || self.asked.audit == Some(table.name) {
            return;
        }
        self.asked.audit = Some(table.name);
        self.lanes.audit.submit("auditing-table", Running::Interrupt, move |ctl| {
            Event::Audit(networks::audit(table, ctl))
        });
    }

    /// Measures the networks on the screen, if they are those that are chosen.
    pub(super) fn measure_networks(&mut self) {
        let Some(scene) = self.networks.clone().filter(|_| !self.networks_are_stale()) else { return };
        let device = match &self.graphics {
            Some(context) if self.uses_graphics() => Device::Wgpu(context.clone()),
            _ => Device::Candle,
        };
        let model = self.model.as_ref().map(|(_, model)| model.clone());
        // Two measurements at a time would disturb each other.
        self.lanes.timing.cancel();
        self.asked.timing = None;
        self.lanes.network_times.submit("measuring-networks", Running::Interrupt, move |ctl| {
            Event::NetworkTimes(networks::measure(&scene, model.as_ref(), &device, ctl))
        });
    }

    /// Stops counting and auditing. What is on the screen is what is chosen again; without anything on the screen the
    /// next choice is counted.
    pub(super) fn cancel_networks(&mut self) {
        for lane in [&self.lanes.networks, &self.lanes.audit, &self.lanes.network_times] {
            lane.cancel();
        }
        self.keep_networks();
    }

    pub(super) fn keep_networks(&mut self) {
        let Some(shown) = self.networks.clone() else { return };
        if self.choice.page != Page::Networks || !self.networks_are_stale() {
            return;
        }
        let choice = &mut self.choice.networks;
        choice.entries = shown.key.entries.iter().map(|key| key.entry.clone()).collect();
        choice.convention = shown.key.convention;
        if let Some(listed) = shown.key.entries.iter().find(|key| key.model.is_none()) {
            (choice.side, choice.batch) = (listed.side, listed.batch);
        }
        self.asked.networks = Some(shown.key.clone());
    }
}
