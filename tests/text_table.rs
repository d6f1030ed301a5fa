//! The text table: both languages say the same things, and everything the source asks for exists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use convscope::app::text::{Lang, has, tr, tr_args};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()) {
        if entry.is_dir() {
            found.extend(files(&entry, extension));
        } else if entry.extension().is_some_and(|e| e == extension) {
            found.push(entry);
        }
    }
    found.sort();
    found
}

/// Message id -> the file it stands in and the variables it uses.
fn messages(lang: Lang) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut messages: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    for path in files(&root().join("assets/text").join(lang.tag()), "ftl") {
        let file = path.file_name().expect("name").to_string_lossy().into_owned();
        let mut current = None;
        for line in fs::read_to_string(&path).expect("readable").lines() {
            let starts_message = line.starts_with(|c: char| c.is_ascii_alphabetic());
            if starts_message {
                let (id, _) = line.split_once('=').unwrap_or_else(|| panic!("{file}: {line}"));
                let id = id.trim().to_owned();
                let old = messages.insert(id.clone(), (file.clone(), BTreeSet::new()));
                assert!(old.is_none(), "{id} stands twice ({file})");
                current = Some(id);
            }
            if let Some(id) = current.as_ref().filter(|_| !line.starts_with('#')) {
                let variables = line.split('$').skip(1).map(|rest| {
                    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
                });
                messages.get_mut(id).expect("just inserted").1.extend(variables);
            }
        }
    }
    messages
}

#[test]
fn both_languages_have_the_same_messages_and_variables() {
    let (en, zh) = (messages(Lang::En), messages(Lang::Zh));
    assert!(en.len() > 150, "only {} messages found", en.len());
    for (id, entry) in &en {
        assert_eq!(Some(entry), zh.get(id), "{id}: English on the left, Chinese on the right");
    }
    for id in zh.keys() {
        assert!(en.contains_key(id), "{id} has no English text");
    }
}

#[test]
fn every_message_formats_in_both_languages() {
    for lang in Lang::ALL {
        for (id, (file, variables)) in messages(lang) {
            let names: Vec<&'static str> =
                variables.into_iter().map(|name| &*Box::leak(name.into_boxed_str())).collect();
            let text = if names.is_empty() {
                assert!(has(lang, &id), "{lang:?} {file}: Fluent cannot read {id}");
                tr(lang, &id).to_owned()
            } else {
                let args: Vec<_> = names
                    .iter()
                    .map(|&name| (name, if name == "count" { 2.into() } else { "7".into() }))
                    .collect();
                tr_args(lang, &id, &args)
            };
            assert!(!text.is_empty() && (names.is_empty() || text != id), "{lang:?} {file}: {id}");
            let isolation = |c: char| ('\u{2066}'..='\u{2069}').contains(&c);
            assert!(!text.contains(isolation) && !text.contains('{'), "{lang:?} {id}: {text}");
        }
    }
}

/// Keys in `tr(.., "key")`, `tr_args(.., "key", ..)` and `t.get("key")`, `t.args("key", ..)`.
fn keys_used(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for start in ["tr(", "tr_args(", ".get(\"", ".tr(\"", ".args(\""] {
        for (at, _) in source.match_indices(start) {
            let before = source[..at].chars().next_back();
            let is_call = start.starts_with('.') || !before.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let receiver_is_text = !start.starts_with(".get") || source[..at].ends_with('t');
            let rest = &source[at + start.len() - usize::from(start.ends_with('"'))..];
            let first_quote = rest.find('"');
            let closing = rest.find(')').unwrap_or(rest.len());
            let Some(open) = first_quote.filter(|&open| open < closing && is_call && receiver_is_text) else {
                continue;
            };
            // The key may come first or after the language; anything in between makes it another call.
            if rest[..open].contains(['(', ';', '{', '!']) {
                continue;
            }
            let key: String = rest[open + 1..].chars().take_while(|&c| c != '"').collect();
            let looks_like_a_key = key.contains(|c: char| c.is_ascii_lowercase())
                && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
            if looks_like_a_key {
                found.push((source[..at].lines().count(), key));
            }
        }
    }
    found
}

#[test]
fn every_key_in_the_source_exists() {
    let known = messages(Lang::En);
    for path in files(&root().join("src"), "rs") {
        let source = fs::read_to_string(&path).expect("readable");
        // Unit tests may ask for keys that do not exist, to see what happens.
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        for (line, key) in keys_used(source) {
            assert!(known.contains_key(&key), "{}:{line}: no message {key}", path.display());
        }
    }
}

#[test]
fn the_scanner_finds_keys() {
    let found = keys_used(
        "tr(lang, \"a-b\"); t.get(\"c\"); tr_args(\n lang,\n \"d\", &[]); str(x, \"no\"); map.get(\"no\");",
    );
    let keys: BTreeSet<_> = found.into_iter().map(|(_, key)| key).collect();
    assert_eq!(keys, ["a-b", "c", "d"].map(str::to_owned).into());
}

#[test]
fn operators_and_settings_have_names() {
    for lang in Lang::ALL {
        for operator in ["standard", "depthwise_separable", "octave", "hetconv"] {
            for key in
                [format!("op-{operator}"), format!("op-{operator}-about"), format!("derive-{operator}")]
            {
                assert!(has(lang, &key), "{lang:?} {key}");
            }
        }
        for setting in ["groups", "dilation", "alpha", "part", "order", "kernel"] {
            for key in [format!("setting-{setting}"), format!("setting-{setting}-hint")] {
                assert!(has(lang, &key), "{lang:?} {key}");
            }
        }
    }
}
