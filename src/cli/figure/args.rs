//! What `convscope figure` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::BackendArg;
use crate::figure::{Colours, Scale};

/// Arguments of `convscope figure`.
#[derive(Args, Debug)]
pub struct FigureArgs {
    /// The operator whose figure is drawn.
    #[arg(long, value_name = "NAME", required_unless_present_any = ["recipe", "maps"], conflicts_with = "maps")]
    pub operator: Option<String>,
    /// The figure; without one the operator's figures are listed.
    #[arg(long, value_name = "NAME", requires = "operator")]
    pub figure: Option<String>,
    /// Every channel of the layer instead of a figure.
    #[arg(long)]
    pub maps: bool,
    /// Makes the picture again that an exported file or a recipe describes.
    #[arg(long, value_name = "FILE", conflicts_with_all = MADE_BY_HAND)]
    pub recipe: Option<PathBuf>,
    /// A setting of the operator.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// A control of the figure.
    #[arg(long = "knob", value_name = "NAME=VALUE")]
    pub knob: Vec<String>,
    /// The value within the operator that is looked at, by its name; without one its result.
    #[arg(long, value_name = "NAME")]
    pub node: Option<String>,
    /// Fits the operator's weights to the layer's output on the image first.
    #[arg(long, conflicts_with_all = ["maps", "photo"])]
    pub fit: bool,
    /// A model: manifest, weights beside their manifest, or the name of a bundled one.
    #[arg(long, value_name = "M")]
    pub model: Option<PathBuf>,
    /// The image: a file or the name of a bundled one.
    #[arg(long, value_name = "FILE")]
    pub image: Option<PathBuf>,
    /// The folder of the images that a recipe compares channels over.
    #[arg(long, value_name = "FOLDER", requires = "recipe")]
    pub images: Option<PathBuf>,
    /// The layer, such as fire2/expand3x3.
    #[arg(long, value_name = "L", conflicts_with = "photo")]
    pub layer: Option<String>,
    /// Shows the operator on the photo itself.
    #[arg(long, conflicts_with = "maps")]
    pub photo: bool,
    /// Output channel, from 0 on.
    #[arg(long, value_name = "C")]
    pub channel: Option<usize>,
    /// Output pixel, column and row from 0 on.
    #[arg(long, value_name = "X,Y", value_parser = parse_pixel)]
    pub pixel: Option<(usize, usize)>,
    /// What the ends of the maps' colours stand for.
    #[arg(long, value_enum, default_value_t = RangeArg::Channel)]
    pub range: RangeArg,
    /// The maps' colours.
    #[arg(long, value_enum, default_value_t = ColoursArg::Auto)]
    pub colours: ColoursArg,
    /// What runs the network.
    #[arg(long, value_enum, default_value_t = BackendArg::Candle)]
    pub backend: BackendArg,
    /// Width and height in points.
    #[arg(long, value_name = "WxH", value_parser = parse_size, default_value = "960x600")]
    pub size: [f32; 2],
    /// Pixels to the point, in PNG files.
    #[arg(long, value_name = "S", default_value_t = 2.0)]
    pub scale: f32,
    /// Colours.
    #[arg(long, value_enum, default_value_t = ThemeArg::Light)]
    pub theme: ThemeArg,
    /// Language of the words.
    #[arg(long, value_enum, default_value_t = LangArg::En)]
    pub lang: LangArg,
    /// Writes under the picture how it was made.
    #[arg(long)]
    pub caption: bool,
    /// Where the picture is written: a .png or .svg file; in a .csv or .json file, what the operator costs.
    #[arg(long, value_name = "FILE", required_unless_present = "operator")]
    pub out: Option<PathBuf>,
}

/// What a recipe says; only the files of model and image can be given beside it.
const MADE_BY_HAND: [&str; 19] = [
    "operator", "figure", "maps", "set", "knob", "node", "fit", "layer", "photo", "channel", "pixel",
    "range", "colours", "backend", "size", "scale", "theme", "lang", "caption",
];

#[derive(ValueEnum, Debug, Clone, Copy)]
pub enum ThemeArg {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

#[derive(ValueEnum, Debug, Clone, Copy)]
pub enum LangArg {
    /// English.
    En,
    /// Simplified Chinese.
    #[value(name = "zh-CN")]
    Zh,
}

#[derive(ValueEnum, Debug, Clone, Copy)]
pub enum RangeArg {
    /// Each channel its own.
    Channel,
    /// All channels the layer's.
    Layer,
}

#[derive(ValueEnum, Debug, Clone, Copy)]
pub enum ColoursArg {
    /// Diverging for maps with negative values, else sequential.
    Auto,
    /// From least to greatest.
    Sequential,
    /// Centred at zero.
    Diverging,
}

fn parse_size(text: &str) -> Result<[f32; 2], String> {
    let sides: Vec<f32> = text.split('x').map_while(|s| s.trim().parse().ok()).collect();
    match sides[..] {
        [w, h] if (100.0..=8000.0).contains(&w) && (100.0..=8000.0).contains(&h) => Ok([w, h]),
        _ => Err("expected width x height in points, each between 100 and 8000, such as 960x600".into()),
    }
}

fn parse_pixel(text: &str) -> Result<(usize, usize), String> {
    let pair = text.split_once(',').map(|(x, y)| (x.trim().parse(), y.trim().parse()));
    match pair {
        Some((Ok(x), Ok(y))) => Ok((x, y)),
        _ => Err("expected column,row, such as 10,12".into()),
    }
}

impl From<RangeArg> for Scale {
    fn from(arg: RangeArg) -> Self {
        match arg {
            RangeArg::Channel => Self::Channel,
            RangeArg::Layer => Self::Layer,
        }
    }
}

impl From<ColoursArg> for Colours {
    fn from(arg: ColoursArg) -> Self {
        match arg {
            ColoursArg::Auto => Self::Auto,
            ColoursArg::Sequential => Self::Sequential,
            ColoursArg::Diverging => Self::Diverging,
        }
    }
}
