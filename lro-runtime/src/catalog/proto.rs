//! The catalogue as `.proto` files, and as a set of their descriptors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use prost::Message;
use prost_reflect::{DescriptorPool, FileDescriptor};

use super::Catalog;
use super::files::{self, SchemaFile};
use super::print;
use crate::data::payload::registry::{RawSet, RegistryError};

/// What every own file with a service imports: `google.longrunning` and `google.api`, with all that these import.
const GOOGLE: [&[u8]; 2] =
    [include_bytes!("../grpc/generated/descriptors.bin"), include_bytes!("google/descriptors.bin")];

/// A `.proto` file of the program's own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProtoFile {
    /// The name by which others import it, `acme/disks/v1/disks.proto`.
    pub name: String,
    /// The text, in proto3.
    pub text: String,
}

/// The program's own files, each after those that it imports, and a pool of these and of all that they import.
pub(super) struct Schema {
    pub(super) files: Vec<SchemaFile>,
    pub(super) pool: DescriptorPool,
}

impl Catalog {
    /// The `.proto` files of the program: one for each package, with the messages and enums that derive [`Payload`](crate::Payload), and a service
    /// for each that has long-running methods, with `operation_info` (P-205…P-207, P-209) and the rule of `http(…)`. Comments are the documentation
    /// of Rust. The same program gives the same text.
    ///
    /// What is defined by a given descriptor set has a file already, and is imported. An rpc needs a request: a method that does not have
    /// [one](super::MethodEntry::request) is left out. A comment at its service says so, and [`lint`](Self::lint).
    ///
    /// The files import some of `google/longrunning`, `google/api` and `google/protobuf`, which compilers bring along or find in `googleapis`.
    ///
    /// # Errors
    /// When types of several packages refer to each other in a circle, or the whole breaks another rule of protobuf: two rpcs of one name.
    ///
    /// ```standalone_crate
    /// use lro_runtime::Payload;
    /// use lro_runtime::catalog::Catalog;
    ///
    /// /// A disk.
    /// #[derive(Clone, Debug, PartialEq, Payload)]
    /// #[payload(package = "doc.protos.v1")]
    /// struct Disk {
    ///     /// How it is called.
    ///     #[payload(tag = 1)]
    ///     name: String,
    /// }
    ///
    /// let protos = Catalog::linked([])?.package("doc.protos.v1").protos()?;
    /// assert_eq!(protos[0].name, "doc/protos/v1/protos.proto");
    /// assert!(protos[0].text.contains(
    /// "// A disk.
    /// message Disk {
    ///   // How it is called.
    ///   string name = 1;
    /// }
    /// "));
    /// # Ok::<(), lro_runtime::RegistryError>(())
    /// ```
    pub fn protos(&self) -> Result<Vec<ProtoFile>, RegistryError> {
        let Schema { files, pool } = self.schema()?;
        let protos = files.iter().map(|file| ProtoFile {
            name: file.descriptor.name().to_owned(),
            text: print::text(file, &pool),
        });
        Ok(protos.collect())
    }

    /// The descriptors of the same files, and of the given ones that have the services of methods, with all that they import: a serialized
    /// `google.protobuf.FileDescriptorSet`, as compilers write it, for reflection, or for `buf` and `protoc` as an input.
    ///
    /// # Errors
    /// As for [`protos`](Self::protos).
    pub fn file_descriptor_set(&self) -> Result<Vec<u8>, RegistryError> {
        let Schema { files, pool } = self.schema()?;
        let mut set = Vec::new();
        let own = files.iter().filter_map(|file| pool.get_file_by_name(file.descriptor.name()));
        let services = self.methods.iter().filter_map(|entry| pool.get_service_by_name(entry.service));
        own.chain(services.map(|service| service.parent_file()))
            .for_each(|file| with_imports(file, &mut set));
        let file = set.iter().map(|file| file.encode_to_vec().into()).collect();
        Ok(RawSet { file }.encode_to_vec())
    }

