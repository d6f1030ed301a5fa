//! A recipe in words.

use super::recipe::{PHOTO, Picture, Recipe, WeightsFrom, short};
use super::recipe_networks::NetworkId;
use super::{Colours, Scale, Source};
use crate::cost::{conventions, published};
use crate::exec::backend::Backend;
use crate::text::{Lang, tr, tr_args};
use crate::variants::Settings;

impl Recipe {
    /// The caption of a picture: what is shown, where it comes from, with what it can be made again. One
    /// paragraph each.
    pub fn caption(&self) -> Vec<String> {
        let lang = self.look.lang;
        if let Picture::Networks { networks, batch, convention, device } = &self.picture {
            return self.networks(lang, networks, *batch, convention, device.as_deref());
        }
        vec![self.shown(lang), self.origin(lang), self.identity(lang)]
    }

    /// Networks are counted, and neither photo nor values are in the picture.
    fn networks(
        &self,
        lang: Lang,
        networks: &[NetworkId],
        batch: usize,
        convention: &str,
        device: Option<&str>,
    ) -> Vec<String> {
        let name = |network: &NetworkId| match (&network.backbone, &network.operator) {
            (Some(text), _) => text.clone(),
            (None, None) => self.model.name.clone(),
            (None, Some(id)) => format!("{}+{}", self.model.name, id.operator),
        };
        let names: Vec<String> = networks.iter().map(name).collect();
        let shown =
            [("networks", names.join(tr(lang, "export-comma")).into()), ("batch", batch.to_string().into())];
        let mut counted = self.counting.clone();
        if let Ok(convention) = conventions::find(convention) {
            let words = [("unit", convention.label().into()), ("rule", tr(lang, &convention.key()).into())];
            counted = tr_args(lang, "export-networks-counting", &words);
        }
        let mut caption = vec![tr_args(lang, "export-networks", &shown), counted];
        caption.extend(
            device.map(|device| tr_args(lang, "export-networks-times", &[("device", device.into())])),
        );
        caption.push(self.app.clone());
        caption
    }

    fn shown(&self, lang: Lang) -> String {
        let on = match &self.source {
            Source::Layer(name) => tr_args(
                lang,
                "export-on-layer",
                &[
                    ("layer", name.as_str().into()),
                    ("model", self.model.name.as_str().into()),
                    ("image", self.image.name.as_str().into()),
                ],
            ),
            Source::Photo => tr_args(lang, "export-on-photo", &[("image", self.image.name.as_str().into())]),
        };
        let what = match &self.picture {
            Picture::Figure { figure, operator, settings, .. } => tr_args(
                lang,
                "export-figure",
                &[
                    ("figure", tr(lang, &format!("figure-{figure}")).into()),
                    ("operator", tr(lang, &format!("op-{operator}")).into()),
                    ("settings", in_words(lang, settings).into()),
                ],
            ),
            Picture::Maps { scale, colours, .. } => tr_args(
                lang,
                "export-maps",
                &[
                    ("scale", tr(lang, scale_key(*scale)).into()),
                    ("colours", tr(lang, colours_key(*colours)).into()),
                ],
            ),
            Picture::Terms { .. } => tr(lang, "trace").to_owned(),
            Picture::Layer { view, measure, threshold, images, .. } => {
                let view_words = tr(lang, &format!("view-{view}"));
                if view == "redundancy" {
                    let over =
                        if images == PHOTO { tr(lang, "images-photo").to_owned() } else { images.clone() };
                    let args = [
                        ("view", view_words.into()),
                        ("measure", tr(lang, measure.key()).into()),
                        ("threshold", format!("{threshold:.3}").into()),
                        ("images", over.into()),
                    ];
                    tr_args(lang, "export-redundancy", &args)
                } else {
                    view_words.to_owned()
                }
            }
            Picture::Costs { operator, settings } => tr_args(
                lang,
                "export-figure",
                &[
                    ("figure", tr(lang, "study-cost").into()),
                    ("operator", tr(lang, &format!("op-{operator}")).into()),
                    ("settings", in_words(lang, settings).into()),
                ],
            ),
            Picture::Bench { picture, place, resolution, batch, operators } => {
                let names = operators.iter().map(|(name, settings)| {
                    format!("{}{}", tr(lang, &format!("op-{name}-short")), in_words(lang, settings))
                });
                let names: Vec<String> = names.collect();
                tr_args(
                    lang,
                    "export-bench",
                    &[
                        ("picture", tr(lang, &format!("bench-picture-{picture}")).into()),
                        ("place", place.as_str().into()),
                        ("resolution", resolution.to_string().into()),
                        ("batch", batch.to_string().into()),
                        ("operators", names.join(tr(lang, "export-comma")).into()),
                    ],
                )
            }
            // Has a caption of its own.
            Picture::Networks { .. } => String::new(),
            Picture::Published { table } => {
                published::find(table).map_or(table.as_str(), |t| t.title).to_owned()
            }
            Picture::Page { name } => {
                tr_args(lang, "export-page", &[("page", tr(lang, &format!("page-{name}")).into())])
            }
        };
        let mut text = format!("{what}{}{on}", tr(lang, "export-comma"));
        if let Picture::Maps { swap: Some(swap), .. } | Picture::Terms { swap: Some(swap), .. } =
            &self.picture
        {
            let words = [
                ("operator", tr(lang, &format!("op-{}", swap.by.operator)).into()),
                ("settings", in_words(lang, &swap.by.settings).into()),
                ("layer", swap.layer.as_str().into()),
            ];
            text = format!("{text}{}{}", tr(lang, "export-comma"), tr_args(lang, "export-with-swap", &words));
        }
        if let Some(channel) = self.channel {
            let channel = tr_args(lang, "export-channel", &[("channel", channel.to_string().into())]);
            text = format!("{text}{}{channel}", tr(lang, "export-comma"));
        }
        if let Some((x, y)) = self.pixel {
            let place = [("row", y.to_string().into()), ("column", x.to_string().into())];
            text = format!("{text}{}{}", tr(lang, "export-comma"), tr_args(lang, "pixel-at", &place));
        }
        text + tr(lang, "export-stop")
    }

