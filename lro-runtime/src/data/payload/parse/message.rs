//! Messages of a tree of JSON: an object of fields, or the form of one of the special types.

use std::collections::HashMap;
use std::collections::HashSet;

use prost::Message as _;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};
use serde_json::{Map, Value as Json};

use super::fault::{Fault, Problem};
use super::scalar;
use crate::data::payload::special;

/// How many messages prost reads inside each other, the entries of maps included.
const MAX_DEPTH: u32 = 100;

/// Reads a message. `depth` is how many others it is inside of.
pub(super) fn read(descriptor: &MessageDescriptor, json: &Json, depth: u32) -> Result<DynamicMessage, Fault> {
    if depth > MAX_DEPTH {
        return Err(Problem::TooDeep.into());
    }
    let mut message = DynamicMessage::new(descriptor.clone());
    if special::has_own_form(descriptor.full_name()) {
        read_special(&mut message, json, depth)?;
    } else {
        read_fields(&mut message, object(json)?.iter(), depth)?;
    }
    Ok(message)
}

fn object(json: &Json) -> Result<&Map<String, Json>, Problem> {
    json.as_object().ok_or(Problem::Expected("an object"))
}

fn read_fields<'a>(
    message: &mut DynamicMessage,
    members: impl Iterator<Item = (&'a String, &'a Json)>,
    depth: u32,
) -> Result<(), Fault> {
    let mut seen = HashSet::new();
    for (name, json) in members {
        read_member(message, &mut seen, name, json, depth).map_err(|fault| fault.within(name))?;
    }
    Ok(())
}

/// Reads a member under either of its names (P-156), or as `[full.name]` if it is an extension.
fn read_member(
    message: &mut DynamicMessage,
    seen: &mut HashSet<u32>,
    name: &str,
    json: &Json,
    depth: u32,
) -> Result<(), Fault> {
    let descriptor = message.descriptor();
    let field = descriptor.get_field_by_json_name(name).or_else(|| descriptor.get_field_by_name(name));
    let Some(field) = field else {
        let extension = descriptor.get_extension_by_json_name(name).ok_or(Problem::UnknownField)?;
        if !is_null(&extension.kind(), json) {
            let value = read_value(&extension.kind(), extension.is_list(), json, depth)?;
            message.set_extension(&extension, value);
        }
        return Ok(());
    };
    if !seen.insert(field.number()) {
        return Err(Problem::Twice.into());
    }
    if is_null(&field.kind(), json) {
        return Ok(());
    }
    if let Some(oneof) = field.containing_oneof()
        && oneof.fields().any(|other| message.has_field(&other))
    {
        return Err(Problem::OneofTwice(oneof.name().to_owned()).into());
    }
    let value = read_value(&field.kind(), field.is_list(), json, depth)?;
    message.set_field(&field, value);
    Ok(())
}

/// Whether a member says that its field is not set: `null` does, unless it is a value of its type.
fn is_null(kind: &Kind, json: &Json) -> bool {
    let takes_null = match kind {
        Kind::Message(inner) => inner.full_name() == "google.protobuf.Value",
        Kind::Enum(definition) => definition.full_name() == "google.protobuf.NullValue",
        _ => false,
    };
    json.is_null() && !takes_null
}

fn read_value(kind: &Kind, is_list: bool, json: &Json, depth: u32) -> Result<Value, Fault> {
    match kind {
        Kind::Message(entry) if entry.is_map_entry() => read_map(entry, json, depth),
        _ if is_list => {
            let elements = json.as_array().ok_or(Problem::Expected("a list"))?.iter().enumerate();
            let elements =
                elements.map(|(index, json)| read_one(kind, json, depth).map_err(|fault| fault.at(index)));
            Ok(Value::List(elements.collect::<Result<_, _>>()?))
        }
        _ => read_one(kind, json, depth),
    }
}

fn read_one(kind: &Kind, json: &Json, depth: u32) -> Result<Value, Fault> {
    match kind {
        Kind::Message(inner) => read(inner, json, depth + 1).map(Value::Message),
        _ => Ok(scalar::read(kind, json)?),
    }
}

fn read_map(entry: &MessageDescriptor, json: &Json, depth: u32) -> Result<Value, Fault> {
    let key_kind = entry.map_entry_key_field().kind();
    let value_kind = entry.map_entry_value_field().kind();
    let mut map = HashMap::new();
    for (name, json) in object(json)? {
        let entry = scalar::key(&key_kind, name).map_err(Fault::from).and_then(|key| {
            let value = read_one(&value_kind, json, depth + 1)?;
            if map.insert(key, value).is_some() { Err(Problem::Twice.into()) } else { Ok(()) }
        });
        entry.map_err(|fault| fault.within(name))?;
    }
    Ok(Value::Map(map))
}

