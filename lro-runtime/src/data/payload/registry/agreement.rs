//! Compares a derived type with the given type of the same name: number, name, type and label of each field.

use std::collections::BTreeSet;

use prost_reflect::DescriptorPool;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto};

use super::RegistryError;
use crate::data::payload::describe::{Definition, TypeDescription};

/// Whether the pool has the type already. The given one is then used: it is the one that other languages read.
pub(super) fn is_given(pool: &DescriptorPool, derived: &TypeDescription) -> Result<bool, RegistryError> {
    let full_name = derived.full_name();
    let (ours, theirs) = match &derived.definition {
        Definition::Message(message) => {
            let Some(given) = pool.get_message_by_name(&full_name) else { return Ok(false) };
            (fields(message), fields(given.descriptor_proto()))
        }
        Definition::Enum(definition) => {
            let Some(given) = pool.get_enum_by_name(&full_name) else { return Ok(false) };
            let given = given.values().map(|value| entry(value.number(), value.name(), "")).collect();
            let values = definition.value.iter();
            (values.map(|value| entry(value.number(), value.name(), "")).collect(), given)
        }
    };
    let derived_only = ours.difference(&theirs).next();
    let first = derived_only.or_else(|| theirs.difference(&ours).next());
    let Some(Entry { number, name, .. }) = first else { return Ok(true) };
    let text = |entries: &BTreeSet<Entry>| {
        let entry = entries.iter().find(|entry| entry.number == *number);
        entry.or_else(|| entries.iter().find(|entry| entry.name == *name)).map(Entry::text)
    };
    Err(RegistryError::Contradiction {
        type_name: full_name,
        rust_type: derived.rust_type,
        field: name.clone(),
        derived: text(&ours),
        given: text(&theirs),
    })
}

/// A field or an enum value.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    number: i32,
    name: String,
    /// Label and type. Empty for an enum value.
    type_name: String,
}

impl Entry {
    fn text(&self) -> String {
        format!("{} {} = {}", self.type_name, self.name, self.number).trim_start().to_owned()
    }
}

fn entry(number: i32, name: &str, type_name: &str) -> Entry {
    Entry { number, name: name.to_owned(), type_name: type_name.to_owned() }
}

fn fields(message: &DescriptorProto) -> BTreeSet<Entry> {
    let fields = message.field.iter();
    fields.map(|field| entry(field.number(), field.name(), &type_name(message, field))).collect()
}

/// Label and type as a `.proto` file has them.
fn type_name(message: &DescriptorProto, field: &FieldDescriptorProto) -> String {
    let simple = field.type_name().rsplit('.').next().unwrap_or_default();
    let is_entry = |nested: &&DescriptorProto| {
        nested.name() == simple && nested.options.as_ref().is_some_and(|options| options.map_entry())
    };
    if let Some(entry) = message.nested_type.iter().find(is_entry) {
        let types: Vec<_> = entry.field.iter().map(|field| type_name(entry, field)).collect();
        return format!("map<{}>", types.join(", "));
    }
    let label = match field.label() {
        Label::Repeated => "repeated ",
        Label::Required => "required ",
        Label::Optional if field.proto3_optional() => "optional ",
        Label::Optional if field.oneof_index.is_some() => "oneof ",
        Label::Optional => "",
    };
    match field.r#type() {
        Type::Message | Type::Enum | Type::Group => {
            format!("{label}{}", field.type_name().trim_start_matches('.'))
        }
        scalar => format!("{label}{}", scalar.as_str_name().trim_start_matches("TYPE_").to_lowercase()),
    }
}
