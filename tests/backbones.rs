//! Every backbone runs, with seeded weights on small maps: the CPU and an adapter agree with the oracle,
//! node by node and fused, with the backbone's own layers and with operators in their place.

use convscope::exec::backend::{Backend, Device, FusedPlan, Plan};
use convscope::exec::{Ctl, ReferencePlan};
use convscope::graph::{Builder, Graph, GraphError, NodeId, Op, Origin, Seeded, Weight, WeightSource};
use convscope::networks::{self, Network, Placement};
use convscope::tensor::{HostTensor, Shape, seeded_normal};
use convscope::variants::{self, Settings};

/// An operator, one of its settings, and its value.
type Operator = (&'static str, &'static str, &'static str);
/// A backbone, with an operator where its paper puts it.
type Case = (&'static str, Option<Operator>);

/// The smallest usual maps that the network can read.
fn input_of(network: &Network) -> Shape {
    let side = match network.name {
        "alexnet" | "squeezenet1_1" => 64,
        _ => 32,
    };
    Shape::new(1, 3, side, side)
}

/// Weights cut from one list of drawn numbers: some networks have a hundred million. They are half as large as
/// [`Seeded`] would make them: untrained norms do not hold values back, and behind fifty sums of residual
/// blocks the gates of excitations would saturate and magnify the rounding of the values before them.
struct Drawn(Vec<f32>);

impl Drawn {
    fn new() -> Self {
        Self(seeded_normal(7, 1 << 20, 1.0))
    }
}

impl WeightSource for Drawn {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        if optional || dims.len() < 2 {
            return Seeded(7).take(name, dims, optional);
        }
        let scale = 0.5 * (2.0 / dims[1..].iter().product::<usize>() as f32).sqrt();
        let start = name.bytes().fold(0, |start: usize, b| start.wrapping_mul(31).wrapping_add(b.into()));
        let count: usize = dims.iter().product();
        let values = (0..count).map(|i| self.0[start.wrapping_add(i) % self.0.len()] * scale).collect();
        Ok(Some(Weight::new(name, dims.to_vec(), values, Origin::Seeded)))
    }
}

/// The network with an operator where its paper puts it, up to the values before the softmax, which would
/// hide differences.
fn logits(weights: &mut Drawn, network: &Network, operator: Option<Operator>) -> Graph {
    let input = input_of(network);
    let mut placement = Placement::default();
    if let Some((variant, setting, value)) = operator {
        let variant = variants::find(variant).expect("listed");
        let settings = |g: &_| {
            let mut settings = Settings::default();
            let names = variant.linked().filter(|(name, _)| *name == setting).map(|(_, names)| names);
            for name in names.unwrap_or(&[setting]) {
                settings.set(name, value.parse().expect("a value"));
            }
            settings.completed(variant, g)
        };
        placement = network.placement(variant, input, &settings).expect("builds").expect("a rule");
        assert!(!placement.is_empty());
    }
    let graph = network.build_with(weights, input, &placement).expect("builds");
    assert!(graph.weights().iter().all(|w| w.origin == Origin::Seeded));
    let mut source = Seeded(0);
    let mut b = Builder::new(&mut source);
    let mut nodes: Vec<NodeId> = Vec::new();
    let (_, last) = graph.outputs()[0];
    assert_eq!(graph.node(last).op, Op::Softmax);
    for (_, node) in graph.iter().filter(|(id, _)| *id != last) {
        let inputs: Vec<NodeId> = node.inputs.iter().map(|i| nodes[i.index()]).collect();
        nodes.push(b.copy(&graph, node, &inputs).expect("copies"));
    }
    b.output("logits", nodes[graph.node(last).inputs[0].index()]);
    b.finish()
}

fn run(device: &Device, graph: &Graph, input: &HostTensor) -> [HostTensor; 2] {
    let inputs = std::slice::from_ref(input);
    let trace = Plan::new(device, graph).expect("plan").run(inputs, &Ctl::default()).expect("runs");
    let (_, output) = graph.outputs()[0];
    let fused = FusedPlan::new(device, graph).expect("fused plan").run(inputs, &Ctl::default());
    [device.read(trace.value(output)).expect("reads"), fused.expect("runs fused").outputs.remove(0)]
}

/// What differs from the oracle by more than `most`.
fn differences(device: &Device, most: f64, cases: &[Case]) -> Vec<String> {
    let (mut wrong, mut weights) = (Vec::new(), Drawn::new());
    for &(name, operator) in cases {
        let network = networks::find(name).expect("listed");
        let graph = logits(&mut weights, network, operator);
        let shape = input_of(network);
        let input = HostTensor::new(shape, seeded_normal(3, shape.elements(), 1.0));
        let oracle = ReferencePlan::new(&graph).run(std::slice::from_ref(&input), &Ctl::default());
        let reference = oracle.expect("runs").value(graph.outputs()[0].1).clone();
        let reference = Device::Reference.read(&reference).expect("on the host");
        let data = reference.data();
        assert!(data.iter().all(|v| v.is_finite()) && data.iter().any(|v| *v != 0.0), "{name}");
        for (found, how) in run(device, &graph, &input).iter().zip(["node by node", "fused"]) {
            let error = found.relative_error(&reference);
            println!("{name} {operator:?} {how}: {error:.1e}");
            if error.is_nan() || error > most {
                wrong.push(format!("{name} {operator:?} {how}: {error:.1e}"));
            }
        }
    }
    wrong
}

#[test]
fn untrained_weights_are_marked() {
    let network = networks::find("ghostnet").expect("listed");
    let graph = network.build(&mut Seeded(7), input_of(network)).expect("builds");
    assert!(graph.weights().iter().all(|w| w.origin == Origin::Seeded));
}

/// Backbones that differ from one that is run only in the numbers of a table.
const ALIKE: [&str; 14] = [
    "vgg16_cifar_beside_p2",
    "vgg16_cifar_beside_p4",
    "vgg16_cifar_beside_p16",
    "vgg16_cifar_beside_p32",
    "vgg16_cifar_beside_p64",
    "condensenet74_cifar",
    "condensenet86_cifar",
    "condensenet98_cifar",
    "condensenet110_cifar",
    "condensenet122_cifar",
    "res2net50_48w_2s",
    "res2net50_14w_8s",
    "res2net50_26w_6s",
    "res2net50_26w_8s",
];

#[test]
fn every_backbone_on_the_cpu() {
    let cases: Vec<_> =
        networks::ALL.iter().map(|n| (n.name, None)).filter(|(name, _)| !ALIKE.contains(name)).collect();
    assert_eq!(cases.len() + ALIKE.len(), networks::ALL.len());
    let wrong = differences(&Device::Candle, 1e-5, &cases);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One network of every kind of placement.
const PLACED: [Case; 10] = [
    ("resnet50", Some(("octave", "alpha", "0.5"))),
    ("se_resnet50", Some(("octave", "alpha", "0.25"))),
    ("resnext50_32x4d", Some(("octave", "alpha", "0.5"))),
    ("densenet121", Some(("octave", "alpha", "0.25"))),
    ("mobilenet_v1", Some(("octave", "alpha", "0.5"))),
    ("mobilenet_v1", Some(("hetconv", "part", "8"))),
    ("resnet20_cifar_a", Some(("hetconv", "part", "4"))),
    ("vgg16_cifar", Some(("spconv", "alpha", "0.25"))),
    ("vgg16_cifar", Some(("group_pointwise", "groups", "4"))),
    ("shufflenet_v2_x0_5", Some(("sfr", "sparsity", "4"))),
];

#[test]
fn every_placement_on_the_cpu() {
    let wrong = differences(&Device::Candle, 1e-5, &PLACED);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_operation_of_the_backbones_on_an_adapter() {
    if convscope::exec::wgpu::adapters().is_empty() && std::env::var_os("REQUIRE_GPU").is_none() {
        return;
    }
    let device = Device::open(Backend::Wgpu).expect("an adapter");
    let cases = [
        ("alexnet", None),
        ("ghostnet", None),
        ("condensenet_v2_a", None),
        ("resnet20_cifar_a", None),
        ("shufflenet_v2_x0_5", PLACED[9].1),
        ("resnet26", Some(("octave", "alpha", "0.5"))),
    ];
    let wrong = differences(&device, 1e-4, &cases);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
