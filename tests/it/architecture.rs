//! The import edges of ARCHITECTURE.md: rooms import downwards only.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room, with the rooms that it may import.
const EDGES: [(&str, &[&str]); 11] = [
    ("data", &[]),
    ("rules", &["data"]),
    ("store", &["data"]),
    ("engine", &["data", "rules", "store"]),
    ("service", &["data", "rules", "store", "engine"]),
    ("catalog", &["data", "engine"]),
    ("rest", &["data", "rules", "engine", "service", "catalog"]),
    ("grpc", &["data", "rules", "engine", "service"]),
    ("open", &["engine", "store"]),
    ("private", &["data", "engine", "grpc"]),
    ("lib", &["data", "rules", "store", "engine", "service", "catalog", "rest", "grpc", "open"]),
];

/// Words that must not stand in the code of a room.
const BANNED: [(&str, &[&str]); 7] = [
    ("data", &["tokio::", "tonic::", "axum::", "::now()", "__private"]),
    ("rules", &["tokio::", "tonic::", "axum::", "::now()", "__private"]),
    ("store", &["crate::engine", "axum::", "__private"]),
    ("engine", &["tonic::", "axum::", "rusqlite", "tokio_postgres", "__private"]),
    ("catalog", &["tokio::", "tonic::", "axum::", "::now()", "__private"]),
    ("grpc", &["rusqlite", "tokio_postgres", "crate::store", "crate::rest", "tokio::spawn", "__private"]),
    ("rest", &["tonic::", "rusqlite", "tokio_postgres", "crate::store", "tokio::spawn", "__private"]),
];

/// The files that spawn tasks.
const SPAWN: [&str; 2] = ["engine/executor.rs", "store/postgres/open.rs"];

#[test]
fn imports_point_downwards() {
    let mut faults = Vec::new();
    for (file, room, text) in sources() {
        let allowed = EDGES.iter().find(|(name, _)| *name == room).map(|(_, rooms)| *rooms);
        let allowed =
            allowed.unwrap_or_else(|| panic!("{}: the room `{room}` is not in the table", file.display()));
        for import in code(&text).filter_map(|line| line.split("crate::").nth(1)) {
            let target = import.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            let is_room = EDGES.iter().any(|(name, _)| *name == target);
            if is_room && target != room && !allowed.contains(&target) {
                faults.push(format!("{}: `{room}` imports `{target}`", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn rooms_keep_out_what_is_not_theirs() {
    let mut faults = Vec::new();
    for (file, room, text) in sources() {
        for word in BANNED.iter().filter(|(name, _)| *name == room).flat_map(|(_, words)| *words) {
            for line in code(&text).filter(|line| line.contains(word)) {
                faults.push(format!("{}: `{word}` in `{}`", file.display(), line.trim()));
            }
        }
        let spawns = code(&text).any(|line| line.contains("tokio::spawn(") || line.contains("untime.spawn("));
        if spawns && !SPAWN.iter().any(|spawner| file.ends_with(spawner)) {
            faults.push(format!(
                "{}: only the executor spawns, and a store its own input and output",
                file.display()
            ));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_macros_do_not_depend_on_the_runtime() {
    let manifest = fs::read_to_string(root().join("lro-macros/Cargo.toml")).unwrap();
    assert!(!manifest.lines().any(|line| line.starts_with("lro-")), "{manifest}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every source file of the runtime with its room, up to its unit tests.
fn sources() -> Vec<(PathBuf, String, String)> {
    let src = root().join("lro-runtime/src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    assert!(files.len() > 20, "the sources were found");
    let room = |file: &Path| {
        let relative = file.strip_prefix(&src).unwrap().to_string_lossy().replace(".rs", "");
        relative.split('/').next().unwrap_or_default().to_owned()
    };
    let is_test = |file: &PathBuf| file.ends_with("tests.rs") || file.to_string_lossy().contains("/tests/");
    files.retain(|file| !is_test(file));
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        (file.clone(), room(&file), text)
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The lines that are code, not comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}
