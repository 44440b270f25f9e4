//! The descriptors that a store keeps of the types in it: what another build wrote can be rendered by this one (D3).

use std::collections::{BTreeSet, HashSet};

use bytes::Bytes;
use prost::Message;
use prost_reflect::{DescriptorPool, FileDescriptor};

use super::sets::RawSet;
use super::{Registry, RegistryError};
use crate::data::method;
use crate::data::payload::any::{full_name, type_url};

impl Registry {
    /// The type URLs of the linked methods' payloads, each with a serialized `FileDescriptorSet` that has all it needs. Those of
    /// Google's own types are nothing new to anybody.
    pub(crate) fn to_share(&self) -> impl Iterator<Item = (String, Bytes)> {
        let names: BTreeSet<_> =
            method::linked().flat_map(|linked| [(linked.response)(), (linked.metadata)()]).collect();
        names.into_iter().filter_map(|name| {
            let file = self.message(&name)?.parent_file();
            let is_google = ["google.protobuf", "google.rpc"].contains(&file.package_name());
            (!is_google).then(|| (type_url(&name), closure(&file)))
        })
    }

    /// Takes a type that the store has a descriptor of, unless this program has it itself.
    ///
    /// # Errors
    /// When the descriptor cannot be read, or is another type's.
    pub(crate) fn learn(&mut self, type_url: &str, set: &Bytes) -> Result<(), RegistryError> {
        let name = full_name(type_url);
        if self.contains(name) {
            return Ok(());
        }
        // In a pool of its own: two builds may well have two types in files of one name.
        let pool = DescriptorPool::decode(set.clone()).map_err(RegistryError::invalid_set)?;
        if let Some(message) = pool.get_message_by_name(name) {
            self.foreign.insert(name.to_owned(), message);
        }
        Ok(())
    }
}

/// A file with all that it imports, in the order in which they can be read.
fn closure(file: &FileDescriptor) -> Bytes {
    fn visit(file: &FileDescriptor, seen: &mut HashSet<String>, set: &mut RawSet) {
        if seen.insert(file.name().to_owned()) {
            file.dependencies().for_each(|dependency| visit(&dependency, seen, set));
            set.file.push(file.encode_to_vec().into());
        }
    }
    let mut set = RawSet::default();
    visit(file, &mut HashSet::new(), &mut set);
    set.encode_to_vec().into()
}
