//! How a picture was made: enough to make it again, and to say it in words. It stands in every
//! exported file as JSON ([`super::svg`], [`super::png`], [`super::table`]).

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::recipe_networks::NetworkId;
use super::{Colours, Knobs, Scale, Source, png, svg};
use crate::analysis::redundancy::Measure;
use crate::exec::backend::Backend;
use crate::graph::Origin;
use crate::image_io::Photo;
use crate::model_files::{Model, one_line};
use crate::text::Lang;
use crate::variants::Settings;

/// Program and version, as recipes name them.
pub const APP: &str = concat!("convscope ", env!("CARGO_PKG_VERSION"));

/// How multiply-adds and parameters are counted, in every recipe and table.
pub const COUNTING: &str = "macs: multiply-adds of convolutions and linear layers, without bias, zeros of the border included; params: trainable";

/// The images of a view that looks at the recipe's photo alone.
pub const PHOTO: &str = "photo";
/// The images of a view that looks at all photos that come with the program.
pub const BUNDLED: &str = "bundled";

/// A picture's recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Program and version, `convscope 0.1.0`.
    pub app: String,
    /// The network.
    pub model: ModelId,
    /// The photo.
    pub image: ImageId,
    /// What the operator is shown on, or the layer whose maps are shown.
    pub source: Source,
    /// Chosen channel, from 0 on; figures show the first where none is.
    pub channel: Option<usize>,
    /// Output pixel: column and row, from 0 on.
    pub pixel: Option<(usize, usize)>,
    /// What is drawn.
    pub picture: Picture,
    /// How it is drawn.
    pub look: Look,
    /// What computed the values.
    pub computed: Computed,
    /// How multiply-adds and parameters are counted.
    pub counting: String,
}

/// A network by its weights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelId {
    /// Bundled name, or the name in the manifest.
    pub name: String,
    /// SHA-256 of the weights file.
    pub weights_sha256: String,
}

/// A photo by its pixels, so that a pasted one has an identity too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageId {
    /// Name of the file without its folder.
    pub name: String,
    /// SHA-256 of the photo as kept: width and height as little-endian 32-bit numbers, then the RGB
    /// bytes row by row.
    pub pixels_sha256: String,
}

/// An operator with its settings, complete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorId {
    /// Name of the operator.
    pub operator: String,
    /// Its settings.
    pub settings: Settings,
}

/// An operator in the place of a layer of the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// Name of the layer.
    pub layer: String,
    /// What stands there.
    pub by: OperatorId,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Picture {
    /// A figure of an operator.
    Figure {
        /// Name of the figure.
        figure: String,
        /// Name of the operator.
        operator: String,
        /// Its settings, complete.
        settings: Settings,
        /// The figure's own controls, as far as they were moved.
        knobs: Knobs,
        /// The value that is looked at, by its name within the operator; none is the result.
        node: Option<String>,
        /// What the ends of the colours of its maps stand for: each map has a range of its own.
        #[serde(default)]
        scale: Scale,
        /// The colour map: by the sign of the map's values.
        #[serde(default)]
        colours: Colours,
    },
    /// Every channel of a layer.
    Maps {
        /// What the ends of the colour map stand for.
        scale: Scale,
        /// The colour map.
        colours: Colours,
        /// The operator in place of a layer; then the maps with it stand beside the trained ones.
        #[serde(default)]
        swap: Option<Replacement>,
    },
    /// What a pixel was computed from, as a table.
    Terms {
        /// On the page of this operator; none is in the network.
        study: Option<OperatorId>,
        /// The value within the operator, by its name; none is the result.
        node: Option<String>,
        /// The operator in place of a layer of the network.
        swap: Option<Replacement>,
    },
    /// A view of a layer beside its maps.
    Layer {
        /// `redundancy`, `spectrum` or `kernels`.
        view: String,
        /// What channels are compared by.
        measure: Measure,
        /// The similarity from which they are twins.
        threshold: f32,
        /// [`PHOTO`], [`BUNDLED`], or `folder` and its name.
        images: String,
        /// The hash of the pixels of several images ([`images_sha256`]).
        #[serde(default)]
        images_sha256: Option<String>,
        /// Channels that were ablated, and marked as such.
        ablated: Vec<usize>,
    },
    /// What an operator costs, as a table.
    Costs {
        /// Name of the operator.
        operator: String,
        /// Its settings, complete.
        settings: Settings,
    },
    /// Operators measured side by side. Times cannot be made again, so the picture cannot either.
    Bench {
        /// Name of the picture: `roofline` or `maps`.
        picture: String,
        /// The layer, or the shape whose weights and input come from a seed.
        place: String,
        /// Sides of the input in percent of the layer's.
        resolution: usize,
        /// Maps at a time.
        batch: usize,
        /// The operators with their complete settings.
        operators: Vec<(String, Settings)>,
    },
    /// Whole networks side by side. Their times cannot be made again and stand in the recipe.
    Networks {
        /// The networks.
        networks: Vec<NetworkId>,
        /// Maps at a time, of backbones.
        batch: usize,
        /// Name of the counting convention.
        convention: String,
        /// What measured the times, where there are any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<String>,
    },
    /// A published table with what was recomputed.
    Published {
        /// Its name.
        table: String,
    },
    /// A page of the window as it stood on the screen. It cannot be made again without the window.
    Page {
        /// Name of the page.
        name: String,
    },
}

