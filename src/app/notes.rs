//! Remarks on a model in the language of the interface.

use crate::model_files::Note;
use crate::text::{Lang, tr, tr_args};

/// One remark as a sentence.
pub fn note(lang: Lang, note: &Note) -> String {
    let with = |key: &str, args: &[(&'static str, String)]| {
        let args: Vec<_> = args.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
        tr_args(lang, key, &args)
    };
    match note {
        Note::OtherOpset { version, read: (first, last) } => with(
            "model-note-other-opset",
            &[("version", version.to_string()), ("first", first.to_string()), ("last", last.to_string())],
        ),
        Note::OpenSides { input, sides } => {
            with("model-note-open-sides", &[("input", input.clone()), ("sides", sides.clone())])
        }
        Note::Unsupported { node, op, place, of, reason } => with(
            "model-note-unsupported",
            &[
                ("node", node.clone()),
                ("op", op.clone()),
                ("place", place.to_string()),
                ("of", of.to_string()),
                ("reason", reason.clone()),
            ],
        ),
        Note::FixedOutput { name } => with("model-note-fixed-output", &[("name", name.clone())]),
        Note::ScalesJoined { count } => with("model-note-scales-joined", &[("count", count.to_string())]),
        Note::NormsFolded { count } => with("model-note-norms-folded", &[("count", count.to_string())]),
        Note::Recognised { network } => with("model-note-recognised", &[("network", (*network).into())]),
        Note::Seeded => tr(lang, "model-note-seeded").to_owned(),
        Note::PreparedAsImageNet => tr(lang, "model-note-prepared-imagenet").to_owned(),
        Note::PreparedAsBundled => tr(lang, "model-note-prepared-bundled").to_owned(),
        Note::ImageNetClasses => tr(lang, "model-note-imagenet-classes").to_owned(),
        Note::NoSoftmax => tr(lang, "model-note-no-softmax").to_owned(),
    }
}
