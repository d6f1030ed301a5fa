//! `convscope model redundancy`: which channels of a layer look alike.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use serde_json::{Value as Json, json};

use super::images::{bundled, named};
use super::{BackendArg, Format, Output, line, print_json};
use crate::analysis::ablation::saving;
use crate::analysis::redundancy::{Gram, Measure, Pair, Similarity, effective_rank};
use crate::exec::backend::{Device, Plan};
use crate::exec::{CancelToken, Ctl};
use crate::image_io::preprocess;
use crate::model_files::Model;
use crate::variants;

/// Pairs that are printed.
const PAIRS: usize = 10;

/// Arguments of `convscope model redundancy`.
#[derive(Args, Debug)]
pub struct RedundancyArgs {
    /// A model: manifest, weights beside their manifest, or the name of a bundled one.
    model: PathBuf,
    /// The layer whose channels are compared, such as fire2/squeeze1x1.
    #[arg(long, value_name = "NAME")]
    layer: String,
    /// Images over which they are compared, or folders of them; without any the bundled chelsea.png.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    image: Vec<PathBuf>,
    /// What they are compared by.
    #[arg(long, value_enum, default_value_t = MeasureArg::Cosine)]
    measure: MeasureArg,
    /// The similarity from which two channels are twins, 0 to 1.
    #[arg(long, value_name = "S", default_value_t = 0.95)]
    threshold: f32,
    /// What runs the network.
    #[arg(long, value_enum, default_value_t = BackendArg::Candle)]
    backend: BackendArg,
    #[command(flatten)]
    output: Output,
}

/// Measures as clap knows them.
#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
enum MeasureArg {
    /// x . y / (|x| |y|).
    Cosine,
    /// The cosine after the means were taken off.
    Pearson,
}

impl From<MeasureArg> for Measure {
    fn from(arg: MeasureArg) -> Self {
        match arg {
            MeasureArg::Cosine => Self::Cosine,
            MeasureArg::Pearson => Self::Pearson,
        }
    }
}

/// Compares the channels.
pub fn run(args: &RedundancyArgs) -> anyhow::Result<()> {
    if !(0.0..=1.0).contains(&args.threshold) {
        bail!("--threshold {}: expected a similarity from 0 to 1", args.threshold);
    }
    let model = Model::load(&args.model)?;
    let graph = &model.graph;
    let id = variants::find_layer(graph, &args.layer)?;
    let device = Device::open(args.backend.into())?;
    let plan = Plan::new(&device, graph)?;
    let mut gram = Gram::new(graph.shape(id).c);
    let (mut names, mut maps, mut name_of_device) = (Vec::new(), None, String::new());
    // Without any, the photo that the window opens with.
    let photos = if args.image.is_empty() { Box::new(bundled().take(1)) } else { named(&args.image)? };
    for photo in photos {
        let photo = photo?;
        let input = preprocess(&photo.rgb, photo.width, photo.height, &model.manifest);
        let trace = plan.run(&[input], &Ctl::default())?;
        let value = device.read(trace.value(id))?;
        gram.add_on(&device, &value, &CancelToken::default())?;
        names.push(photo.name.clone());
        (maps, name_of_device) = (Some(value), trace.device);
    }
    if names.is_empty() {
        bail!("none of the images can be read");
    }
    let similarity = Similarity::of(&gram, args.measure.into());
    let twins = similarity.twins(args.threshold);
    let rank = effective_rank(&similarity, maps.as_ref().filter(|_| names.len() == 1));
    let removed: Vec<usize> = twins.replaced.iter().map(|p| p.a).collect();
    let saved = saving(graph, id, &removed);
    if args.output.format == Format::Json {
        return print_json(&json!({
            "model": model.manifest.name,
            "layer": args.layer,
            "images": names,
            "backend": device.backend().name(),
            "device": name_of_device,
            "measure": similarity.measure,
            "threshold": args.threshold,
            "channels": similarity.channels,
            "values_per_channel": gram.values(),
            "compared": similarity.live.len(),
            "dead": similarity.dead,
            "constant": similarity.constant,
            "not_finite": similarity.not_finite,
            "with_twin": twins.with_twin,
            "with_negated_twin": twins.with_negated,
            "could_go": twins.replaced.iter().map(pair_json).collect::<Vec<_>>(),
            "most_similar": similarity.most_similar_pairs(PAIRS).iter().map(pair_json).collect::<Vec<_>>(),
            "effective_rank": rank,
            "effective_rank_definition": "exp of the entropy of the singular values, as shares of their sum, of the compared channels scaled to length 1 (Roy and Vetterli 2007)",
            "saving_without_could_go": saved,
            "convention": "macs: multiply-adds of convolution and linear layers, without bias, zeros of the border included, that make or read the channels; params: trainable",
        }));
    }
    line(format_args!(
        "{} of {} channels have a twin ({} >= {})",
        twins.with_twin.len(),
        similarity.channels,
        similarity.measure.name(),
        args.threshold
    ))?;
    line(format_args!(
        "{} could leave their place to a twin: {} fewer of {} MACs",
        removed.len(),
        saved.macs,
        saved.of_macs
    ))?;
    line(format_args!("{} have a negated twin", twins.with_negated.len()))?;
    line(format_args!(
        "{} are zero everywhere, {} constant",
        similarity.dead.len(),
        similarity.constant.len()
    ))?;
    line(format_args!("effective rank {rank:.2} of {}", similarity.live.len()))?;
    for Pair { a, b, similarity } in similarity.most_similar_pairs(PAIRS) {
        line(format_args!("{a:>5} {b:>5}  {similarity:.4}"))?;
    }
    Ok(())
}

fn pair_json(pair: &Pair) -> Json {
    json!({"channel": pair.a, "twin": pair.b, "similarity": pair.similarity})
}
