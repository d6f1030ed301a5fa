//! Every operator can be shown on every convolution of the bundled networks and on the photo itself.

use std::sync::Arc;

use convscope::app::bundled_photo;
use convscope::exec::Ctl;
use convscope::exec::backend::{Device, Plan};
use convscope::figure::{Site, Study};
use convscope::image_io::preprocess;
use convscope::model_files::{BUNDLED, Model};
use convscope::variants::{self, Settings, Value};

/// Both forms add the same products in another order; single precision rounds them differently.
#[test]
fn masked_and_converted_forms_agree_on_real_maps() {
    let photo = bundled_photo("chelsea.png").expect("bundled");
    let mut sites = 0;
    for name in BUNDLED {
        let model = Model::load(name).expect("bundled");
        let input = preprocess(&photo.rgb, photo.width, photo.height, &model.manifest);
        let plan = Plan::new(&Device::Candle, &model.graph).expect("plan");
        let trace = plan.run(std::slice::from_ref(&input), &Ctl::default()).expect("run");
        for (id, _) in model.graph.iter().step_by(5) {
            let Ok(site) = Site::of_layer(&model.graph, id, |id| Device::Candle.read(trace.value(id))) else {
                continue;
            };
            let site = Arc::new(site);
            for operator in ["sfr", "learned_group"] {
                let operator = variants::find(operator).expect("listed");
                let [masked, converted] = ["masked", "converted"].map(|form| {
                    let mut settings = Settings::default();
                    settings.set("form", Value::Choice(form.into()));
                    let run = Study::new(operator, &settings, Arc::clone(&site)).run(&Ctl::default());
                    run.expect("runs").map().clone()
                });
                let largest = masked.data().iter().fold(0.0_f32, |most, v| most.max(v.abs()));
                let differences = masked.data().iter().zip(converted.data()).map(|(a, b)| (a - b).abs());
                let most = differences.fold(0.0, f32::max) / largest;
                assert!(most < 1e-6, "{} on {}: {most}", operator.name(), site.name);
                sites += 1;
            }
        }
    }
    assert!(sites > 10, "{sites}");
}

#[test]
fn every_operator_runs_on_every_layer_and_on_the_photo() {
    let photo = bundled_photo("chelsea.png").expect("bundled");
    for name in BUNDLED {
        let model = Model::load(name).expect("bundled");
        let input = preprocess(&photo.rgb, photo.width, photo.height, &model.manifest);
        let plan = Plan::new(&Device::Candle, &model.graph).expect("plan");
        let trace = plan.run(std::slice::from_ref(&input), &Ctl::default()).expect("run");
        let mut sites = vec![Site::of_photo(&input).expect("photo")];
        for (id, _) in model.graph.iter() {
            let read = |id| Device::Candle.read(trace.value(id));
            if let Ok(site) = Site::of_layer(&model.graph, id, read) {
                sites.push(site);
            }
        }
        assert!(sites.len() > 10, "{name} has {} sites", sites.len());
        for site in sites.into_iter().step_by(3) {
            let site = Arc::new(site);
            for &variant in variants::ALL {
                let study = Study::new(variant, &Settings::default(), Arc::clone(&site));
                let run = study.run(&Ctl::default());
                let run = run.unwrap_or_else(|e| panic!("{} on {}: {e}", variant.name(), site.name));
                assert!(run.map().data().iter().all(|v| v.is_finite()));
                let counted: u64 = run.cost.nodes.iter().map(|n| n.macs).sum();
                if let Some(formula) = run.formula {
                    assert_eq!(counted, formula.macs, "{} on {}", variant.name(), site.name);
                }
                assert_eq!(run.in_place, run.dense().is_some(), "{} on {}", variant.name(), site.name);
            }
        }
    }
}
