//! The one table of interface words: Fluent files under `assets/text`, compiled in.
//!
//! Files are grouped by area (`app`, `inspect`, `swap`, `operators`, `errors`); a message has the same id and the same
//! variables in every language (`tests/text_table.rs`). Numbers are passed as finished strings, so that one place in
//! the app decides how they look; only plural counts are passed as numbers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

pub use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{Loader, static_loader};
use serde::{Deserialize, Serialize};
use unic_langid::{LanguageIdentifier, langid};

static_loader! {
    static TABLE = {
        locales: "./assets/text",
        fallback_language: "en",
        // Isolation marks would be drawn as missing glyphs.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static EN: LanguageIdentifier = langid!("en");
static ZH: LanguageIdentifier = langid!("zh-CN");

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// Every language, in the order of the menu.
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Zh];

    /// The language's name in itself, as a menu shows it.
    pub fn name(self) -> &'static str {
        match self {
            Lang::En => "English",
            Lang::Zh => "简体中文",
        }
    }

    /// The BCP 47 tag, also the folder under `assets/text`.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh-CN",
        }
    }

    /// The language of the user's environment (`LC_ALL`, `LC_MESSAGES`, `LANG`; the first that is set and not empty),
    /// English where none is set or none of ours is meant.
    pub fn from_env() -> Lang {
        let first = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
        first.map_or(Lang::En, |locale| Lang::from_locale(&locale))
    }

    /// The language for a locale such as `zh_CN.UTF-8` or `en-GB`.
    pub fn from_locale(locale: &str) -> Lang {
        if locale.to_ascii_lowercase().starts_with("zh") { Lang::Zh } else { Lang::En }
    }

    fn id(self) -> &'static LanguageIdentifier {
        match self {
            Lang::En => &EN,
            Lang::Zh => &ZH,
        }
    }
}

type Cache = RwLock<HashMap<String, &'static str>>;

/// Messages without variables, formatted once: a frame asks for a few hundred of them.
static CACHE: LazyLock<[Cache; Lang::ALL.len()]> = LazyLock::new(Default::default);

/// The message `key` in `lang`. A key that does not exist is shown as itself and logged once.
///
/// Cheap enough for every label of every frame: one hash look-up after the first call. The strings live as long as the
/// program; there are as many as there are messages.
pub fn tr(lang: Lang, key: &str) -> &'static str {
    let cache = &CACHE[lang as usize];
    if let Some(text) = cache.read().unwrap_or_else(PoisonError::into_inner).get(key) {
        return text;
    }
    let text = TABLE.try_lookup(lang.id(), key).unwrap_or_else(|| {
        log::error!("no message {key:?} in the text table");
        key.to_owned()
    });
    let mut cache = cache.write().unwrap_or_else(PoisonError::into_inner);
    cache.entry(key.to_owned()).or_insert_with(|| Box::leak(text.into_boxed_str()))
}

/// The message `key` in `lang` with its variables filled in.
///
/// ```
/// use convscope::text::{Lang, tr_args};
/// let text = tr_args(Lang::En, "layer-n-of-m", &[("index", "3".into()), ("total", "26".into())]);
/// assert_eq!(text, "Layer 3 of 26");
/// ```
pub fn tr_args(lang: Lang, key: &str, args: &[(&'static str, FluentValue<'_>)]) -> String {
    let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
        args.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
    TABLE.try_lookup_with_args(lang.id(), key, &args).unwrap_or_else(|| {
        log::error!("no message {key:?} in the text table");
        key.to_owned()
    })
}

/// Whether `lang` itself (no falling back to English) has a message `key` that needs no variables.
pub fn has(lang: Lang, key: &str) -> bool {
    TABLE.lookup_single_language::<&str>(lang.id(), key, None).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_answer() {
        assert_eq!(tr(Lang::En, "undo"), "Undo");
        assert_eq!(tr(Lang::Zh, "undo"), "撤销");
        assert_eq!(tr(Lang::Zh, "undo").as_ptr(), tr(Lang::Zh, "undo").as_ptr(), "not cached");
        assert_eq!(tr(Lang::En, "no-such-key"), "no-such-key");
    }

    #[test]
    fn variables_carry_no_isolation_marks() {
        let text = tr_args(Lang::Zh, "layer-n-of-m", &[("index", "3".into()), ("total", "26".into())]);
        assert_eq!(text, "第 3 层，共 26 层");
    }

    #[test]
    fn plurals() {
        assert_eq!(tr_args(Lang::En, "channel-count", &[("count", 1.into())]), "1 channel");
        assert_eq!(tr_args(Lang::En, "channel-count", &[("count", 64.into())]), "64 channels");
        assert_eq!(tr_args(Lang::Zh, "channel-count", &[("count", 64.into())]), "64 个通道");
    }

    #[test]
    fn has_looks_in_one_language_only() {
        assert!(has(Lang::Zh, "undo"));
        assert!(!has(Lang::Zh, "layer-n-of-m"), "it wants variables");
        assert!(!has(Lang::En, "no-such-key"));
    }

    #[test]
    fn locales() {
        for (locale, lang) in [
            ("zh_CN.UTF-8", Lang::Zh),
            ("zh", Lang::Zh),
            ("en_GB.UTF-8", Lang::En),
            ("C", Lang::En),
            ("de_DE", Lang::En),
        ] {
            assert_eq!(Lang::from_locale(locale), lang, "{locale}");
        }
    }
}
