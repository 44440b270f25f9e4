//! The types that can be rendered and parsed: linked derived ones, those of given descriptor sets, and Google's own.
//!
//! What a store keeps of them is in `shared`, building files of derived types in `files`, comparing a derived type with a given one in `agreement`.

mod agreement;
mod error;
mod files;
mod sets;
mod shared;

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use prost_reflect::{DescriptorPool, DynamicMessage, FileDescriptor, MessageDescriptor, ReflectMessage};
use sha2::{Digest, Sha256};

pub use self::error::{RegistryError, UndescribedMethod, UnresolvedField};
pub(crate) use self::sets::RawSet;
use super::any::Any;
use super::describe::{self, TypeDescription};
use super::normal;
use super::parse::{self, ParseError};
use super::render::Renderer;
use crate::data::method::{self, LinkedMethod};

/// The descriptors of every type that this program can read and write as JSON (P-166).
#[derive(Debug, Clone)]
pub(crate) struct Registry {
    pool: DescriptorPool,
    /// The names of the files that were made here, of derived types.
    derived: Vec<String>,
    /// Types of other builds, which the store has the descriptors of: rendered, and nothing else.
    foreign: HashMap<String, MessageDescriptor>,
}

impl Registry {
    /// The registry of a program: its linked derived types, the given `FileDescriptorSet`s, `google.rpc`'s types and the
    /// well-known ones.
    ///
    /// # Errors
    /// When a set cannot be read, or types contradict each other or refer to types that are in none of these.
    pub(crate) fn build(sets: &[Bytes]) -> Result<Self, RegistryError> {
        Self::of(describe::linked().collect(), sets)
    }

    pub(crate) fn of(types: Vec<TypeDescription>, sets: &[Bytes]) -> Result<Self, RegistryError> {
        // The pool of the well-known types, and of nothing else: the global one may hold anything.
        let mut pool = ().descriptor().parent_pool().clone();
        sets::add(&mut pool, &[Bytes::from_static(tonic_types::pb::FILE_DESCRIPTOR_SET)])?;
        sets::add(&mut pool, sets)?;
        let mut ours = Vec::new();
        for derived in types {
            if !agreement::is_given(&pool, &derived)? {
                ours.push(derived);
            }
        }
        let files = files::assemble(&pool, ours)?;
        let derived = files.iter().map(|file| file.name().to_owned()).collect();
        pool.add_file_descriptor_protos(files).map_err(RegistryError::refused)?;
        Ok(Self { pool, derived, foreign: HashMap::new() })
    }

    /// Whether a message of this full name is known.
    pub(crate) fn contains(&self, full_name: &str) -> bool {
        self.pool.get_message_by_name(full_name).is_some()
    }

    /// Checks that the response and the metadata of every linked method can be rendered, before the first one is (P-166), and that its
    /// request can be compared, if it is.
    ///
    /// # Errors
    /// Lists every type that has no descriptor.
    pub(crate) fn check_methods(&self) -> Result<(), RegistryError> {
        self.check(method::linked())
    }

    fn check<'a>(&self, methods: impl Iterator<Item = &'a LinkedMethod>) -> Result<(), RegistryError> {
        let mut undescribed = Vec::new();
        for linked in methods {
            let names = [("response", (linked.response)()), ("metadata", (linked.metadata)())];
            let request = linked.keeps_request.then(|| Some(("request", (linked.request)()?))).flatten();
            for (role, full_name) in names.into_iter().chain(request) {
                if !self.contains(&full_name) {
                    undescribed.push(UndescribedMethod::new(linked.method.full_name(), role, full_name));
                }
            }
        }
        undescribed.sort();
        undescribed.dedup();
        if undescribed.is_empty() { Ok(()) } else { Err(RegistryError::UndescribedMethods(undescribed)) }
    }

    #[cfg(test)]
    pub(crate) fn render(&self, any: &super::any::Any) -> Result<String, super::render::RenderError> {
        self.renderer().any(any)
    }

    /// The types that linked methods have in one place: `|linked| (linked.metadata)()`.
    pub(crate) fn method_types(&self, place: fn(&LinkedMethod) -> String) -> Vec<MessageDescriptor> {
        let names: BTreeSet<_> = method::linked().map(place).collect();
        names.iter().filter_map(|name| self.message(name)).collect()
    }

    /// Reads a payload; `None` when its type is unknown, or it is no such message.
    pub(crate) fn decode(&self, any: &Any) -> Option<DynamicMessage> {
        let name = any.full_name();
        let descriptor = self.message(name).or_else(|| self.foreign.get(name).cloned())?;
        DynamicMessage::decode(descriptor, any.value.clone()).ok()
    }

    /// A hash by which equal payloads are told from others, whoever encoded them: of the type and the [normal bytes](normal). `None`
    /// as for [`decode`](Self::decode).
    pub(crate) fn digest(&self, any: &Any) -> Option<[u8; 32]> {
        let bytes = normal::bytes(&self.decode(any)?, &|any| self.decode(any));
        // A full name has no zero byte.
        Some(
            Sha256::new()
                .chain_update(any.full_name())
                .chain_update([0])
                .chain_update(bytes)
                .finalize()
                .into(),
        )
    }

    /// Renders with these types.
    pub(crate) fn renderer(&self) -> Renderer<'_> {
        Renderer::new(&self.pool, &self.foreign)
    }

    /// The protobuf bytes of a ProtoJSON text.
    ///
    /// # Errors
    /// When the type is unknown, or the text is no such message (P-152).
    #[cfg_attr(not(feature = "rest"), allow(dead_code, reason = "only the JSON wire reads JSON"))]
    pub(crate) fn parse(&self, full_name: &str, json: &[u8]) -> Result<Bytes, ParseError> {
        let descriptor = self.message(full_name).ok_or_else(|| ParseError::unknown_type(full_name))?;
        parse::parse(&descriptor, json)
    }

    /// The files of derived types, each with one, or with several that refer to each other.
    pub(crate) fn derived(&self) -> impl Iterator<Item = FileDescriptor> {
        self.derived.iter().filter_map(|name| self.pool.get_file_by_name(name))
    }

    pub(crate) fn pool(&self) -> &DescriptorPool {
        &self.pool
    }

    fn message(&self, full_name: &str) -> Option<MessageDescriptor> {
        self.pool.get_message_by_name(full_name)
    }
}

#[cfg(test)]
mod tests;
