//! Whether an operation matches. A path through something that is unset matches nothing, with `!=` neither (P-126).

use std::cell::OnceCell;
use std::time::SystemTime;

use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage as _, Value,
};

use super::literal::{Class, Operand, holds, operand};
use super::{Comparator, Filter, Test};
use crate::data::operation::{Outcome, Snapshot};
use crate::data::payload::any::Any;

/// An operation, whose payloads are decoded when a filter asks for them, once.
pub(crate) struct Subject<'a> {
    snapshot: &'a Snapshot,
    times: Times,
    decode: &'a dyn Fn(&Any) -> Option<DynamicMessage>,
    metadata: OnceCell<Option<DynamicMessage>>,
    response: OnceCell<Option<DynamicMessage>>,
}

/// When an operation began and ended. Its message does not say so, but its record does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) create_time: SystemTime,
    pub(crate) end_time: Option<SystemTime>,
}

impl<'a> Subject<'a> {
    /// What `decode` has no answer to is unset.
    pub(crate) fn new(
        snapshot: &'a Snapshot,
        times: Times,
        decode: &'a dyn Fn(&Any) -> Option<DynamicMessage>,
    ) -> Self {
        Self { snapshot, times, decode, metadata: OnceCell::new(), response: OnceCell::new() }
    }

    fn response(&self) -> Option<&'a Any> {
        match &self.snapshot.outcome {
            Some(Outcome::Response(response)) => Some(response),
            _ => None,
        }
    }
}

impl Filter {
    pub(crate) fn matches(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::All(filters) => filters.iter().all(|filter| filter.matches(subject)),
            Self::Any(filters) => filters.iter().any(|filter| filter.matches(subject)),
            Self::Not(filter) => !filter.matches(subject),
            Self::Test(test) => test.matches(subject),
        }
    }
}

impl Test {
    fn matches(&self, subject: &Subject<'_>) -> bool {
        let snapshot = subject.snapshot;
        let path: Vec<_> = self.path.iter().map(String::as_str).collect();
        let text = |text: &str| self.compares(Operand::Text(text.to_owned()), &Class::Scalar(Kind::String));
        let error = match &snapshot.outcome {
            Some(Outcome::Error(error)) => Some(error),
            _ => None,
        };
        match &path[..] {
            ["name"] => text(snapshot.name.as_str()),
            ["done"] => self.compares(Operand::Bool(snapshot.is_done()), &Class::Scalar(Kind::Bool)),
            ["create_time" | "createTime"] => self.compares_time(subject.times.create_time),
            ["end_time" | "endTime"] => subject.times.end_time.is_some_and(|time| self.compares_time(time)),
            ["error"] => error.is_some() && self.asks_presence(),
            ["error", "message"] => error.is_some_and(|error| text(error.message())),
            ["error", "code"] => error.is_some_and(|error| {
                self.compares(Operand::Integer(error.code() as i128), &Class::Scalar(Kind::Int32))
            }),
            ["metadata"] => self.asks_presence(),
            ["response"] => subject.response().is_some() && self.asks_presence(),
            ["metadata", "@type"] => text(&snapshot.metadata.type_url),
            ["response", "@type"] => subject.response().is_some_and(|response| text(&response.type_url)),
            ["metadata", path @ ..] => {
                let metadata = subject.metadata.get_or_init(|| (subject.decode)(&snapshot.metadata));
                metadata.as_ref().is_some_and(|metadata| self.in_message(metadata, path))
            }
            ["response", path @ ..] => {
                let decode = || subject.response().and_then(|response| (subject.decode)(response));
                let response = subject.response.get_or_init(decode);
                response.as_ref().is_some_and(|response| self.in_message(response, path))
            }
            _ => false,
        }
    }

    fn compares(&self, value: Operand, class: &Class) -> bool {
        // Presence of a text: of one that is not empty, as with every field that has no presence of its own.
        if self.asks_presence() {
            return !matches!(&value, Operand::Text(text) if text.is_empty())
                && value != Operand::Bool(false);
        }
        class.read(&self.value).is_some_and(|literal| holds(&value, self.comparator, &literal))
    }

    fn compares_time(&self, time: SystemTime) -> bool {
        let time = prost_types::Timestamp::from(time);
        self.compares(Operand::Time(time.seconds, time.nanos), &Class::Timestamp)
    }

