//! The text table: both languages say the same things, and everything the source asks for exists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use convscope::text::{Lang, has, tr, tr_args};
use convscope::variants::{ALL, Geometry, Legal, Misfit, Settings};

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
    assert!(en.len() > 80, "only {} messages found", en.len());
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

/// Keys that a source text of `app` or `ui` asks for: every literal of the shape `"a-b"`, which is used for nothing else
/// there, and any literal in `tr(lang, "a")`, `tr_args(lang, "a", ..)` and `t("a")`.
fn keys_used(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in source.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
    {
        // Every second piece between quotes is a literal; escaped quotes do not occur in lines with keys.
        let pieces: Vec<&str> = line.split('"').collect();
        for at in (1..pieces.len()).step_by(2) {
            let (before, literal) = (pieces[at - 1], pieces[at]);
            let kebab = literal.starts_with(|c: char| c.is_ascii_lowercase())
                && literal.ends_with(|c: char| c.is_ascii_alphanumeric())
                && literal.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
            let call = before.rsplit('(').next().filter(|_| before.contains('(')).map(|arguments| {
                let name = &before[..before.len() - arguments.len() - 1];
                let name = name.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                let one_argument_before = arguments.trim_end().ends_with(',') && !arguments.contains('|');
                (name == "t" && arguments.is_empty())
                    || (["tr", "tr_args"].contains(&name) && one_argument_before)
            });
            if kebab && (literal.contains('-') || call == Some(true)) {
                found.push((number + 1, literal.to_owned()));
            }
        }
    }
    found
}

#[test]
fn every_key_in_the_source_exists() {
    let known = messages(Lang::En);
    let mut found = 0;
    for path in [files(&root().join("src/app"), "rs"), files(&root().join("src/ui"), "rs")].concat() {
        let source = fs::read_to_string(&path).expect("readable");
        // Unit tests may ask for keys that do not exist, to see what happens.
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        for (line, key) in keys_used(source) {
            assert!(known.contains_key(&key), "{}:{line}: no message {key}", path.display());
            found += 1;
        }
    }
    assert!(found > 50, "the scanner found only {found} keys");
}

#[test]
fn the_scanner_finds_keys() {
    let source = "tr(lang, \"undo\"); t(\"redo\")\ntr_args(self.lang(), \"time\", &[(\"no\", x)])\n(Theme::Dark, \"theme-dark\")\n// \"no-key\"\nstr(x, \"no\"); map.get(\"no\"); f(\"No-1.0\", \"a b-c\")";
    let keys: Vec<_> = keys_used(source).into_iter().map(|(line, key)| format!("{line} {key}")).collect();
    assert_eq!(keys, ["1 undo", "1 redo", "3 theme-dark"]);
}

#[test]
fn every_operator_and_setting_has_words() {
    let geometry = Geometry::same(16, 64, 3, 1);
    for lang in Lang::ALL {
        for misfit in Misfit::ALL {
            assert!(has(lang, misfit.key()), "{lang:?}: {misfit:?}");
        }
        for operator in ALL {
            let name = operator.name();
            for key in [format!("op-{name}"), format!("op-{name}-about"), format!("derive-{name}")] {
                assert!(has(lang, &key), "{lang:?}: {key}");
            }
            assert!(has(lang, &format!("op-{name}-short")), "{lang:?}: op-{name}-short");
            if let Some((linked, _)) = operator.linked() {
                assert!(has(lang, &format!("setting-{linked}")), "{lang:?}: setting-{linked}");
            }
            for part in ["does", "saves", "costs", "mistake"] {
                let key = format!("lesson-{name}-{part}");
                assert!(has(lang, &key), "{lang:?}: {key}");
            }
            for setting in operator.settings(&operator.nearest(geometry), &Settings::default()) {
                let mut keys = vec![format!("setting-{}", setting.name)];
                if let Legal::Choices(names) = setting.legal {
                    keys.extend(names.iter().map(|name| format!("choice-{name}")));
                }
                for key in keys.iter().flat_map(|key| [key.clone(), format!("{key}-hint")]) {
                    assert!(has(lang, &key), "{lang:?}: {key}");
                }
            }
        }
    }
}
