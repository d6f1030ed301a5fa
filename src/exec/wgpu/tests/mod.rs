//! Kernels against plain loops, on the software adapter: results there are a GPU's, times are not.

mod convs;
mod fused;
mod oracle;
mod runs;

use std::sync::OnceLock;

use super::{GpuContext, PlanOptions, WgpuPlan, read_back};
use crate::exec::{Ctl, ExecError};
use crate::graph::{Builder, Graph, GraphError, NodeId, Origin, Weight, WeightSource};
use crate::tensor::{HostTensor, Shape, seeded_normal};

/// The device of the tests, opened once: software where there is one, so that results repeat.
fn context() -> Option<&'static GpuContext> {
    static CONTEXT: OnceLock<Result<GpuContext, ExecError>> = OnceLock::new();
    let open = || GpuContext::own(Some(true)).or_else(|_| GpuContext::own(None));
    match CONTEXT.get_or_init(open) {
        Ok(context) => Some(context),
        Err(e) if std::env::var("REQUIRE_GPU").is_ok_and(|v| v == "1") => panic!("{e}"),
        Err(_) => {
            println!("skipped: no adapter");
            None
        }
    }
}

/// Random weights for everything that is asked for, most biases too; variances are positive.
struct Random(u64);

impl WeightSource for Random {
    fn take(&mut self, name: &str, dims: &[usize], optional: bool) -> Result<Option<Weight>, GraphError> {
        self.0 += 1;
        if optional && self.0.is_multiple_of(3) {
            return Ok(None);
        }
        let mut values = seeded_normal(self.0, dims.iter().product(), 0.5);
        if name.ends_with("running_var") {
            values.iter_mut().for_each(|v| *v = v.abs() + 0.1);
        }
        Ok(Some(Weight::new(name, dims.to_vec(), values, Origin::Given)))
    }
}

fn random(shape: Shape, seed: u64) -> HostTensor {
    HostTensor::new(shape, seeded_normal(seed, shape.elements(), 1.0))
}

/// A graph of one input and what `build` makes of it.
fn graph_of(x: Shape, seed: u64, build: impl FnOnce(&mut Builder<'_>, NodeId)) -> Graph {
    let mut weights = Random(seed);
    let mut builder = Builder::new(&mut weights);
    let input = builder.input("x", x).expect("input");
    build(&mut builder, input);
    builder.finish()
}

/// The largest relative error of any node against the plain loops; a line for each above `1e-4`.
fn compare(ctx: &GpuContext, graph: &Graph, options: PlanOptions) -> Vec<String> {
    let inputs: Vec<_> = graph.inputs().iter().map(|&i| random(graph.shape(i), 9)).collect();
    let plan = WgpuPlan::with_options(ctx, graph, options).expect("plan");
    let trace = plan.run(&inputs, &Ctl::default()).expect("run");
    let expected = oracle::run(graph, &inputs);
    let mut wrong = Vec::new();
    for (node, (value, expected)) in graph.nodes().iter().zip(trace.values.iter().zip(&expected)) {
        let found = read_back(ctx, value).expect("read back");
        let error = found.relative_error(expected);
        // Also catches NaN.
        if !matches!(error.partial_cmp(&1e-4), Some(std::cmp::Ordering::Less)) {
            wrong.push(format!("{} {:?} {} -> {error:e}", node.name, options.conv, node.shape));
        }
    }
    wrong
}
