//! Recipes in exported pictures and tables, and the figures that they ask for.
#![no_main]

use std::sync::{Arc, LazyLock};

use convscope::exec::Ctl;
use convscope::figure::recipe::Picture;
use convscope::figure::{PictureFormat, Recipe, Site, Study, draw, picture};
use convscope::variants;
use convscope_fuzz::{one_sentence, start, within};
use libfuzzer_sys::fuzz_target;

/// A small layer, on which every figure is drawn.
static SITE: LazyLock<Arc<Site>> =
    LazyLock::new(|| Arc::new(Site::of_shape(8, 6).expect("a layer of 8 channels")));

fuzz_target!(init: start(), |bytes: &[u8]| {
    let recipe = within(bytes.len(), 256, || match Recipe::read("picture", bytes) {
        Ok(recipe) => {
            let again = Recipe::read("again", recipe.json().as_bytes()).expect("its own recipe");
            assert_eq!(again.json(), recipe.json());
            Some(recipe)
        }
        Err(error) => {
            one_sentence(&error);
            None
        }
    });
    let Some(recipe) = recipe else { return };
    let Picture::Figure { operator, settings, .. } = &recipe.picture else { return };
    let Some(operator) = variants::find(operator) else { return };
    match Study::new(operator, settings, Arc::clone(&SITE)).run(&Ctl::default()) {
        Ok(run) => {
            if let Some(scene) = draw(&recipe, &run)
                && let Err(error) = picture(&scene, &recipe, PictureFormat::Svg)
            {
                one_sentence(&error);
            }
        }
        Err(error) => one_sentence(&error),
    }
});
