//! `convscope variants`.

use serde_json::{Value as Json, json};

use super::{Format, line, print_json};
use crate::text::{Lang, tr};
use crate::variants::{ALL, Geometry, Legal, Setting, Settings};

/// Ranges depend on the layer; this one stands for all: 64 to 64 channels, 3x3.
const NOMINAL: Geometry = Geometry::same(64, 64, 3, 1);

/// Prints every operator with its settings.
pub fn variants(format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        let variants: Vec<Json> = ALL
            .iter()
            .map(|v| {
                let settings: Vec<Json> =
                    v.settings(&v.nearest(NOMINAL), &Settings::default()).iter().map(setting).collect();
                let linked = v.linked().map(|(name, moved)| json!({"name": name, "sets": moved}));
                json!({
                    "name": v.name(),
                    "title": {"en": tr(Lang::En, &title(v.name())), "zh": tr(Lang::Zh, &title(v.name()))},
                    "settings": settings,
                    "linked": linked,
                })
            })
            .collect();
        let layer = "64 -> 64 channels, 3x3, stride 1; ranges depend on the layer";
        return print_json(&json!({"ranges_for": layer, "variants": variants}));
    }
    for v in ALL {
        line(format_args!("{:22} {}", v.name(), tr(Lang::En, &title(v.name()))))?;
        for s in v.settings(&v.nearest(NOMINAL), &Settings::default()) {
            line(format_args!("    {:18} {} (default {})", s.name, s.legal, s.default))?;
        }
    }
    Ok(())
}

fn title(name: &str) -> String {
    format!("op-{name}")
}

fn setting(s: &Setting) -> Json {
    let last = s.legal.len() - 1;
    let kind = match s.legal {
        Legal::Integers(_) => "integer",
        Legal::Reals(_) => "real",
        Legal::Lists(_) | Legal::UpTo(_) => "list",
        Legal::Choices(_) => "choice",
    };
    let values: Vec<_> = (0..=last).map(|i| s.legal.value(i)).collect();
    json!({
        "name": s.name,
        "type": kind,
        "min": s.legal.value(0),
        "max": s.legal.value(last),
        "values": values,
        "default": s.default,
    })
}
