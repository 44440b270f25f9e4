//! The program's own files: one for each package, with its derived types and its annotated methods.
//!
//! Given descriptor sets come from `.proto` files that exist already, so what they define is imported, and not written again.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;
use prost_reflect::{DescriptorPool, FileDescriptor};
use prost_types::source_code_info::Location;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, SourceCodeInfo};

use super::service::{Rpc, Service, Services};
use super::{Catalog, MethodEntry, is_identifier};

/// A file of the program's own.
#[derive(Debug)]
pub(super) struct SchemaFile {
    /// Without its services.
    pub(super) descriptor: FileDescriptorProto,
    pub(super) services: Services,
}

/// The numbers of the fields that a comment's path is made of.
pub(super) mod path {
    pub(crate) const MESSAGE: i32 = 4;
    pub(crate) const ENUM: i32 = 5;
    pub(crate) const SERVICE: i32 = 6;
    pub(crate) const METHOD: i32 = 2;
}

const OPERATIONS: &str = "google/longrunning/operations.proto";
const ANNOTATIONS: &str = "google/api/annotations.proto";

impl SchemaFile {
    /// The serialized `google.protobuf.FileDescriptorProto`.
    pub(super) fn encode(&self) -> Vec<u8> {
        // Messages of one type merge when their bytes are joined.
        [self.descriptor.encode_to_vec(), self.services.encode_to_vec()].concat()
    }
}

/// What stands in the file of one package.
#[derive(Default)]
struct Package<'a> {
    messages: BTreeMap<&'a str, (&'a DescriptorProto, Vec<Location>)>,
    enums: BTreeMap<&'a str, (&'a EnumDescriptorProto, Vec<Location>)>,
    services: BTreeMap<&'a str, Vec<&'a MethodEntry>>,
    /// What the types' own files import.
    imports: BTreeSet<String>,
}

/// The files of a catalogue, by their packages.
pub(super) fn files(catalog: &Catalog) -> BTreeMap<String, SchemaFile> {
    let mut packages: BTreeMap<&str, Package<'_>> = BTreeMap::new();
    for file in &catalog.derived {
        packages.entry(file.package_name()).or_default().take(file);
    }
    for entry in &catalog.methods {
        if let Some((package, service)) = entry.place()
            && catalog.pool.get_service_by_name(entry.service).is_none()
        {
            packages.entry(package).or_default().services.entry(service).or_default().push(entry);
        }
    }
    let names: BTreeMap<_, _> = packages
        .keys()
        .map(|package| (*package, file_name(&catalog.pool, &catalog.derived, package)))
        .collect();
    let files =
        packages.iter().map(|(name, package)| ((*name).to_owned(), package.file(name, &names, catalog)));
    files.collect()
}

impl<'a> Package<'a> {
    /// Takes a file of the registry apart: that has one type, or several that refer to each other.
    fn take(&mut self, file: &'a FileDescriptor) {
        let descriptor = file.file_descriptor_proto();
        let locations = descriptor.source_code_info.iter().flat_map(|info| &info.location);
        let comments = |kind: i32, index: usize| {
            let of_this = |location: &&Location| location.path.starts_with(&[kind, index as i32]);
            locations.clone().filter(of_this).cloned().collect()
        };
        for (index, message) in descriptor.message_type.iter().enumerate() {
            self.messages.insert(message.name(), (message, comments(path::MESSAGE, index)));
        }
        for (index, definition) in descriptor.enum_type.iter().enumerate() {
            self.enums.insert(definition.name(), (definition, comments(path::ENUM, index)));
        }
        self.imports.extend(descriptor.dependency.iter().cloned());
    }

