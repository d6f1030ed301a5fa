//! Errors in the language of the interface. The command line prints the errors' own English sentences instead.

use crate::image_io::ImageError;
use crate::text::{Lang, tr_args};

/// The cause of a failed picture as one sentence, to stand below the headline `image-cannot-be-read`.
pub fn image_error(lang: Lang, error: &ImageError) -> String {
    match error {
        ImageError::Empty { name } => tr_args(lang, "image-error-empty", &[("name", name.as_str().into())]),
        ImageError::NotAnImage { name } => {
            tr_args(lang, "image-error-not-an-image", &[("name", name.as_str().into())])
        }
        ImageError::Unsupported { name, format } => tr_args(
            lang,
            "image-error-unsupported",
            &[("name", name.as_str().into()), ("format", format.as_str().into())],
        ),
        ImageError::TooLarge { name, width, height } => tr_args(
            lang,
            "image-error-too-large",
            &[
                ("name", name.as_str().into()),
                ("width", width.to_string().into()),
                ("height", height.to_string().into()),
            ],
        ),
        ImageError::TooMuchMemory { name } => {
            tr_args(lang, "image-error-too-much-memory", &[("name", name.as_str().into())])
        }
        // The decoder's own words are English: they go to the log, not into the sentence.
        ImageError::Damaged { name, format, cause: _ } => tr_args(
            lang,
            "image-error-damaged",
            &[("name", name.as_str().into()), ("format", (*format).into())],
        ),
        ImageError::WrongLength { name, .. } => {
            tr_args(lang, "image-error-wrong-length", &[("name", name.as_str().into())])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image_io::decode;

    #[test]
    fn a_broken_file_is_explained_in_both_languages() {
        let error = decode(b"no picture", "笔记.png").expect_err("text");
        assert!(image_error(Lang::En, &error).starts_with("笔记.png is not an image"));
        assert!(image_error(Lang::Zh, &error).starts_with("笔记.png 的内容不是图片"));
    }
}
