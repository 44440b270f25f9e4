//! Whether a filter means something: its fields are some type's, its values are of its fields' types (P-122, P-125, P-126).

use prost_reflect::{Kind, MessageDescriptor};

use super::literal::Class;
use super::{Comparator, Filter, Problem, Test};

/// The types that operations' metadata and responses may have.
#[derive(Debug, Default)]
pub(crate) struct Types {
    pub(crate) metadata: Vec<MessageDescriptor>,
    pub(crate) responses: Vec<MessageDescriptor>,
}

/// What stands at the end of a path.
pub(super) enum Place {
    /// Something that is compared.
    Compared(Class),
    /// A map, which has keys.
    Map,
    /// A message or bytes, of which only presence is asked.
    Held,
    /// Within a `google.protobuf.Struct`, where everything may be.
    Anything,
}

impl Filter {
    pub(super) fn check(&self, types: &Types) -> Result<(), Problem> {
        match self {
            Self::All(filters) | Self::Any(filters) => {
                filters.iter().try_for_each(|filter| filter.check(types))
            }
            Self::Not(filter) => filter.check(types),
            Self::Test(test) => test.check(types),
        }
    }
}

impl Test {
    fn check(&self, types: &Types) -> Result<(), Problem> {
        let path: Vec<_> = self.path.iter().map(String::as_str).collect();
        match &path[..] {
            ["name"] | ["error", "message"] | ["metadata" | "response", "@type"] => {
                self.fits(&Place::Compared(Class::Scalar(Kind::String)))
            }
            ["done"] => self.fits(&Place::Compared(Class::Scalar(Kind::Bool))),
            ["error", "code"] => self.fits(&Place::Compared(Class::Scalar(Kind::Int32))),
            ["create_time" | "createTime" | "end_time" | "endTime"] => {
                self.fits(&Place::Compared(Class::Timestamp))
            }
            ["error" | "metadata" | "response"] => self.fits(&Place::Held),
            ["metadata", path @ ..] => self.check_in(&types.metadata, path),
            ["response", path @ ..] => self.check_in(&types.responses, path),
            _ => Err(self.unknown()),
        }
    }

    /// One type is enough that has the field, and whose field can have the value.
    fn check_in(&self, types: &[MessageDescriptor], path: &[&str]) -> Result<(), Problem> {
        let mut problem = self.unknown();
        for message in types {
            if let Some(place) = place(message, path, self.comparator) {
                match place.and_then(|place| self.fits(&place)) {
                    Ok(()) => return Ok(()),
                    Err(misfit) => problem = misfit,
                }
            }
        }
        Err(problem)
    }

    fn fits(&self, place: &Place) -> Result<(), Problem> {
        let (field, symbol) = (self.field(), self.comparator.symbol());
        match place {
            _ if self.asks_presence() => Ok(()),
            Place::Anything => Ok(()),
            Place::Map if self.comparator == Comparator::Has => Ok(()),
            Place::Map | Place::Held => {
                Err(Problem(format!("`{field}` has parts: compare one of them, or ask `{field}:*`")))
            }
            Place::Compared(class) if self.comparator.is_order() && !class.has_order() => {
                Err(Problem(format!("`{symbol}` makes no sense for `{field}`, which has no order")))
            }
            Place::Compared(class) if class.read(&self.value).is_none() => Err(Problem(format!(
                "the value of `{field}` is {}, and not `{}`",
                class.expected(),
                self.value
            ))),
            Place::Compared(_) => Ok(()),
        }
    }

    fn unknown(&self) -> Problem {
        Problem(format!("there is no field `{}`", self.field()))
    }
}

/// What a path leads to; `None` when the type has no such field.
fn place(
    message: &MessageDescriptor,
    path: &[&str],
    comparator: Comparator,
) -> Option<Result<Place, Problem>> {
    if matches!(
        message.full_name(),
        "google.protobuf.Struct" | "google.protobuf.Value" | "google.protobuf.ListValue"
    ) {
        return Some(Ok(Place::Anything));
    }
    let Some((name, rest)) = path.split_first() else { return Some(Ok(Place::Held)) };
    let field = super::evaluate::field(message, name)?;
    if let Kind::Message(entry) = field.kind()
        && field.is_map()
    {
        // The next segment is a key.
        let value = entry.map_entry_value_field().kind();
        return match rest {
            [] => Some(Ok(Place::Map)),
            [_key, rest @ ..] => within(&value, rest, comparator),
        };
    }
    if field.is_list() && comparator != Comparator::Has {
        return Some(Err(Problem(format!("`{name}` is repeated: use `:` with it"))));
    }
    within(&field.kind(), rest, comparator)
}

fn within(kind: &Kind, rest: &[&str], comparator: Comparator) -> Option<Result<Place, Problem>> {
    match (kind, rest) {
        (kind, []) if Class::of(kind).is_some() => Class::of(kind).map(|class| Ok(Place::Compared(class))),
        (Kind::Message(message), rest) => place(message, rest, comparator),
        (_, []) => Some(Ok(Place::Held)),
        _ => None,
    }
}