    /// Writes the [`protos`](Self::protos) into a folder, by their names, and the [descriptors](Self::file_descriptor_set) beside them as
    /// `descriptors.bin`, and JSON Schema of the methods' [messages](Self::json_schema) and [operations](Self::operation_json_schema) in
    /// `json_schema`. Says which files it wrote. For a program of your own, since only that has its types and methods linked, `src/bin/schema.rs`, which
    /// `cargo run --bin schema -- proto` runs:
    ///
    /// ```no_run
    /// use acme_disks as _;                                    // your library: what is never named is not linked
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let folder = std::env::args().nth(1).ok_or("which folder?")?;
    ///     let catalog = lro_runtime::catalog::Catalog::linked([])?;
    ///     catalog.write(&folder)?;                            // *.proto, one for each package, descriptors.bin, json_schema/*.json
    ///     let document = lro_runtime::rest::open_api("/v1", &["projects/*"], &catalog);
    ///     std::fs::write(format!("{folder}/openapi.json"), document.to_string())?;
    ///     let config = lro_runtime::rest::service_config("/v1", &["projects/*"]);
    ///     std::fs::write(format!("{folder}/service.yaml"), config)?;
    ///     Ok(())
    /// }
    /// # mod acme_disks {}
    /// ```
    ///
    /// # Errors
    /// As for [`protos`](Self::protos), in an [`io::Error`]; when a file cannot be written.
    pub fn write(&self, folder: impl AsRef<Path>) -> io::Result<Vec<PathBuf>> {
        let protos = self.protos().map_err(io::Error::other)?;
        let set = self.file_descriptor_set().map_err(io::Error::other)?;
        let protos = protos.into_iter().map(|file| (file.name, file.text.into_bytes()));
        let mut written = Vec::new();
        let schemas = self.json_schemas().into_iter();
        let schemas = schemas
            .map(|(name, schema)| (format!("json_schema/{name}.json"), format!("{schema:#}\n").into_bytes()));
        for (name, content) in protos.chain([("descriptors.bin".to_owned(), set)]).chain(schemas) {
            let path = folder.as_ref().join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&path, content)?;
            written.push(path);
        }
        Ok(written)
    }

    pub(super) fn schema(&self) -> Result<Schema, RegistryError> {
        let files = ordered(files::files(self), self.package.as_deref())?;
        let mut pool = DescriptorPool::new();
        let given = self.pool.files().filter(|file| !self.derived.contains(file));
        add(&mut pool, given.map(|file| file.encode_to_vec()))?;
        for set in GOOGLE {
            let google = DescriptorPool::decode(set).map_err(RegistryError::refused)?;
            let missing: Vec<_> =
                google.files().filter(|file| pool.get_file_by_name(file.name()).is_none()).collect();
            add(&mut pool, missing.iter().map(FileDescriptor::encode_to_vec))?;
        }
        add(&mut pool, files.iter().map(SchemaFile::encode))?;
        Ok(Schema { files, pool })
    }
}

fn add(pool: &mut DescriptorPool, files: impl Iterator<Item = Vec<u8>>) -> Result<(), RegistryError> {
    let set = RawSet { file: files.map(Into::into).collect() };
    pool.decode_file_descriptor_set(&*set.encode_to_vec()).map_err(RegistryError::refused)
}

/// The files, or that of one package and what it imports, each after its imports.
fn ordered(
    mut files: BTreeMap<String, SchemaFile>,
    package: Option<&str>,
) -> Result<Vec<SchemaFile>, RegistryError> {
    let names = |file: &SchemaFile| file.descriptor.dependency.clone();
    let packages: BTreeMap<_, _> =
        files.iter().map(|(package, file)| (file.descriptor.name().to_owned(), package.clone())).collect();
    let mut wanted: Vec<_> = match package {
        Some(package) => vec![package.to_owned()],
        None => files.keys().rev().cloned().collect(),
    };
    let mut ordered = Vec::new();
    // What waits for its imports. Whoever imports one of these is part of a circle.
    let mut open: Vec<String> = Vec::new();
    while let Some(package) = wanted.last() {
        let Some(file) = files.get(package) else {
            wanted.pop();
            continue;
        };
        let imports = names(file).into_iter().filter_map(|name| packages.get(&name));
        let next: Vec<_> = imports.filter(|import| files.contains_key(*import)).cloned().collect();
        if next.is_empty() {
            ordered.extend(files.remove(package));
            open.retain(|open| open != package);
            wanted.pop();
        } else if let Some(from) = open.iter().position(|open| open == package) {
            return Err(RegistryError::PackageCycle { type_names: open.split_off(from) });
        } else {
            open.push(package.clone());
            wanted.extend(next);
        }
    }
    Ok(ordered)
}

fn with_imports(file: FileDescriptor, set: &mut Vec<FileDescriptor>) {
    if !set.contains(&file) {
        file.dependencies().for_each(|import| with_imports(import, set));
        set.push(file);
    }
}
