//! The tests that the sources have, by their paths: read as Rust's tokens, so that comments and strings name none.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

/// Where modules begin: the file, and what their paths begin with.
const CRATES: [(&str, &str); 3] = [
    ("tests/it/main.rs", ""),
    ("lro-runtime/src/lib.rs", "lro_runtime::"),
    ("lro-macros/src/lib.rs", "lro_macros::"),
];

/// The properties of the conformance suite are tests wherever a store is: `stores` runs each of them.
const CONFORMANCE: &str = "lro_runtime::store::conformance::";

/// The paths of all tests: of `it` as its binary names them, of the crates' unit tests with the crate before, and of the
/// compile errors as their files stand in `tests`.
pub(super) fn tests(root: &Path) -> BTreeSet<String> {
    let mut tests = BTreeSet::new();
    for (file, prefix) in CRATES {
        let file = root.join(file);
        let folder = file.parent().expect("a file is in a folder").to_owned();
        Module { file, folder, path: prefix.to_owned() }.read(&mut tests);
    }
    compile_errors(&root.join("tests"), "ui/fail", &mut tests);
    compile_errors(&root.join("tests"), "ui/pass", &mut tests);
    tests
}

/// The cases that `tests/ui/main.rs` gives to trybuild.
fn compile_errors(tests: &Path, folder: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(tests.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            compile_errors(tests, &name, found);
        } else if name.ends_with(".rs") {
            found.insert(name);
        }
    }
}

/// One module: its file, the folder of its own modules, and its path, with `::` at its end.
struct Module {
    file: PathBuf,
    folder: PathBuf,
    path: String,
}

impl Module {
    fn read(&self, tests: &mut BTreeSet<String>) {
        let text = fs::read_to_string(&self.file).unwrap();
        let tokens = text.parse().unwrap_or_else(|error| panic!("{}: {error}", self.file.display()));
        self.walk(tokens, tests);
    }

    fn walk(&self, tokens: TokenStream, tests: &mut BTreeSet<String>) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let (mut is_test, mut is_moved) = (false, false);
        for (at, token) in tokens.iter().enumerate() {
            let next = (tokens.get(at + 1), tokens.get(at + 2));
            match (token, next) {
                (TokenTree::Punct(hash), (Some(TokenTree::Group(attribute)), _)) if hash.as_char() == '#' => {
                    is_test |= ends_in_test(attribute.stream());
                    is_moved |= begins_with(attribute.stream(), "path");
                }
                (TokenTree::Ident(word), next) if word == "fn" => {
                    if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(parameters))) = next
                        && (is_test || self.is_property(parameters.stream()))
                    {
                        tests.insert(format!("{}{name}", self.path));
                    }
                    is_test = false;
                }
                (TokenTree::Ident(word), (Some(TokenTree::Ident(name)), Some(after))) if word == "mod" => {
                    let name = name.to_string();
                    match after {
                        TokenTree::Punct(end) if end.as_char() == ';' && !is_moved => {
                            self.file_of(&name).read(tests)
                        }
                        TokenTree::Group(body) => self.inside(&name).walk(body.stream(), tests),
                        _ => {}
                    }
                    is_moved = false;
                }
                (TokenTree::Group(group), _) if !is_body_of_module(&tokens[..at]) => {
                    self.walk(group.stream(), tests);
                }
                _ => {}
            }
        }
    }

    fn is_property(&self, parameters: TokenStream) -> bool {
        self.path.starts_with(CONFORMANCE) && begins_with(parameters, "subject")
    }

    /// The module `mod name;`.
    fn file_of(&self, name: &str) -> Self {
        let Self { folder, path, .. } = self.inside(name);
        let beside = folder.with_extension("rs");
        let file = if beside.exists() { beside } else { folder.join("mod.rs") };
        Self { file, folder, path }
    }

    /// The module `mod name { … }`.
    fn inside(&self, name: &str) -> Self {
        let path = format!("{}{name}::", self.path);
        Self { file: self.file.clone(), folder: self.folder.join(name), path }
    }
}

/// Whether what comes next is what stands between the braces of a module: it was walked with the module's name.
fn is_body_of_module(before: &[TokenTree]) -> bool {
    matches!(before, [.., TokenTree::Ident(word), TokenTree::Ident(_)] if word == "mod")
}

/// Whether an attribute is `test`, `tokio::test` or the like, with arguments or without.
fn ends_in_test(attribute: TokenStream) -> bool {
    let mut last = None;
    for token in attribute {
        match token {
            TokenTree::Ident(ident) => last = Some(ident),
            TokenTree::Punct(colon) if colon.as_char() == ':' => {}
            _ => break,
        }
    }
    last.is_some_and(|last| last == "test")
}

fn begins_with(tokens: TokenStream, word: &str) -> bool {
    matches!(tokens.into_iter().next(), Some(TokenTree::Ident(ident)) if ident == word)
}