    fn file(&self, package: &str, names: &BTreeMap<&str, String>, catalog: &Catalog) -> SchemaFile {
        let name = &names[package];
        let mut comments = Vec::new();
        let mut file = FileDescriptorProto {
            name: Some(name.clone()),
            package: Some(package.to_owned()),
            syntax: Some("proto3".to_owned()),
            ..FileDescriptorProto::default()
        };
        for (index, (message, own)) in self.messages.values().enumerate() {
            file.message_type.push((*message).clone());
            comments.extend(moved(own, index));
        }
        for (index, (definition, own)) in self.enums.values().enumerate() {
            file.enum_type.push((*definition).clone());
            comments.extend(moved(own, index));
        }
        let mut imports = self.imports.clone();
        let mut services = Services::default();
        for (service, entries) in &self.services {
            let place = [path::SERVICE, services.service.len() as i32];
            let mut rpcs = Vec::new();
            let mut left_out = Vec::new();
            for entry in entries {
                match entry.obstacle(&catalog.pool) {
                    Err(obstacle) => {
                        left_out.push(format!("The rpc {} is left out: {obstacle}.", entry.name))
                    }
                    Ok(request) => {
                        let location = [&place[..], &[path::METHOD, rpcs.len() as i32]].concat();
                        comments.extend(comment(location, entry.documentation));
                        imports.extend(imports_of(entry, request, &catalog.pool));
                        rpcs.push(Rpc::new(entry, package, request));
                    }
                }
            }
            if !rpcs.is_empty() {
                comments.extend(comment(place.to_vec(), &left_out.join("\n")));
                services.service.push(Service { name: (*service).to_owned(), method: rpcs });
            }
        }
        // Files of the registry become those of their packages.
        let files = imports.into_iter().map(|import| {
            let own = catalog.derived.iter().find(|file| file.name() == import);
            own.and_then(|file| names.get(file.package_name()).cloned()).unwrap_or(import)
        });
        let imports: BTreeSet<_> = files.filter(|import| import != name).collect();
        file.dependency = imports.into_iter().collect();
        file.source_code_info = Some(SourceCodeInfo { location: comments });
        SchemaFile { descriptor: file, services }
    }
}

/// Files that an rpc needs: of all of its types, also of those that it names in its options alone (P-207).
fn imports_of(entry: &MethodEntry, request: &str, pool: &DescriptorPool) -> Vec<String> {
    let types = [request, &entry.response, &entry.metadata];
    let types = types
        .into_iter()
        .filter_map(|name| Some(pool.get_message_by_name(name)?.parent_file().name().to_owned()));
    let annotations = entry.http.map(|_| ANNOTATIONS.to_owned());
    types.chain([OPERATIONS.to_owned()]).chain(annotations).collect()
}

/// The comments of a type that has another place now.
fn moved(comments: &[Location], index: usize) -> impl Iterator<Item = Location> {
    comments.iter().cloned().map(move |mut location| {
        location.path[1] = index as i32;
        location
    })
}

fn comment(path: Vec<i32>, text: &str) -> Option<Location> {
    let leading_comments = (!text.is_empty()).then(|| format!("{text}\n"))?;
    Some(Location { path, leading_comments: Some(leading_comments), ..Location::default() })
}

/// `acme/disks/v1/disks.proto` for `acme.disks.v1`: where importers and buf expect it.
fn file_name(pool: &DescriptorPool, derived: &[FileDescriptor], package: &str) -> String {
    let is_version = |part: &&str| {
        part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let last = package.rsplit('.').find(|part| !is_version(part)).unwrap_or(package);
    let stem = format!("{}/{}", package.replace('.', "/"), last);
    let given = pool.get_file_by_name(&format!("{stem}.proto")).filter(|file| !derived.contains(file));
    // A given file of this name has other types of the package.
    match given {
        None => format!("{stem}.proto"),
        Some(_) => format!("{stem}_derived.proto"),
    }
}

impl MethodEntry {
    /// The package and the name of the service, if it has both, and all of them are names in protobuf.
    pub(super) fn place(&self) -> Option<(&'static str, &'static str)> {
        let (package, service) = self.service.rsplit_once('.')?;
        self.service.split('.').all(is_identifier).then_some((package, service))
    }

    /// The request of the rpc, or why the method cannot be one.
    pub(super) fn obstacle(&self, pool: &DescriptorPool) -> Result<&str, String> {
        let Some(request) = &self.request else {
            return Err("its handler does not take one message as its request".to_owned());
        };
        for (role, name) in [("request", request), ("response", &self.response), ("metadata", &self.metadata)]
        {
            if pool.get_message_by_name(name).is_none() {
                return Err(format!("its {role} type `{name}` has no descriptor"));
            }
        }
        Ok(request)
    }
}
