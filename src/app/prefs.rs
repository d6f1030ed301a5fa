//! What is remembered from one start to the next.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::insight::InspectView;
use super::insight::LEAST_THRESHOLD;
use crate::analysis::Roofline;
use crate::analysis::redundancy::Measure;
use crate::figure::{Colours, Scale};
use crate::text::Lang;
use crate::variants;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Dark text on light ground.
    Light,
    /// Light text on dark ground.
    Dark,
}

/// Which device runs networks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceChoice {
    /// The window's graphics adapter if it is hardware, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The window's graphics adapter, even if it is software.
    Graphics,
}

/// Preferences. Fields that an older file lacks get their defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Version of this format.
    pub version: u32,
    /// Language of the interface.
    pub lang: Lang,
    /// Light or dark.
    pub theme: Theme,
    /// Where networks run.
    pub device: DeviceChoice,
    /// Scale of colour maps.
    pub scale: Scale,
    /// Kind of colour map.
    pub colours: Colours,
    /// What page Inspect shows of a layer.
    pub inspect_view: InspectView,
    /// What channels are compared by.
    pub measure: Measure,
    /// The similarity from which channels count as twins.
    pub twin_threshold: f32,
    /// Whether exported pictures say how they were made.
    pub caption: bool,
    /// Where the last file was exported to.
    pub folder: Option<PathBuf>,
    /// Lessons that were left: operator and step, from 0 on.
    pub lessons: BTreeMap<String, usize>,
    /// What devices can do, by their names. Stored by itself ([`Preferences::ROOFLINES`]), so that another
    /// format of it costs a measurement and not the other preferences.
    #[serde(skip)]
    pub rooflines: BTreeMap<String, Roofline>,
    /// Whether page Bench asks for a guess before it shows times.
    pub predict_first: bool,
}

impl Preferences {
    /// Key in the storage; a new format that cannot read the old one gets a new key.
    pub const KEY: &'static str = "preferences_v1";
    /// Key of the rooflines in the storage.
    pub const ROOFLINES: &'static str = "rooflines_v1";

    /// What was read from the storage. A file may have been changed by hand or damaged: what cannot be is
    /// replaced by the default or left out.
    pub fn restored(stored: Option<Self>, rooflines: Option<BTreeMap<String, Roofline>>) -> Self {
        let mut prefs = stored.unwrap_or_default();
        if !(LEAST_THRESHOLD..=1.0).contains(&prefs.twin_threshold) {
            prefs.twin_threshold = Self::default().twin_threshold;
        }
        prefs.lessons.retain(|variant, _| variants::find(variant).is_some());
        prefs.rooflines = rooflines.unwrap_or_default();
        prefs.rooflines.retain(|_, roof| roof.is_plausible());
        prefs
    }
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            version: 1,
            lang: Lang::from_env(),
            theme: Theme::default(),
            device: DeviceChoice::default(),
            scale: Scale::default(),
            colours: Colours::default(),
            inspect_view: InspectView::default(),
            measure: Measure::default(),
            twin_threshold: 0.95,
            caption: false,
            folder: None,
            lessons: BTreeMap::new(),
            rooflines: BTreeMap::new(),
            predict_first: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Bandwidth, Spread, SyncCheck};

    #[test]
    fn an_old_file_loads_and_keeps_what_it_knows() {
        let old = r#"{"theme":"Dark","gone":1}"#;
        let p: Preferences = serde_json::from_str(old).expect("readable");
        assert_eq!((p.theme, p.version, p.scale), (Theme::Dark, 1, Scale::Channel));
    }

    #[test]
    fn what_cannot_be_is_left_out() {
        let stored: Preferences =
            serde_json::from_str(r#"{"twin_threshold":-3,"lessons":{"octave":2,"nothing":1}}"#)
                .expect("readable");
        let spread = |median| Spread { median, low: 1.0, high: 9.0, rounds: 5 };
        let roof = |macs| Roofline {
            device: "CPU".into(),
            software: false,
            program: Roofline::program(),
            macs: spread(macs),
            bandwidth: vec![Bandwidth { working_set: 1, rate: spread(2.0) }],
            run_ns: spread(2.0),
            step_ns: spread(2.0),
            sync: SyncCheck { work: 4.0, time: spread(4.0) },
        };
        // A logarithmic axis down to a rate of 0 would have no end.
        let mut still = roof(2.0);
        still.bandwidth[0].rate.low = 0.0;
        assert!(!still.is_plausible());
        let roofs = [("good", 2.0), ("none", f64::NAN), ("endless", f64::INFINITY), ("upside down", 0.5)];
        let p = Preferences::restored(Some(stored), Some(roofs.map(|(k, v)| (k.into(), roof(v))).into()));
        assert_eq!(p.twin_threshold, 0.95);
        assert_eq!(p.lessons.keys().collect::<Vec<_>>(), ["octave"]);
        assert_eq!(p.rooflines.keys().collect::<Vec<_>>(), ["good"]);
    }
}
