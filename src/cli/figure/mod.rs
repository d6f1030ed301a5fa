//! `convscope figure`: pictures as files, without a display.

mod args;
mod networks;
mod ran;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
pub use args::FigureArgs;
use args::{LangArg, ThemeArg};
use ran::Ran;

use super::cost::find_variant;
use super::line;
use crate::app::{BUNDLED_PHOTOS, bundled_photo, study_layer};
use crate::figure::recipe::{APP, COUNTING, Computed, ImageId, Look, ModelId, Picture, WeightsFrom};
use crate::figure::table::Table;
use crate::figure::{self, Colours, Knobs, PictureFormat, Recipe, Scale, Scene, Source, Study, StudyRun};
use crate::image_io::{Photo, decode};
use crate::model_files::{BUNDLED, Model};
use crate::networks::Written;
use crate::text::{Lang, tr};
use crate::variants::{self, ConvVariant, Settings};

/// The layer that pictures are made of unless one is named, where the network has it.
const FIRST_LAYER: &str = "fire2/expand3x3";
/// The figure of every operator.
const DIAGRAM: &str = "diagram";

/// What is written, by the ending of the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Picture(PictureFormat),
    Csv,
    Json,
}

/// Draws and writes, or lists figures.
pub fn run(args: &FigureArgs) -> anyhow::Result<()> {
    if let Some(path) = &args.recipe {
        return rebuild(args, path);
    }
    match (&args.operator, &args.figure, &args.out) {
        (Some(name), None, None) => list(find_variant(name)?),
        (_, _, None) => bail!("where to? --out FILE.png or --out FILE.svg"),
        (_, _, Some(out)) => make(args, out),
    }
}

/// The figures of an operator with their titles.
fn list(operator: &dyn ConvVariant) -> anyhow::Result<()> {
    for name in figures(operator) {
        line(format_args!("{name:22} {}", tr(Lang::En, &format!("figure-{name}"))))?;
    }
    Ok(())
}

fn figures(operator: &dyn ConvVariant) -> Vec<&'static str> {
    let own = operator.figures().iter().copied().filter(|&name| name != DIAGRAM);
    [DIAGRAM].into_iter().chain(own).filter(|name| figure::find(name).is_some()).collect()
}

/// A picture as the options say.
fn make(args: &FigureArgs, out: &Path) -> anyhow::Result<()> {
    let format = format_of(out)?;
    let table = !matches!(format, Format::Picture(_));
    if (table && args.maps) || (args.operator.is_some() && args.figure.is_none() && !table) {
        bail!(
            "pictures (--maps, or --operator with --figure) end in .png or .svg, costs (--operator) in .csv or .json"
        );
    }
    let look = Look {
        size: args.size,
        pixels_per_point: args.scale,
        dark: matches!(args.theme, ThemeArg::Dark),
        lang: if matches!(args.lang, LangArg::En) { Lang::En } else { Lang::Zh },
        caption: args.caption,
    };
    let operator = args.operator.as_deref().map(find_variant).transpose()?;
    let model = Model::load(args.model.as_deref().unwrap_or(Path::new(BUNDLED[0])))?;
    let ran = Ran::new(model, photo(args.image.as_deref())?, args.backend.into())?;
    let graph = &ran.model.graph;
    let first = variants::find_layer(graph, args.layer.as_deref().unwrap_or(FIRST_LAYER));
    let layer = match (&args.layer, operator) {
        (Some(_), _) => Some(first?),
        (None, Some(operator)) => study_layer(graph, first.ok(), operator),
        (None, None) => first.ok().or(graph.outputs().first().map(|&(_, id)| id)),
    };
    let layer = layer.context("the network has no convolution: name a --layer")?;
    let source = if args.photo { Source::Photo } else { Source::Layer(graph.node(layer).name.clone()) };
    let mut recipe = Recipe {
        app: APP.to_owned(),
        model: ModelId::of(&ran.model),
        image: ImageId::of(&ran.photo),
        source,
        channel: args.channel,
        pixel: args.pixel,
        picture: Picture::Maps { scale: args.range.into(), colours: args.colours.into(), swap: None },
        look,
        computed: Computed {
            network: ran.device.backend(),
            device: ran.trace.device.clone(),
            weights: ran.model.origin().into(),
        },
        counting: COUNTING.to_owned(),
    };
    let Some(operator) = operator else {
        let scene = ran.sheet(&recipe, layer)?;
        return write(out, &scene, &recipe, format);
    };
    let site = ran.site(&recipe.source)?;
    let geometry = Study::new(operator, &Settings::default(), Arc::clone(&site)).geometry;
    let settings = super::settings::parse(operator, &geometry, &args.set)?;
    settings.check(operator, &geometry)?;
    let study = ran.study(operator, &settings, site, args.fit)?;
    recipe.computed.weights = study.origin.into();
    let (operator, settings) = (operator.name().to_owned(), study.study.settings.clone());
    let Some(figure) = &args.figure else {
        recipe.picture = Picture::Costs { operator, settings };
        return write_costs(out, &study, &recipe, format);
    };
    let known = figures(study.study.operator());
    if !known.contains(&figure.as_str()) {
        bail!("{operator} has no figure '{figure}'; it has {}", known.join(", "));
    }
    let knobs = knobs(&args.knob, figure, &study)?;
    recipe.picture = Picture::Figure {
        figure: figure.clone(),
        operator,
        settings,
        knobs,
        node: args.node.clone(),
        scale: Scale::Channel,
        colours: Colours::Auto,
    };
    checked(&recipe, &study)?;
    if table {
        return write_costs(out, &study, &recipe, format);
    }
    write(out, &drawn(&recipe, &study)?, &recipe, format)
}

