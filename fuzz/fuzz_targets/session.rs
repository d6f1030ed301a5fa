//! What the window remembers: preferences and measured rooflines, as eframe stores them.
#![no_main]

use std::collections::BTreeMap;

use convscope::analysis::Roofline;
use convscope::app::Preferences;
use convscope::figure::RooflineFigure;
use convscope_fuzz::{start, within};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: start(), |text: &str| {
    within(text.len(), 256, || {
        let stored: Option<Preferences> = ron::from_str(text).ok();
        let rooflines: Option<BTreeMap<String, Roofline>> = ron::from_str(text).ok();
        let preferences = Preferences::restored(stored, rooflines);
        for roof in preferences.rooflines.values() {
            let figure =
                RooflineFigure { roof: Some(roof), dots: &[], selected: None, batch: 1, instead: None };
            let scene = figure.draw(preferences.lang, [640.0, 360.0]);
            assert!(scene.items.len() < 1000, "{} marks", scene.items.len());
        }
        // What is stored at the end is read again at the next start.
        let again = ron::to_string(&preferences).expect("it can be written");
        assert_eq!(ron::from_str::<Preferences>(&again).expect("it can be read").theme, preferences.theme);
    });
});
