//! What the text of a value is worth beside a field of some kind, and how the two compare (P-125).

use std::cmp::Ordering;

use prost_reflect::{DynamicMessage, Kind, Value};

use super::Comparator;
use crate::data::payload::special;

/// A value that can be compared: of a field, or of a literal.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Bool(bool),
    Integer(i128),
    Number(f64),
    Text(String),
    /// The number of an enum's value.
    Enum(i32),
    /// Seconds and nanoseconds: a timestamp, or a duration.
    Time(i64, i32),
}

/// What a field's values are.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Class {
    Scalar(Kind),
    Timestamp,
    Duration,
}

impl Class {
    /// The class of a field that is compared by itself; `None` for other messages, and for bytes.
    pub(super) fn of(kind: &Kind) -> Option<Self> {
        match kind {
            Kind::Bytes => None,
            Kind::Message(message) => match message.full_name() {
                "google.protobuf.Timestamp" => Some(Self::Timestamp),
                "google.protobuf.Duration" => Some(Self::Duration),
                name if name.starts_with("google.protobuf.") && name.ends_with("Value") => {
                    // A wrapper has one field, the first one; `Value` itself has none of that name.
                    Self::of(&message.get_field_by_name("value")?.kind())
                }
                _ => None,
            },
            kind => Some(Self::Scalar(kind.clone())),
        }
    }

    /// Reads a literal; `None` when it is no value of this class.
    pub(super) fn read(&self, text: &str) -> Option<Operand> {
        Some(match self {
            Self::Scalar(Kind::Bool) => Operand::Bool(boolean(text)?),
            Self::Scalar(Kind::String) => Operand::Text(text.to_owned()),
            // In the field's own precision: the `float` nearest to 0.1 is not the `double` nearest to it.
            Self::Scalar(Kind::Float) => Operand::Number(text.parse::<f32>().ok()?.into()),
            Self::Scalar(Kind::Double) => Operand::Number(text.parse().ok()?),
            Self::Scalar(Kind::Enum(kind)) => Operand::Enum(kind.get_value_by_name(text)?.number()),
            Self::Scalar(_) => Operand::Integer(text.parse().ok()?),
            Self::Timestamp => {
                let time =
                    special::timestamp(text).or_else(|| special::timestamp(&format!("{text}T00:00:00Z")))?;
                Operand::Time(time.seconds, time.nanos)
            }
            Self::Duration => {
                let duration = special::duration(text)?;
                Operand::Time(duration.seconds, duration.nanos)
            }
        })
    }

    /// What a literal should have been, for the error about it.
    pub(super) fn expected(&self) -> String {
        match self {
            Self::Scalar(Kind::Bool) => "`true` or `false`".to_owned(),
            Self::Scalar(Kind::Float | Kind::Double) => "a number".to_owned(),
            Self::Scalar(Kind::Enum(kind)) => format!("a name of {}", kind.full_name()),
            Self::Scalar(Kind::String) => "a text".to_owned(),
            Self::Scalar(_) => "an integer".to_owned(),
            Self::Timestamp => "a timestamp such as 2026-01-01T00:00:00Z".to_owned(),
            Self::Duration => "a duration such as 20s".to_owned(),
        }
    }

    /// Whether values of this class come before each other.
    pub(super) fn has_order(&self) -> bool {
        !matches!(self, Self::Scalar(Kind::Bool | Kind::Enum(_)))
    }
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// The value of a field as an operand.
pub(super) fn operand(value: &Value) -> Option<Operand> {
    Some(match value {
        Value::Bool(value) => Operand::Bool(*value),
        Value::I32(value) => Operand::Integer((*value).into()),
        Value::I64(value) => Operand::Integer((*value).into()),
        Value::U32(value) => Operand::Integer((*value).into()),
        Value::U64(value) => Operand::Integer((*value).into()),
        Value::F32(value) => Operand::Number((*value).into()),
        Value::F64(value) => Operand::Number(*value),
        Value::String(value) => Operand::Text(value.clone()),
        Value::EnumNumber(value) => Operand::Enum(*value),
        Value::Message(message) => of_message(message)?,
        Value::Bytes(_) | Value::List(_) | Value::Map(_) => return None,
    })
}

fn of_message(message: &DynamicMessage) -> Option<Operand> {
    match Class::of(&Kind::Message(prost_reflect::ReflectMessage::descriptor(message)))? {
        Class::Scalar(_) => operand(&*message.get_field_by_name("value")?),
        Class::Timestamp | Class::Duration => {
            let seconds = message.get_field_by_name("seconds")?.as_i64()?;
            Some(Operand::Time(seconds, message.get_field_by_name("nanos")?.as_i32()?))
        }
    }
}

/// Compares a field's value with a literal.
pub(super) fn holds(value: &Operand, comparator: Comparator, literal: &Operand) -> bool {
    let order = match (value, literal) {
        (Operand::Text(value), Operand::Text(pattern)) if !comparator.is_order() => {
            let equal = is_like(value, pattern);
            return equal != (comparator == Comparator::NotEqual);
        }
        (Operand::Bool(a), Operand::Bool(b)) => a.partial_cmp(b),
        (Operand::Integer(a), Operand::Integer(b)) => a.partial_cmp(b),
        (Operand::Number(a), Operand::Number(b)) => a.partial_cmp(b),
        (Operand::Text(a), Operand::Text(b)) => a.partial_cmp(b),
        (Operand::Enum(a), Operand::Enum(b)) => a.partial_cmp(b),
        (Operand::Time(a, b), Operand::Time(c, d)) => (a, b).partial_cmp(&(c, d)),
        _ => None,
    };
    // NaN is unlike everything, and before and after nothing.
    let Some(order) = order else { return comparator == Comparator::NotEqual };
    match comparator {
        Comparator::Equal | Comparator::Has => order == Ordering::Equal,
        Comparator::NotEqual => order != Ordering::Equal,
        Comparator::Less => order == Ordering::Less,
        Comparator::LessOrEqual => order != Ordering::Greater,
        Comparator::Greater => order == Ordering::Greater,
        Comparator::GreaterOrEqual => order != Ordering::Less,
    }
}

/// Equality of texts, with `*` at the beginning, at the end, or both.
fn is_like(text: &str, pattern: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        _ if pattern == "*" => true,
        (Some(_), Some(inner)) => text.contains(&inner[1..]),
        (Some(end), None) => text.ends_with(end),
        (None, Some(begin)) => text.starts_with(begin),
        (None, None) => text == pattern,
    }
}
