//! The crates that are measured: one template in four renderings, in a workspace of their own.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) const SERVICES: usize = 10;
pub(crate) const METHODS: usize = 200;

/// How a crate writes its methods.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crate {
    /// It has none: what the tools take for themselves.
    Empty,
    AsyncTrait,
    HandWritten,
    Annotated,
}

impl Crate {
    pub(crate) const ALL: [Self; 4] = [Self::Empty, Self::AsyncTrait, Self::HandWritten, Self::Annotated];

    /// The name of its package and of its library.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::AsyncTrait => "async_trait_alone",
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
            Self::HandWritten => Method {
                declaration: format!("{comment}{public};\n"),
                method: BY_HAND
                    .replace("{comment}", &comment)
                    .replace("{public}", &public)
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

const HEAD: &str = "\
#![allow(unused_imports)]

use async_trait::async_trait;
use lro_runtime::__private::{LinkedMethod, Method, OnInterrupt, Payload as _, Start, inventory};
use lro_runtime::{Context, Operation, Status, long_running};
use shared::*;

";

const BODY: &str = "        let disk = {service}.find(&request.disk).await?;
        if disk.bytes > request.limit {
            return Err(Status::failed_precondition(format!(\"{} is larger than {} bytes\", disk.name, request.limit)));
        }
        let bytes = {service}.copy(&disk, &request.zone).await?;
        Ok({rpc}Response { disk: disk.name, bytes })
";

const ATTRIBUTE: &str = "    #[long_running(parent = request.parent, metadata = CopyDiskMetadata)]\n";

/// The caller is answered with the operation, and the body goes on: with a clone of the service, because it outlives the call.
const BY_HAND: &str = "\
{comment}{public} {
        let service = self.clone();
        let start = Start::new(&{constant}, &self.operations).parent(&request.parent);
        let handler = move |_: Context<CopyDiskMetadata>| async move {
{body}        };
        start.run(handler).await
    }

";

/// What the catalogue, the registry of types and the exported schema know of a method.
const ITEM: &str = "\
static {constant}: Method = Method {
    service: \"{service}\",
    name: \"{rpc}\",
    documentation: \"{documentation}\",
    on_interrupt: OnInterrupt::Fail,
    timeout: None,
    http: None,
};

inventory::submit! {
    LinkedMethod {
        method: &{constant},
        request: || Some({rpc}Request::full_name()),
        keeps_request: false,
        response: {rpc}Response::full_name,
        metadata: CopyDiskMetadata::full_name,
    }
}

";

const SHARED: &str = "\
use lro_runtime::{Operations, Payload, Status};

pub struct Disk {
    pub name: String,
    pub bytes: u64,
}

#[derive(Clone)]
pub struct Disks {
    pub operations: Operations,
}

impl Disks {
    pub async fn find(&self, name: &str) -> Result<Disk, Status> {
        tokio::task::yield_now().await;
        if name.is_empty() {
            return Err(Status::not_found(\"there is no disk without a name\"));
        }
        Ok(Disk { name: name.to_owned(), bytes: 1 << 30 })
    }

    pub async fn copy(&self, disk: &Disk, _zone: &str) -> Result<u64, Status> {
        tokio::task::yield_now().await;
        Ok(disk.bytes)
    }
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = \"cost.v1\")]
pub struct CopyDiskMetadata {
    #[payload(tag = 1)]
    pub progress_percent: u32,
}

";

const MESSAGES: &str = "\
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = \"cost.v1\")]
pub struct {rpc}Request {
    #[payload(tag = 1)]
    pub parent: String,
    #[payload(tag = 2)]
    pub disk: String,
    #[payload(tag = 3)]
    pub zone: String,
    #[payload(tag = 4)]
    pub limit: u64,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = \"cost.v1\")]
pub struct {rpc}Response {
    #[payload(tag = 1)]
    pub disk: String,
    #[payload(tag = 2)]
    pub bytes: u64,
}

";

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