fn read_special(message: &mut DynamicMessage, json: &Json, depth: u32) -> Result<(), Fault> {
    let descriptor = message.descriptor();
    match descriptor.full_name() {
        "google.protobuf.Any" => read_any(message, object(json)?, depth),
        "google.protobuf.Timestamp" => {
            let time = special::timestamp(scalar::text(json)?);
            let time = time.ok_or(Problem::Expected("a time such as `2019-02-04T23:56:28.531Z`"))?;
            set_time(message, time.seconds, time.nanos);
            Ok(())
        }
        "google.protobuf.Duration" => {
            let duration = special::duration(scalar::text(json)?);
            let duration = duration.ok_or(Problem::Expected("a duration such as `3.5s`"))?;
            set_time(message, duration.seconds, duration.nanos);
            Ok(())
        }
        "google.protobuf.FieldMask" => {
            let paths = scalar::text(json)?.split(',').filter(|path| !path.is_empty());
            let paths = paths.map(|path| special::snake_case(path).map(Value::String));
            let paths = paths.collect::<Option<_>>().ok_or(Problem::Expected("paths in lowerCamelCase"))?;
            message.set_field_by_number(1, Value::List(paths));
            Ok(())
        }
        "google.protobuf.Value" => {
            let name = match json {
                Json::Null => "null_value",
                Json::Bool(_) => "bool_value",
                Json::Number(_) => "number_value",
                Json::String(_) => "string_value",
                Json::Array(_) => "list_value",
                Json::Object(_) => "struct_value",
            };
            read_content(message, descriptor.get_field_by_name(name), json, depth)
        }
        // A struct's `fields`, a list's `values`, a wrapper's `value`.
        _ => read_content(message, descriptor.get_field(1), json, depth),
    }
}

/// Reads the one field that a JSON value stands for.
fn read_content(
    message: &mut DynamicMessage,
    field: Option<FieldDescriptor>,
    json: &Json,
    depth: u32,
) -> Result<(), Fault> {
    // Invariant: the well-known types are Google's, or have failed to be added to the pool.
    let field = field.ok_or(Problem::UnknownField)?;
    let value = read_value(&field.kind(), field.is_list(), json, depth)?;
    message.set_field(&field, value);
    Ok(())
}

fn set_time(message: &mut DynamicMessage, seconds: i64, nanos: i32) {
    message.set_field_by_number(1, Value::I64(seconds));
    message.set_field_by_number(2, Value::I32(nanos));
}

/// Reads an `Any`: nothing at all, or `@type` with the fields of its message or with the `value` of a special type (P-160).
fn read_any(any: &mut DynamicMessage, members: &Map<String, Json>, depth: u32) -> Result<(), Fault> {
    const EXPECTED: Problem = Problem::Expected("`@type` with a slash and the full name of a type");
    if members.is_empty() {
        return Ok(());
    }
    let url = members.get("@type").and_then(Json::as_str).ok_or(EXPECTED)?;
    let (_, name) = url.rsplit_once('/').ok_or(EXPECTED)?;
    let descriptor = any.descriptor();
    let inner = descriptor.parent_pool().get_message_by_name(name);
    let inner = inner.ok_or_else(|| Problem::UnknownType(name.to_owned()))?;
    let rest = members.iter().filter(|(name, _)| *name != "@type");
    let message = if special::has_own_form(name) {
        if let Some((name, _)) = rest.clone().find(|(name, _)| *name != "value") {
            return Err(Fault::from(Problem::UnknownField).within(name));
        }
        let value = members.get("value").ok_or(Problem::Expected("`value`"))?;
        read(&inner, value, depth + 1).map_err(|fault| fault.within("value"))?
    } else {
        let mut message = DynamicMessage::new(inner);
        // P-161: the old form of an empty message, which newer clients do not write.
        let is_old =
            |(name, json): &(&String, &Json)| *name == "value" && json.as_object().is_some_and(Map::is_empty);
        let is_empty = message.descriptor().full_name() == "google.protobuf.Empty";
        read_fields(&mut message, rest.filter(|member| !(is_empty && is_old(member))), depth + 1)?;
        message
    };
    any.set_field_by_number(1, Value::String(url.to_owned()));
    any.set_field_by_number(2, Value::Bytes(message.encode_to_vec().into()));
    Ok(())
}