/// How a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Width and height in points, without the caption.
    pub size: [f32; 2],
    /// Pixels to the point, in PNG files.
    pub pixels_per_point: f32,
    /// Light text on dark ground.
    pub dark: bool,
    /// Language of the words.
    pub lang: Lang,
    /// Whether the recipe stands in words under the picture.
    pub caption: bool,
}

/// What computed the values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computed {
    /// What ran the network.
    pub network: Backend,
    /// Its device.
    pub device: String,
    /// Where the operator's weights come from.
    pub weights: WeightsFrom,
}

/// [`Origin`] as recipes name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeightsFrom {
    /// From a model file.
    Trained,
    /// From a trained kernel by the operator's rule.
    Derived,
    /// Derived, then fitted to the layer's output on this photo.
    Fitted,
    /// Random, from a seed.
    Seeded,
}

impl WeightsFrom {
    /// As recipes and tables name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trained => "trained",
            Self::Derived => "derived",
            Self::Fitted => "fitted",
            Self::Seeded => "seeded",
        }
    }
}

impl From<Origin> for WeightsFrom {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Trained | Origin::Given | Origin::Repeated | Origin::Made => Self::Trained,
            Origin::Derived => Self::Derived,
            Origin::Fitted => Self::Fitted,
            Origin::Seeded => Self::Seeded,
        }
    }
}

/// Why a recipe cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipeError {
    /// A file without one.
    #[error("{0} holds no recipe: expected a PNG, SVG, CSV or JSON file that convscope exported")]
    None(String),
    /// A recipe that is not valid.
    #[error("the recipe in {file} cannot be read: {}", one_line(cause))]
    Invalid {
        /// The file.
        file: String,
        /// What is wrong.
        cause: String,
    },
    /// Another network.
    #[error(
        "the recipe was made with other weights of '{name}' (SHA-256 {expected}) than these ({found}): give its model with --model"
    )]
    OtherModel {
        /// The recipe's model.
        name: String,
        /// Its hash, shortened.
        expected: String,
        /// That of the given one.
        found: String,
    },
    /// Other images of a set.
    #[error(
        "the recipe was made with other images (SHA-256 of all pixels {expected}) than these ({found}): give its folder with --images"
    )]
    OtherImages {
        /// Of the recipe's images, shortened.
        expected: String,
        /// Of the given ones.
        found: String,
    },
    /// Another photo.
    #[error(
        "the recipe was made with another photo ('{name}', SHA-256 of its pixels {expected}) than this one ({found}): give its photo with --image"
    )]
    OtherImage {
        /// The recipe's photo.
        name: String,
        /// Its hash, shortened.
        expected: String,
        /// That of the given one.
        found: String,
    },
}

