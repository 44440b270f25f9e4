//! JSON Schema (draft 2020-12) of messages in their ProtoJSON form (P-156…P-165).
//!
//! It describes the one form that this library writes: whatever `render` writes is valid, and whatever is valid `parse` reads. The parser
//! reads more than that, for other writers' sake (fields by their protobuf names, 64-bit integers as numbers, `null` for what is not
//! set); a schema of all of it would tell nobody what to expect.
//!
//! What a schema cannot say is left to `format`, which validators may check: the ranges of 64-bit integers, and which days there are. And it
//! takes any type in a field that is an `Any`.

mod comments;
mod value;

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor};
use serde_json::{Map, Value, json};

use self::comments::Comments;
pub(crate) use self::value::any;
#[cfg(feature = "rest")]
pub(crate) use self::value::timeout;
use super::any::type_url;
use super::special::has_own_form;

/// Collects the schemas of messages and enums, each once, under their full names.
#[derive(Debug)]
pub(crate) struct Schemas {
    /// What stands before a full name in a reference to it: `#/$defs/`.
    place: &'static str,
    definitions: Map<String, Value>,
}

impl Schemas {
    /// None yet. They will stand at `place` in a document, `#/$defs/`.
    pub(crate) fn at(place: &'static str) -> Self {
        Self { place, definitions: Map::new() }
    }

    /// Those that were asked for, with all that they refer to.
    #[cfg(feature = "rest")]
    pub(crate) fn into_definitions(self) -> Map<String, Value> {
        self.definitions
    }

    /// The schema of one thing as a document of its own, with those that were asked for.
    pub(crate) fn into_document(self, root: Value) -> Value {
        let mut document =
            json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": self.definitions });
        if let (Some(document), Value::Object(root)) = (document.as_object_mut(), root) {
            document.extend(root);
        }
        document
    }

    /// The schema of a message that stands for itself: a reference, or the form of a special type.
    pub(crate) fn message(&mut self, descriptor: &MessageDescriptor) -> Value {
        if has_own_form(descriptor.full_name()) {
            return self.own_form(descriptor);
        }
        self.define(descriptor.full_name().to_owned(), |schemas| schemas.object(descriptor, None))
    }

    /// The schema of an `Any` of this type: `@type`, and the fields of the message or its `value` (P-160, P-161).
    pub(crate) fn any_of(&mut self, descriptor: &MessageDescriptor) -> Value {
        // No full name has a hyphen.
        let name = format!("Any-{}", descriptor.full_name());
        let url = type_url(descriptor.full_name());
        self.define(name, |schemas| {
            if !has_own_form(descriptor.full_name()) {
                return schemas.object(descriptor, Some(&url));
            }
            json!({
                "type": "object",
                "properties": { "@type": { "const": url }, "value": schemas.own_form(descriptor) },
                "required": ["@type", "value"],
                "additionalProperties": false,
            })
        })
    }

    /// The schema of a `google.longrunning.Operation` as it is written, with this metadata and response, or any (P-157, P-158, P-168).
    pub(crate) fn operation(&self, metadata: Value, response: Value, status: Value) -> Value {
        json!({
            "type": "object",
            "properties": {
                "name": { "type": "string" },
                "metadata": metadata,
                "done": { "const": true, "description": "Not there as long as the operation runs." },
                "error": status,
                "response": response,
            },
            "required": ["name"],
            "oneOf": [
                { "properties": { "done": false, "error": false, "response": false } },
                { "required": ["done", "error"], "properties": { "response": false } },
                { "required": ["done", "response"], "properties": { "error": false } },
            ],
            "additionalProperties": false,
        })
    }

    /// A reference to a schema, which is made if it is not there yet.
    pub(crate) fn define(&mut self, name: String, make: impl FnOnce(&mut Self) -> Value) -> Value {
        let reference = json!({ "$ref": format!("{}{name}", self.place) });
        if !self.definitions.contains_key(&name) {
            // Held before it is made: a message may be inside itself.
            self.definitions.insert(name.clone(), Value::Null);
            let schema = make(self);
            self.definitions.insert(name, schema);
        }
        reference
    }