/// The picture that a recipe describes.
fn rebuild(args: &FigureArgs, path: &Path) -> anyhow::Result<()> {
    let out = args.out.as_deref().context("where to? --out FILE.png or --out FILE.svg")?;
    let format = format_of(out)?;
    let name = path.display().to_string();
    let mut recipe = Recipe::read(&name, &std::fs::read(path).with_context(|| name.clone())?)?;
    if recipe.app != APP {
        log::warn!("{name} was made by {}, this is {APP}: the picture may differ", recipe.app);
    }
    if networks::rebuild(args, &mut recipe, out, format)? {
        return Ok(());
    }
    let model = model_of(args, &recipe)?;
    let image = match &args.image {
        Some(path) => path.clone(),
        None if BUNDLED_PHOTOS.contains(&recipe.image.name.as_str()) => recipe.image.name.clone().into(),
        None => {
            bail!("the recipe's image '{}' is not a bundled one: give it with --image", recipe.image.name)
        }
    };
    let (model, photo) = (Model::load(model)?, photo(Some(&image))?);
    recipe.check(&model, &photo)?;
    let ran = Ran::new(model, photo, recipe.computed.network)?;
    recipe.app = APP.to_owned();
    recipe.computed.device = ran.trace.device.clone();
    let (operator, settings) = match &recipe.picture {
        Picture::Page { name } => {
            bail!("the recipe is that of page '{name}' of the window, which is not drawn without a display")
        }
        Picture::Networks { .. } | Picture::Published { .. } => bail!("networks are compared without a run"),
        Picture::Bench { .. } => {
            bail!("the recipe is that of a measurement, which is made in the window, on page Bench")
        }
        Picture::Maps { .. } => {
            let Source::Layer(layer) = &recipe.source else { bail!("the recipe names no layer") };
            let id = variants::find_layer(&ran.model.graph, layer)?;
            return write(out, &ran.sheet(&recipe, id)?, &recipe, format);
        }
        Picture::Terms { .. } => return write_table(out, &ran.terms(&recipe)?, &recipe, format),
        Picture::Layer { view, .. } => {
            let Source::Layer(layer) = &recipe.source else { bail!("the recipe names no layer") };
            let graph = &ran.model.graph;
            let id = variants::find_layer(graph, layer)?;
            let maps = ran.device.read(ran.trace.value(id))?;
            let gram = ran.gram(&recipe, id, &maps, args.images.as_deref())?;
            let shown = figure::layer_view(graph, id, &maps, &gram, &recipe)?;
            let (scene, table) = shown.with_context(|| format!("there is no view '{view}' of a layer"))?;
            return match format {
                Format::Picture(_) => write(out, &scene, &recipe, format),
                Format::Csv | Format::Json => write_table(out, &table, &recipe, format),
            };
        }
        Picture::Figure { operator, settings, .. } | Picture::Costs { operator, settings } => {
            (find_variant(operator)?, settings)
        }
    };
    let fitted = recipe.computed.weights == WeightsFrom::Fitted;
    let study = ran.study(operator, settings, ran.site(&recipe.source)?, fitted)?;
    match format {
        Format::Picture(_) => write(out, &drawn(&recipe, &study)?, &recipe, format),
        Format::Csv | Format::Json => write_costs(out, &study, &recipe, format),
    }
}

/// Where the model of a recipe is.
fn model_of(args: &FigureArgs, recipe: &Recipe) -> anyhow::Result<PathBuf> {
    let name = &recipe.model.name;
    Ok(match &args.model {
        Some(path) => path.clone(),
        None if BUNDLED.contains(&name.as_str()) => name.into(),
        // A backbone with random weights is made again from its name.
        None if matches!(Written::parse(name), Some(Ok(_))) => name.into(),
        None => bail!("the recipe's model '{name}' is not a bundled one: give it with --model"),
    })
}