impl ModelId {
    /// The identity of a network.
    pub fn of(model: &Model) -> Self {
        Self { name: model.manifest.name.clone(), weights_sha256: model.weights_sha256.clone() }
    }
}

impl ImageId {
    /// The identity of a photo.
    pub fn of(photo: &Photo) -> Self {
        let mut hash = Sha256::new();
        hash.update(photo.width.to_le_bytes());
        hash.update(photo.height.to_le_bytes());
        hash.update(&*photo.rgb);
        // Folders are nobody's business but the user's.
        let name = photo.name.rsplit(['/', '\\']).next().unwrap_or(&photo.name).to_owned();
        Self { name, pixels_sha256: hex(&hash.finalize()) }
    }
}

/// Of several images: the SHA-256 of their hashes ([`ImageId::pixels_sha256`]) one after the other.
pub fn images_sha256(hashes: &[String]) -> String {
    hex(&Sha256::digest(hashes.concat()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The first digits of a hash, enough to tell files apart by eye.
pub(super) fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}

impl Recipe {
    /// The recipe in an exported file: PNG, SVG, CSV, or JSON (of a table, or a recipe by itself).
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, RecipeError> {
        let none = || RecipeError::None(file.to_owned());
        let invalid = |cause: String| RecipeError::Invalid { file: file.to_owned(), cause };
        let json = |cause: serde_json::Error| invalid(cause.to_string());
        let recipe: Self = match png::recipe(bytes) {
            Some(text) => serde_json::from_str(&text).map_err(json)?,
            None => {
                let text = std::str::from_utf8(bytes).map_err(|_| none())?;
                let text = text.trim_start_matches('\u{feff}');
                if text.starts_with('{') {
                    let mut value: serde_json::Value = serde_json::from_str(text).map_err(json)?;
                    let within = value.get_mut("recipe").map(serde_json::Value::take);
                    serde_json::from_value(within.unwrap_or(value)).map_err(json)?
                } else {
                    let found = svg::recipe(text).or_else(|| super::table::recipe(text)).ok_or_else(none)?;
                    serde_json::from_str(&found).map_err(json)?
                }
            }
        };
        let Look { size, pixels_per_point, .. } = recipe.look;
        if !size.iter().chain([&pixels_per_point]).all(|v| *v > 0.0 && *v <= png::MOST) {
            let [width, height] = size;
            return Err(invalid(format!(
                "a picture of {width} x {height} points with {pixels_per_point} pixels to the point"
            )));
        }
        Ok(recipe)
    }

    /// One line of JSON.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether these are the hashes of the images that it was made with.
    ///
    /// # Errors
    /// If they are not.
    pub fn check_images(&self, hashes: &[String]) -> Result<(), RecipeError> {
        let found = images_sha256(hashes);
        match &self.picture {
            Picture::Layer { images_sha256: Some(expected), .. } if *expected != found => {
                Err(RecipeError::OtherImages { expected: short(expected), found: short(&found) })
            }
            _ => Ok(()),
        }
    }

    /// Whether these are the network and the photo that it was made with.
    ///
    /// # Errors
    /// If one is another.
    pub fn check(&self, model: &Model, photo: &Photo) -> Result<(), RecipeError> {
        self.check_model(model)?;
        let image = ImageId::of(photo);
        if image.pixels_sha256 != self.image.pixels_sha256 {
            return Err(RecipeError::OtherImage {
                name: self.image.name.clone(),
                expected: short(&self.image.pixels_sha256),
                found: short(&image.pixels_sha256),
            });
        }
        Ok(())
    }

    /// Whether this is the network that it was made with.
    ///
    /// # Errors
    /// If it is another.
    pub fn check_model(&self, model: &Model) -> Result<(), RecipeError> {
        if model.weights_sha256 != self.model.weights_sha256 {
            return Err(RecipeError::OtherModel {
                name: self.model.name.clone(),
                expected: short(&self.model.weights_sha256),
                found: short(&model.weights_sha256),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "recipe_tests.rs"]
mod tests;
