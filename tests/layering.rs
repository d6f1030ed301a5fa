//! The order of the modules: who may use whom. An edge that is not in the table is an error, so that it is added
//! knowingly or not at all. Code under `#[cfg(test)]` is free.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the library with those it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("tensor", &[]),
    ("graph", &["tensor"]),
    ("variants", &["tensor", "graph"]),
    ("networks", &["tensor", "graph", "variants"]),
    // Readers of the same graph: they do not know each other.
    ("cost", &["tensor", "graph", "variants", "networks"]),
    ("picture", &["tensor", "graph", "variants", "networks"]),
    ("exec", &["tensor", "graph"]),
    ("model_files", &["tensor", "graph", "variants", "networks"]),
    ("image_io", &["tensor", "graph", "networks", "model_files"]),
    ("analysis", &["tensor", "graph", "variants", "networks", "cost", "picture", "exec", "model_files"]),
    ("text", &[]),
    (
        "figure",
        &[
            "tensor",
            "graph",
            "variants",
            "networks",
            "cost",
            "picture",
            "exec",
            "model_files",
            "image_io",
            "analysis",
            "text",
        ],
    ),
    (
        "engine",
        &[
            "tensor",
            "graph",
            "variants",
            "networks",
            "cost",
            "picture",
            "exec",
            "model_files",
            "image_io",
            "analysis",
            "text",
            "figure",
        ],
    ),
    (
        "app",
        &[
            "tensor",
            "graph",
            "variants",
            "networks",
            "cost",
            "picture",
            "exec",
            "model_files",
            "image_io",
            "analysis",
            "text",
            "figure",
            "engine",
        ],
    ),
    (
        "ui",
        &[
            "tensor",
            "graph",
            "variants",
            "networks",
            "cost",
            "picture",
            "exec",
            "model_files",
            "image_io",
            "analysis",
            "text",
            "figure",
            "engine",
            "app",
        ],
    ),
];

/// These may use everything.
const FREE: &[&str] = &["cli", "main", "lib"];

/// The only module that may name egui.
const EGUI_HOME: &str = "ui";

fn source_files(folder: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            // A folder of tests is declared under `#[cfg(test)]`.
            if path.file_name().is_some_and(|name| name != "tests") {
                source_files(&path, into);
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// The module a file under `src` belongs to: its first folder, or its name.
fn module_of(relative: &Path) -> String {
    let first = relative.components().next().expect("not empty").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// A line without its comment. Strings that contain `//` lose their tail, which does no harm here.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// Modules named by `crate::x` or inside `crate::{x::.., y}` with their line numbers, outside of tests.
fn uses(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let production = source.split("#[cfg(test)]").next().unwrap_or_default();
    let text: String = production.lines().map(|line| format!("{}\n", code(line))).collect();
    for (at, _) in text.match_indices("crate::") {
        // `$crate::` in a macro and `some_crate::` are something else.
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let line = text[..at].matches('\n').count() + 1;
        let rest = &text[at + "crate::".len()..];
        let names = match rest.strip_prefix('{') {
            Some(group) => top_level_names(group),
            None => vec![identifier(rest)],
        };
        found.extend(names.into_iter().map(|name| (line, name)));
    }
    found
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first path segment of each item of a `use` group, up to the brace that closes it.
fn top_level_names(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut item_start = 0;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(identifier(group[item_start..at].trim_start()));
                item_start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn modules_use_only_what_stands_before_them() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        ALLOWED.iter().map(|(module, uses)| (*module, uses.iter().copied().collect())).collect();
    let mut files = Vec::new();
    source_files(&root.join("src"), &mut files);
    let mut errors = Vec::new();
    let mut edges = 0;
    for path in files {
        let relative = path.strip_prefix(root.join("src")).expect("below src");
        let module = module_of(relative);
        if FREE.contains(&module.as_str()) {
            continue;
        }
        let Some(may_use) = allowed.get(module.as_str()) else {
            errors.push(format!("src/{}: module {module} is not in the table", relative.display()));
            continue;
        };
        let source = fs::read_to_string(&path).expect("UTF-8");
        for (line, used) in uses(&source) {
            edges += 1;
            if used != module && !may_use.contains(used.as_str()) {
                errors.push(format!("src/{}:{line}: {module} may not use {used}", relative.display()));
            }
        }
        if module != EGUI_HOME {
            for (number, line) in source.lines().enumerate() {
                if ["egui::", "eframe::", "egui_plot::", "egui_wgpu::"]
                    .iter()
                    .any(|name| code(line).contains(name))
                {
                    errors.push(format!("src/{}:{}: {module} names egui", relative.display(), number + 1));
                }
            }
        }
    }
    assert!(errors.is_empty(), "\n{}", errors.join("\n"));
    assert!(edges > 20, "the scanner found only {edges} edges");
}

#[test]
fn the_table_has_no_circle() {
    let mut before = BTreeSet::new();
    for (module, uses) in ALLOWED {
        for used in *uses {
            assert!(before.contains(used), "{module} uses {used}, which stands after it");
        }
        before.insert(*module);
    }
}

#[test]
fn the_scanner_finds_uses() {
    let source = "use crate::a::X;\nuse crate::{b::{Y, Z}, c};\n// use crate::no;\nlet x = crate::d::f();\n$crate::no;\n#[cfg(test)]\nuse crate::no;";
    let found: Vec<_> = uses(source).into_iter().map(|(line, name)| format!("{line}{name}")).collect();
    assert_eq!(found, ["1a", "2b", "2c", "4d"]);
}
