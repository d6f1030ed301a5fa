//! `--set key=value`.

use anyhow::{Context, anyhow};

use crate::variants::{ConvVariant, Geometry, Settings, Value};

/// The defaults of an operator with the given settings changed. A name that moves several settings
/// together (`alpha`) sets all of them.
///
/// # Errors
/// If a name is unknown or a value is no number; legality is checked by whoever uses them.
pub fn parse(variant: &dyn ConvVariant, geometry: &Geometry, given: &[String]) -> anyhow::Result<Settings> {
    let mut settings = Settings::defaults(&variant.settings(geometry));
    for text in given {
        let (name, value) = split(text)?;
        match variant.linked() {
            Some((linked, moved)) if linked == name => moved.iter().for_each(|m| settings.set(m, value)),
            _ => settings.set(name, value),
        }
    }
    Ok(settings)
}

fn split(text: &str) -> anyhow::Result<(&str, Value)> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| anyhow!("--set {text}: expected key=value, such as part=4"))?;
    let number: f64 =
        value.trim().parse().with_context(|| format!("--set {text}: '{value}' is no number"))?;
    let value = if number.fract() == 0.0 { Value::Integer(number as i64) } else { Value::Real(number) };
    Ok((name.trim(), value))
}