    fn origin(&self, lang: Lang) -> String {
        let weights = match self.computed.weights {
            WeightsFrom::Trained => "export-weights-trained",
            WeightsFrom::Derived => "export-weights-derived",
            WeightsFrom::Fitted => "export-weights-fitted",
            WeightsFrom::Seeded => "export-weights-seeded",
        };
        let executor = match self.computed.network {
            Backend::Reference => "export-executor-reference",
            Backend::Candle => "export-executor-candle",
            Backend::Wgpu => "export-executor-wgpu",
        };
        let device = tr_args(
            lang,
            "export-device",
            &[("executor", tr(lang, executor).into()), ("device", self.computed.device.as_str().into())],
        );
        let mut sentences = vec![tr(lang, weights), device.as_str()];
        if !matches!(self.picture, Picture::Maps { .. } | Picture::Layer { .. }) {
            sentences.push(tr(lang, "export-counting"));
        }
        // A Chinese full stop brings its own space.
        sentences.join(if lang == Lang::En { " " } else { "" })
    }

    fn identity(&self, lang: Lang) -> String {
        tr_args(
            lang,
            "export-identity",
            &[
                ("app", self.app.as_str().into()),
                ("model", short(&self.model.weights_sha256).into()),
                ("image", short(&self.image.pixels_sha256).into()),
            ],
        )
    }
}

/// ` (α = 0.5, groups = 2)`, or nothing.
fn in_words(lang: Lang, settings: &Settings) -> String {
    let words: Vec<String> =
        settings.iter().map(|(name, v)| format!("{} = {v}", tr(lang, &format!("setting-{name}")))).collect();
    if words.is_empty() {
        return String::new();
    }
    tr_args(lang, "export-settings", &[("settings", words.join(tr(lang, "export-comma")).into())])
}

/// The name of a scale mode.
pub(super) const fn scale_key(scale: Scale) -> &'static str {
    match scale {
        Scale::Channel => "scale-per-channel",
        Scale::Layer => "scale-per-layer",
        Scale::Shared => "scale-shared",
    }
}

/// The name of a choice of colours.
pub(super) const fn colours_key(colours: Colours) -> &'static str {
    match colours {
        Colours::Auto => "colormap-auto",
        Colours::Sequential => "colormap-sequential",
        Colours::Diverging => "colormap-diverging",
    }
}
