//! The crates that are measured: one template in four renderings, in a workspace of their own.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::templates::{ATTRIBUTE, BODY, BY_HAND, HEAD, ITEM, MESSAGES, SHARED, SPAWNED};

pub(crate) const SERVICES: usize = 10;
pub(crate) const METHODS: usize = 200;

/// How a crate writes its methods.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crate {
    /// It has none: what the tools take for themselves.
    Empty,
    AsyncTrait,
    Spawned,
    HandWritten,
    Annotated,
}

impl Crate {
    pub(crate) const ALL: [Self; 5] =
        [Self::Empty, Self::AsyncTrait, Self::Spawned, Self::HandWritten, Self::Annotated];

    /// The name of its package and of its library.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::AsyncTrait => "async_trait_alone",
            Self::Spawned => "spawned",
            Self::HandWritten => "hand_written",
            Self::Annotated => "annotated",
        }
    }

    fn code(self) -> String {
        let mut code = HEAD.to_owned();
        for service in (0..SERVICES).filter(|_| self != Self::Empty) {
            let numbers = (0..METHODS).filter(|method| method % SERVICES == service);
            let (mut declarations, mut methods, mut items) = (String::new(), String::new(), String::new());
            for number in numbers {
                let Method { declaration, method, item } = self.method(service, number);
                declarations += &declaration;
                methods += &method;
                items += &item;
            }
            let attribute = match self {
                Self::Annotated => format!("#[long_running(service = \"cost.v1.Disks{service}\")]\n"),
                _ => String::new(),
            };
            let _ = writeln!(code, "#[async_trait]\npub trait Service{service} {{\n{declarations}}}\n");
            let _ = writeln!(
                code,
                "{attribute}#[async_trait]\nimpl Service{service} for Disks {{\n{methods}}}\n\n{items}"
            );
        }
        code
    }

    fn method(self, service: usize, number: usize) -> Method {
        let name = format!("copy_disk_{number}");
        let rpc = format!("CopyDisk{number}");
        let signature = |response: &str| {
            format!("    async fn {name}(&self, request: {rpc}Request) -> Result<{response}, Status>")
        };
        let plain = signature(&format!("{rpc}Response"));
        let public = signature(&format!("Operation<{rpc}Response, CopyDiskMetadata>"));
        let body = BODY.replace("{rpc}", &rpc);
        let handler = format!("{plain} {{\n{}    }}\n\n", body.replace("{service}", "self"));
        let documentation = format!("Copies disk {number} to another zone.");
        let comment = format!("    /// {documentation}\n");
        match self {
            Self::Empty => unreachable!("it has no methods"),
            Self::AsyncTrait => Method {
                declaration: format!("{comment}{plain};\n"),
                method: format!("{comment}{handler}"),
                item: String::new(),
            },
            Self::Annotated => Method {
                declaration: format!("{comment}{public};\n"),
                method: format!("{comment}{ATTRIBUTE}{handler}"),
                item: String::new(),
            },
            Self::Spawned => {
                let named = signature("String");
                Method {
                    declaration: format!("{comment}{named};\n"),
                    method: SPAWNED
                        .replace("{comment}", &comment)
                        .replace("{named}", &named)
                        .replace("{rpc}", &rpc)
                        .replace("{body}", &body.replace("{service}", "service")),
                    item: String::new(),
                }
            }
            Self::HandWritten => Method {
                declaration: format!("{comment}{public};\n"),
                method: BY_HAND
                    .replace("{comment}", &comment)
                    .replace("{public}", &public)
                    .replace("{rpc}", &rpc)
                    .replace("{constant}", &name.to_uppercase())
                    .replace("{body}", &body.replace("{service}", "service")),
                item: ITEM
                    .replace("{constant}", &name.to_uppercase())
                    .replace("{service}", &format!("cost.v1.Disks{service}"))
                    .replace("{rpc}", &rpc)
                    .replace("{documentation}", &documentation),
            },
        }
    }
}

/// One method, as its parts stand in a crate.
struct Method {
    /// In the trait.
    declaration: String,
    /// In the implementation.
    method: String,
    /// Beside it.
    item: String,
}

/// Writes the workspace, with the versions that this repository has locked.
pub(crate) fn write(folder: &Path, repository: &Path) -> io::Result<()> {
    let shared = (0..METHODS).fold(SHARED.to_owned(), |code, number| {
        code + &MESSAGES.replace("{rpc}", &format!("CopyDisk{number}"))
    });
    package(folder, "shared", "", &shared)?;
    for measured in Crate::ALL {
        package(folder, measured.name(), "shared = { path = \"../shared\" }\n", &measured.code())?;
    }
    let runtime = repository.join("lro-runtime");
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\nexclude = [\"target\"]\n\n[workspace.dependencies]\nasync-trait = \"0.1\"\n\
         lro-runtime = {{ path = {runtime:?} }}\ntokio = {{ version = \"1\", features = [\"rt\"] }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(repository.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

fn package(folder: &Path, name: &str, dependencies: &str, code: &str) -> io::Result<()> {
    let file = source(folder, name);
    fs::create_dir_all(folder.join(name).join("src"))?;
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         async-trait.workspace = true\nlro-runtime.workspace = true\ntokio.workspace = true\n{dependencies}"
    );
    fs::write(folder.join(name).join("Cargo.toml"), manifest)?;
    fs::write(file, code)
}

/// The one source file of a crate.
pub(crate) fn source(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).join("src/lib.rs")
}