/// Channel, pixel and value exist.
fn checked(recipe: &Recipe, run: &StudyRun) -> anyhow::Result<()> {
    let Picture::Figure { node, .. } = &recipe.picture else { return Ok(()) };
    let id = match node {
        None => run.output(),
        Some(name) => run.node(name).ok_or_else(|| {
            let known: Vec<&str> = run.graph.iter().map(|(id, _)| run.short_name(id)).collect();
            anyhow!("the operator has no value '{name}'; it has {}", known.join(", "))
        })?,
    };
    let shape = run.value(id).shape();
    if let Some(channel) = recipe.channel.filter(|&c| c >= shape.c) {
        bail!("there is no channel {channel}; the last one is {}", shape.c - 1);
    }
    if let Some((x, y)) = recipe.pixel.filter(|&(x, y)| x >= shape.w || y >= shape.h) {
        bail!("there is no pixel {x},{y}; the last one is {},{}", shape.w - 1, shape.h - 1);
    }
    Ok(())
}

fn drawn(recipe: &Recipe, run: &StudyRun) -> anyhow::Result<Scene> {
    figure::draw(recipe, run).ok_or_else(|| {
        let known: Vec<&str> = figure::ALL.iter().map(|f| f.name()).collect();
        anyhow!("the recipe names none of the figures; these are {}", known.join(", "))
    })
}

/// `--knob name=value`, checked against the controls that the figure has.
fn knobs(given: &[String], name: &str, run: &StudyRun) -> anyhow::Result<Knobs> {
    let known = figure::find(name).map(|f| f.knobs(run)).unwrap_or_default();
    let mut knobs = Knobs::default();
    for text in given {
        let pair = text.split_once('=').map(|(name, value)| (name.trim(), value.trim().parse::<i64>()));
        let Some((name, Ok(value))) = pair else {
            bail!("--knob {text}: expected name=value with a whole number, such as step=2");
        };
        let Some(knob) = known.iter().find(|k| k.name == name) else {
            let names: Vec<&str> = known.iter().map(|k| k.name).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            bail!("the figure has no control '{name}'; it has {names}");
        };
        if !(knob.least..=knob.most).contains(&value) {
            bail!("control '{name}' must lie between {} and {}, not {value}", knob.least, knob.most);
        }
        knobs.0.insert(name.to_owned(), value);
    }
    Ok(knobs)
}

/// A photo: bundled by name, else a file; without one the first bundled one.
fn photo(image: Option<&Path>) -> anyhow::Result<Photo> {
    let path = image.unwrap_or(Path::new(BUNDLED_PHOTOS[0]));
    if let Some(name) = BUNDLED_PHOTOS.iter().find(|name| Path::new(name) == path && !path.exists()) {
        return Ok(bundled_photo(name)?);
    }
    let name = path.display().to_string();
    Ok(decode(&std::fs::read(path).with_context(|| name.clone())?, &name)?)
}

fn format_of(out: &Path) -> anyhow::Result<Format> {
    let ending = out.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    Ok(match ending.as_str() {
        "png" => Format::Picture(PictureFormat::Png),
        "svg" => Format::Picture(PictureFormat::Svg),
        "csv" => Format::Csv,
        "json" => Format::Json,
        _ => bail!("{}: the file must end in .png, .svg, .csv or .json", out.display()),
    })
}

fn write(out: &Path, scene: &Scene, recipe: &Recipe, format: Format) -> anyhow::Result<()> {
    let Format::Picture(format) = format else { bail!("maps are written as .png or .svg") };
    let bytes = figure::picture(scene, recipe, format)?;
    std::fs::write(out, bytes).with_context(|| out.display().to_string())
}

/// What the operator costs, node by node.
fn write_costs(out: &Path, run: &StudyRun, recipe: &Recipe, format: Format) -> anyhow::Result<()> {
    let title = format!("Cost of {}, node by node", run.study.variant);
    write_table(out, &figure::cost_table(title, &run.graph, &run.cost), recipe, format)
}

fn write_table(out: &Path, table: &Table, recipe: &Recipe, format: Format) -> anyhow::Result<()> {
    let text = match format {
        Format::Csv => table.csv(recipe)?,
        Format::Json => format!("{:#}\n", table.json(recipe)),
        Format::Picture(_) => bail!("tables are written as .csv or .json"),
    };
    std::fs::write(out, text).with_context(|| out.display().to_string())
}
