//! Whole networks side by side, and published tables, from their recipes. Nothing runs: networks are counted, times are
//! the recipe's.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use super::{FigureArgs, Format, model_of, write, write_table};
use crate::app::{Comparison, LoadedModel, audit_table};
use crate::cost::cost;
use crate::cost::published;
use crate::figure::Recipe;
use crate::figure::recipe::{APP, Picture};
use crate::model_files::Model;

/// Writes what the recipe describes, if that is networks or a published table; says whether it is.
pub(super) fn rebuild(
    args: &FigureArgs,
    recipe: &mut Recipe,
    out: &Path,
    format: Format,
) -> anyhow::Result<bool> {
    if let Picture::Published { table } = &recipe.picture {
        let table =
            published::find(table).with_context(|| format!("there is no published table '{table}'"))?;
        let audit = published::audit(table)?;
        APP.clone_into(&mut recipe.app);
        write_table(out, &audit_table(&audit), recipe, format)?;
        return Ok(true);
    }
    let model = Comparison::needs_model(&recipe.picture)
        .then(|| {
            let mut model = Model::load(model_of(args, recipe)?)?;
            recipe.check_model(&model)?;
            // Its file may have another name here.
            model.manifest.name.clone_from(&recipe.model.name);
            let cost = Arc::new(cost(&model.graph));
            anyhow::Ok(LoadedModel { id: 0, model: Arc::new(model), cost })
        })
        .transpose()?;
    let Some(networks) = Comparison::of(&recipe.picture, model.as_ref())? else { return Ok(false) };
    APP.clone_into(&mut recipe.app);
    match format {
        Format::Picture(_) => {
            write(out, &networks.chart(recipe.look.lang, recipe.look.size), recipe, format)?;
        }
        Format::Csv | Format::Json => write_table(out, &networks.table(), recipe, format)?,
    }
    Ok(true)
}