    /// An object of a message's fields, with `@type` if it stands in an `Any`.
    fn object(&mut self, descriptor: &MessageDescriptor, type_url: Option<&str>) -> Value {
        let comments = Comments::of(descriptor.parent_file());
        let mut properties = Map::new();
        if let Some(url) = type_url {
            properties.insert("@type".to_owned(), json!({ "const": url }));
        }
        for field in descriptor.fields() {
            let schema = self.described_field(&field);
            properties.insert(field.json_name().to_owned(), schema);
        }
        for extension in descriptor.extensions() {
            let schema = self.field(&extension.kind(), extension.is_list());
            properties.insert(extension.json_name().to_owned(), schema);
        }
        let mut schema = json!({
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        });
        let oneofs: Vec<_> = descriptor
            .oneofs()
            .filter(|oneof| oneof.fields().len() > 1)
            .map(|oneof| at_most_one(&oneof))
            .collect();
        if !oneofs.is_empty() {
            schema["allOf"] = oneofs.into();
        }
        if type_url.is_some() {
            schema["required"] = json!(["@type"]);
        }
        comments.describe(&mut schema, descriptor.path());
        deprecate(&mut schema, descriptor.descriptor_proto().options.as_ref().and_then(|o| o.deprecated));
        schema
    }

    /// An object of a message's fields but for some, which stand elsewhere.
    #[cfg(feature = "rest")]
    pub(crate) fn message_without(&mut self, descriptor: &MessageDescriptor, names: &[String]) -> Value {
        let mut schema = self.object(descriptor, None);
        let fields = descriptor.fields().filter(|field| names.iter().any(|name| name == field.name()));
        if let Some(properties) = schema["properties"].as_object_mut() {
            fields.for_each(|field| drop(properties.remove(field.json_name())));
        }
        schema
    }

    /// The schema of a field, with what is written about it.
    pub(crate) fn described_field(&mut self, field: &FieldDescriptor) -> Value {
        let mut schema = self.field(&field.kind(), field.is_list());
        Comments::of(field.parent_file()).describe(&mut schema, field.path());
        deprecate(&mut schema, field.field_descriptor_proto().options.as_ref().and_then(|o| o.deprecated));
        schema
    }

    fn field(&mut self, kind: &Kind, is_list: bool) -> Value {
        match kind {
            Kind::Message(entry) if entry.is_map_entry() => json!({
                "type": "object",
                "propertyNames": value::key(&entry.map_entry_key_field().kind()),
                "additionalProperties": self.value(&entry.map_entry_value_field().kind()),
            }),
            _ if is_list => json!({ "type": "array", "items": self.value(kind) }),
            _ => self.value(kind),
        }
    }

    fn value(&mut self, kind: &Kind) -> Value {
        match kind {
            Kind::Message(message) => self.message(message),
            Kind::Enum(definition) if definition.full_name() == "google.protobuf.NullValue" => {
                json!({ "type": "null" })
            }
            Kind::Enum(definition) => {
                self.define(definition.full_name().to_owned(), |_| enumeration(definition))
            }
            _ => value::scalar(kind),
        }
    }

    fn own_form(&mut self, descriptor: &MessageDescriptor) -> Value {
        value::special(descriptor.full_name()).unwrap_or_else(|| {
            // A struct's `fields`, a list's `values`, a wrapper's `value`.
            descriptor
                .get_field(1)
                .map_or(Value::Bool(true), |field| self.field(&field.kind(), field.is_list()))
        })
    }
}

/// Whether a message's JSON is a text or a number, so that it can stand in a query.
#[cfg(feature = "rest")]
pub(crate) fn is_text(full_name: &str) -> bool {
    let is_tree = matches!(full_name.rsplit('.').next(), Some("Any" | "Struct" | "Value" | "ListValue"));
    has_own_form(full_name) && !is_tree
}

/// The names of an enum, and for what a name is not known of, or for who asks for numbers, those (P-147, P-163).
fn enumeration(definition: &EnumDescriptor) -> Value {
    let comments = Comments::of(definition.parent_file());
    let names: Vec<_> = definition.values().map(|value| value.name().to_owned()).collect();
    let mut schema = json!({
        "anyOf": [{ "type": "string", "enum": names }, value::scalar(&Kind::Int32)],
    });
    let values = definition.values().filter_map(|value| {
        let text = comments.text(value.path())?;
        Some(format!("- `{}`: {}", value.name(), text.replace('\n', " ")))
    });
    let parts = comments.text(definition.path()).into_iter().chain([values.collect::<Vec<_>>().join("\n")]);
    let text = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    if !text.is_empty() {
        schema["description"] = text.into();
    }
    schema
}

/// One of the fields of a oneof, or none.
fn at_most_one(oneof: &OneofDescriptor) -> Value {
    let names: Vec<_> = oneof.fields().map(|field| field.json_name().to_owned()).collect();
    let none: Map<_, _> = names.iter().map(|name| (name.clone(), Value::Bool(false))).collect();
    let one = names.iter().map(|name| json!({ "required": [name] }));
    json!({ "oneOf": one.chain([json!({ "properties": none })]).collect::<Vec<_>>() })
}

fn deprecate(schema: &mut Value, deprecated: Option<bool>) {
    if deprecated == Some(true) && schema.is_object() {
        schema["deprecated"] = true.into();
    }
}

#[cfg(test)]
mod tests;
