//! `--set key=value`.

use anyhow::anyhow;

use crate::variants::{ConvVariant, Geometry, Settings, Value};

/// The defaults of an operator with the given settings changed. A name that moves several settings
/// together (`alpha`) sets all of them.
///
/// # Errors
/// If there is no `=`; legality is checked by whoever uses them.
pub fn parse(variant: &dyn ConvVariant, geometry: &Geometry, given: &[String]) -> anyhow::Result<Settings> {
    let mut settings = Settings::default();
    for text in given {
        let (name, value) = split(text)?;
        settings.give(variant, name, value);
    }
    Ok(settings.completed(variant, geometry))
}

fn split(text: &str) -> anyhow::Result<(&str, Value)> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| anyhow!("--set {text}: expected key=value, such as part=4"))?;
    Ok((name.trim(), value.parse()?))
}
