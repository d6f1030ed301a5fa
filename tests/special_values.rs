//! NaN and infinities, maps of one pixel, batches and odd sides: every executor gives what the definition
//! gives, also where that is not a finite number.

mod support;

use convscope::exec::Ctl;
use convscope::exec::backend::{Backend, Device, Plan};
use convscope::tensor::HostTensor;
use convscope::variants::{ALL, Geometry, Output};
use support::{Layer, Source, layer};

/// What a value is apart from its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Finite,
    NaN,
    Positive,
    Negative,
}

fn kind(v: f32) -> Kind {
    match v {
        v if v.is_nan() => Kind::NaN,
        f32::INFINITY => Kind::Positive,
        f32::NEG_INFINITY => Kind::Negative,
        _ => Kind::Finite,
    }
}

fn run(layer: &Layer, device: &Device, inputs: &[HostTensor]) -> Vec<HostTensor> {
    let trace = Plan::new(device, &layer.graph).expect("a plan").run(inputs, &Ctl::default()).expect("a run");
    let maps = layer.outputs.iter().filter(|(_, output)| !matches!(output, Output::Mask(_)));
    maps.map(|(_, output)| device.read(trace.value(output.node())).expect("a value")).collect()
}

fn devices() -> Vec<Device> {
    let mut devices = vec![Device::Candle];
    if !convscope::exec::wgpu::adapters().is_empty() || std::env::var_os("REQUIRE_GPU").is_some() {
        devices.push(Device::open(Backend::Wgpu).expect("this test needs the device"));
    }
    devices
}

/// Every operator at its defaults and in its other forms, with strides where it has them.
fn layers(size: [usize; 3], norm: bool) -> Vec<(String, Layer)> {
    let mut all = Vec::new();
    for v in ALL {
        for stride in [1, 2] {
            let g = v.nearest(Geometry::same(8, 8, 3, stride));
            if g.stride != stride {
                continue;
            }
            let other: &[(&str, &str)] = match v.name() {
                "learned_group" | "sfr" => &[("form", "converted")],
                "hetconv" => &[("order", "block")],
                _ => &[],
            };
            for set in [&[], other] {
                let mut source = Source { seed: 5, bias: true, norm, ..Source::default() };
                all.push((
                    format!("{} {set:?} stride {stride}", v.name()),
                    layer(v.name(), g, set, size, &mut source),
                ));
                if other.is_empty() {
                    break;
                }
            }
        }
    }
    all
}

#[test]
fn odd_sizes_batches_and_one_pixel_agree() {
    for device in devices() {
        let tolerance = if device.backend() == Backend::Wgpu { 1e-4 } else { 1e-5 };
        for size in [[1, 1, 1], [3, 1, 1], [3, 5, 7], [2, 1, 9]] {
            for (name, layer) in layers(size, true) {
                let inputs = layer.inputs(2);
                let right = run(&layer, &Device::Reference, &inputs);
                for (found, right) in run(&layer, &device, &inputs).iter().zip(&right) {
                    let error = found.relative_error(right);
                    assert!(error <= tolerance, "{name} {size:?} {:?}: {error}", device.backend());
                }
            }
        }
    }
}

/// One value of the first input that is not finite.
fn specials(layer: &Layer) -> Vec<(String, usize, Vec<HostTensor>)> {
    let mut all = Vec::new();
    for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for (channel, place) in [(0, 4), (3, 97), (6, 60)] {
            let mut inputs = layer.inputs(2);
            let shape = inputs[0].shape();
            let mut values = inputs[0].data().to_vec();
            values[channel % shape.c * shape.plane() + place] = special;
            inputs[0] = HostTensor::new(shape, values);
            all.push((format!("{special} in channel {channel} at {place}"), place, inputs));
        }
    }
    all
}

const SIZE: [usize; 3] = [1, 9, 11];

/// NaN and infinities come out exactly where the definition says, of the kind that it says. A zero of the
/// border times a weight is zero; a tap that does not exist meets no infinity; 0 times infinity is NaN in
/// every executor.
#[test]
fn what_is_not_finite_stays_where_the_definition_puts_it() {
    let devices = devices();
    let (mut strict, mut special) = (0, 0);
    for (name, layer) in layers(SIZE, true).into_iter().chain(layers(SIZE, false)) {
        strict += 1;
        for (what, _, inputs) in specials(&layer) {
            let right = run(&layer, &Device::Reference, &inputs);
            special += right[0].data().iter().filter(|v| !v.is_finite()).count();
            for device in &devices {
                for (found, right) in run(&layer, device, &inputs).iter().zip(&right) {
                    for (i, (&found, &right)) in found.data().iter().zip(right.data()).enumerate() {
                        let backend = device.backend();
                        let same = kind(found) == kind(right);
                        assert!(same, "{name}, {what}, {backend:?} at {i}: {found} instead of {right}");
                    }
                }
            }
        }
    }
    assert!(strict > 35 && special > 1000, "{strict} layers, {special} values");
}