    fn in_message(&self, message: &DynamicMessage, path: &[&str]) -> bool {
        if let Some(value) = dynamic(message) {
            return self.in_dynamic(&value, path);
        }
        let Some((name, rest)) = path.split_first() else { return self.asks_presence() };
        let Some(field) = field(&message.descriptor(), name) else { return false };
        if (field.supports_presence() || self.asks_presence()) && !message.has_field(&field) {
            return false;
        }
        self.in_value(&message.get_field(&field), &field.kind(), rest)
    }

    fn in_value(&self, value: &Value, kind: &Kind, rest: &[&str]) -> bool {
        match (value, kind, rest) {
            (Value::List(values), _, []) if self.asks_presence() => !values.is_empty(),
            (Value::List(values), ..) => {
                self.comparator == Comparator::Has
                    && values.iter().any(|value| self.in_value(value, kind, rest))
            }
            (Value::Map(values), _, []) => {
                let has = |key: &MapKey| self.asks_presence() || key_text(key) == self.value;
                self.comparator == Comparator::Has && values.keys().any(has)
            }
            (Value::Map(values), Kind::Message(entry), [key, rest @ ..]) => {
                let kind = entry.map_entry_value_field().kind();
                values
                    .iter()
                    .any(|(other, value)| key_text(other) == **key && self.in_value(value, &kind, rest))
            }
            (value, kind, []) if Class::of(kind).is_some() => {
                if self.asks_presence() {
                    return true;
                }
                let literal = Class::of(kind).and_then(|class| class.read(&self.value));
                let (Some(value), Some(literal)) = (operand(value), literal) else { return false };
                holds(&value, self.comparator, &literal)
            }
            (Value::Message(message), _, rest) => self.in_message(message, rest),
            (Value::Bytes(_), _, []) => self.asks_presence(),
            _ => false,
        }
    }

    /// Within a `Struct`: the literal is what the value is.
    fn in_dynamic(&self, value: &Dynamic, path: &[&str]) -> bool {
        match (value, path) {
            (Dynamic::Fields(values), [name, rest @ ..]) => {
                values.iter().any(|(key, value)| key_text(key) == **name && self.in_nested(value, rest))
            }
            (Dynamic::Items(items), path) => {
                self.comparator == Comparator::Has && items.iter().any(|item| self.in_nested(item, path))
            }
            (Dynamic::Fields(values), []) => {
                let has = |key: &MapKey| self.asks_presence() || key_text(key) == self.value;
                self.comparator == Comparator::Has && values.keys().any(has)
            }
            (Dynamic::Plain(_), []) if self.asks_presence() => true,
            (Dynamic::Plain(value), []) => {
                let class = match value {
                    Value::Bool(_) => Class::Scalar(Kind::Bool),
                    Value::F64(_) => Class::Scalar(Kind::Double),
                    Value::String(_) => Class::Scalar(Kind::String),
                    _ => return false,
                };
                let (Some(value), Some(literal)) = (operand(value), class.read(&self.value)) else {
                    return false;
                };
                holds(&value, self.comparator, &literal)
            }
            (Dynamic::Plain(_), _) => false,
        }
    }

    fn in_nested(&self, value: &Value, path: &[&str]) -> bool {
        value.as_message().and_then(dynamic).is_some_and(|value| self.in_dynamic(&value, path))
    }
}

/// What `google.protobuf.Struct`, `Value` and `ListValue` hold.
enum Dynamic {
    Fields(std::collections::HashMap<MapKey, Value>),
    Items(Vec<Value>),
    Plain(Value),
}

fn dynamic(message: &DynamicMessage) -> Option<Dynamic> {
    match message.descriptor().full_name() {
        "google.protobuf.Struct" => match &*message.get_field_by_name("fields")? {
            Value::Map(values) => Some(Dynamic::Fields(values.clone())),
            _ => None,
        },
        "google.protobuf.ListValue" => match &*message.get_field_by_name("values")? {
            Value::List(values) => Some(Dynamic::Items(values.clone())),
            _ => None,
        },
        "google.protobuf.Value" => match message.fields().next()? {
            (_, Value::Message(message)) => dynamic(message),
            (_, value) => Some(Dynamic::Plain(value.clone())),
        },
        _ => None,
    }
}

/// A field by its name in the `.proto`, or in JSON (P-129).
pub(super) fn field(message: &MessageDescriptor, name: &str) -> Option<FieldDescriptor> {
    message.get_field_by_name(name).or_else(|| message.get_field_by_json_name(name))
}

fn key_text(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
        MapKey::String(key) => key.clone(),
    }
}
