//! What is remembered from one start to the next.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::insight::InspectView;
use crate::analysis::Roofline;
use crate::analysis::redundancy::Measure;
use crate::figure::{Colours, Scale};
use crate::text::Lang;

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

    #[test]
    fn an_old_file_loads_and_keeps_what_it_knows() {
        let old = r#"{"theme":"Dark","gone":1}"#;
        let p: Preferences = serde_json::from_str(old).expect("readable");
        assert_eq!((p.theme, p.version, p.scale), (Theme::Dark, 1, Scale::Channel));
    }
}
