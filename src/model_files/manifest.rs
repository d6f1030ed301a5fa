//! What must be known about a model besides its weights: a JSON file beside them.

use serde::{Deserialize, Serialize};

use super::ModelError;

/// A model's manifest, `sample_models/<name>.json`. Files are named relative to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name on the command line.
    pub name: String,
    /// Name for people.
    pub title: Title,
    /// Name of the backbone, see [`crate::networks::ALL`].
    pub network: String,
    /// Safetensors file of the weights.
    pub weights: String,
    /// Size of the photo that the network is given.
    pub input: InputSize,
    /// Order of the input's three channels.
    pub channel_order: ChannelOrder,
    /// Taken off the values 0 to 255, per channel in the order of the input's channels.
    pub mean: [f32; 3],
    /// Multiplied with the values after that: `(value - mean) * scale`.
    pub scale: [f32; 3],
    /// Which part of a photo the network is given.
    pub resize: ResizeRule,
    /// JSON file of the class names, in class order: `[{"en": .., "zh": ..}, ..]`.
    pub labels: String,
    /// Licence of the weights.
    pub licence: String,
    /// Where the weights come from.
    pub source: String,
}

/// A name in the languages of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

/// Sides of the network's input in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputSize {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

/// Order of colour channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelOrder {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
}

/// How a photo of any size becomes the network's input.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum ResizeRule {
    /// The largest window of the input's proportions that fits in the photo, made smaller by
    /// `fraction`, from the middle. 0.875 is the usual "resize to 256, crop 224".
    CentreCrop {
        /// Above 0, at most 1.
        fraction: f32,
    },
}

impl Manifest {
    /// Reads a manifest; `file` is its name in messages.
    ///
    /// # Errors
    /// If it is not JSON, a field is missing or unknown, or a number makes no sense.
    pub fn parse(file: &str, json: &[u8]) -> Result<Self, ModelError> {
        let manifest: Self = serde_json::from_slice(json).map_err(|e| ModelError::Json {
            file: file.to_owned(),
            what: "a manifest",
            cause: e.to_string(),
        })?;
        let wrong = |cause: &str| ModelError::Manifest { file: file.to_owned(), cause: cause.to_owned() };
        let sides = 1..=8192;
        if !sides.contains(&manifest.input.height) || !sides.contains(&manifest.input.width) {
            return Err(wrong("the sides of 'input' must lie between 1 and 8192"));
        }
        let ResizeRule::CentreCrop { fraction } = manifest.resize;
        if !(fraction > 0.0 && fraction <= 1.0) {
            return Err(wrong("'fraction' of 'resize' must lie above 0 and at most be 1"));
        }
        Ok(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = include_str!("../../sample_models/squeezenet1_1.json");

    #[test]
    fn wrong_manifests_are_refused() {
        assert!(Manifest::parse("m", GOOD.as_bytes()).is_ok());
        for (from, to, said) in [
            ("\"mean\": [104, 117, 123]", "\"mean\": [104, 117]", "a manifest"),
            ("\"bgr\"", "\"brg\"", "brg"),
            ("227", "0", "between 1 and 8192"),
            ("0.875", "1.5", "fraction"),
            ("\"licence\"", "\"license\"", "license"),
        ] {
            let error = Manifest::parse("m", GOOD.replace(from, to).as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with('m') && error.contains(said), "{error}");
        }
    }
}
