//! The rules of protobuf that the compiler does not know, one function each.

use std::collections::HashMap;

use proc_macro2::Span;
use syn::{Ident, LitStr, PathArguments, Type};

use super::attributes::Number;
use super::model::{Field, Kind, Payload, Shape, TypeName, Value, ungrouped};
use crate::errors::Errors;

/// The largest number of a field.
const MAX_TAG: i64 = (1 << 29) - 1;

/// The numbers that protobuf's implementations keep for themselves.
const RESERVED: std::ops::RangeInclusive<i64> = 19_000..=19_999;

pub(super) fn check(payload: &Payload, errors: &Errors) {
    match &payload.shape {
        Shape::Message(name, fields) => {
            type_name_is_well_formed(name, errors);
            fields_have_numbers(fields, &free_number(fields), errors);
            names_are_distinct(fields, errors);
            message_does_not_always_hold_itself(&payload.ident, fields, errors);
            unknown_fields_have_one_place(fields, errors);
        }
        Shape::Enum(name, values) => {
            type_name_is_well_formed(name, errors);
            values_have_numbers(&payload.ident, values, errors);
            value_names_are_distinct(values, errors);
        }
        Shape::Oneof(variants) => {
            // Which numbers the message has, is not known here.
            fields_have_numbers(variants, "", errors);
            names_are_distinct(variants, errors);
        }
    }
}

fn type_name_is_well_formed(name: &TypeName, errors: &Errors) {
    let well_formed = |text: &str| text.split('.').all(is_identifier);
    if !well_formed(&name.package.value()) {
        errors.at(&name.package, "a package is a name, or names with dots between them: `acme.disks.v1`");
    }
    if !well_formed(&name.name.value()) {
        errors.at(&name.name, "a type's name is `Step`, or `Outer.Step` if it is nested in another message");
    }
}

/// What an error says at its end.
fn free_number(fields: &[Field]) -> String {
    let used: Vec<i64> = fields.iter().filter_map(|field| field.tag.as_ref()?.value).collect();
    let free = (1..).find(|number| !used.contains(number)).unwrap_or(1);
    format!("; {free} is free")
}

fn fields_have_numbers(fields: &[Field], free: &str, errors: &Errors) {
    let mut taken = HashMap::new();
    for field in fields {
        match (&field.tag, field.kind) {
            (None | Some(Number { value: None, .. }), Kind::Oneof | Kind::Unknown) => {}
            (Some(tag), Kind::Oneof) => errors.push(syn::Error::new(
                tag.span,
                "a oneof has no number of its own, each of its variants has one: write `#[payload(oneof)]`",
            )),
            (Some(tag), Kind::Unknown) => errors.push(syn::Error::new(
                tag.span,
                "the unknown fields have the numbers that they came with: write `#[payload(unknown)]`",
            )),
            (None, _) => errors.at(
                &field.ident,
                format!(
                    "`{}` has no number: write `#[payload(tag = n)]`, with a number that no other field has or had{free}",
                    field.ident
                ),
            ),
            (Some(tag), _) => number_is_free(tag, &field.ident, &mut taken, free, errors),
        }
    }
}

fn number_is_free<'a>(
    tag: &Number,
    ident: &'a Ident,
    taken: &mut HashMap<i64, &'a Ident>,
    free: &str,
    errors: &Errors,
) {
    let at = |message: String| errors.push(syn::Error::new(tag.span, message));
    match tag.value {
        Some(number) if RESERVED.contains(&number) => {
            at(format!("the numbers 19000 to 19999 are kept by protobuf for itself{free}"));
        }
        Some(number) if (1..=MAX_TAG).contains(&number) => {
            if let Some(first) = taken.get(&number) {
                at(format!("the number {number} is taken by `{first}`{free}"));
            } else {
                taken.insert(number, ident);
            }
        }
        Some(_) => at(format!("a field's number is from 1 to {MAX_TAG}{free}")),
        None => {}
    }
}

/// By the name in JSON: `disk_size` and `diskSize` are the same there.
fn names_are_distinct(fields: &[Field], errors: &Errors) {
    let mut taken = HashMap::new();
    for field in fields.iter().filter(|field| field.kind != Kind::Unknown) {
        name_is_identifier(&field.name, errors);
        if let Some(first) = taken.insert(field.json_name(), &field.ident) {
            errors.at(
                &field.name,
                format!("`{first}` has the same name in JSON: write another one, `name = \"a_name\"`"),
            );
        }
    }
}

/// `Default` would never end, and no value of the type can be built.
fn message_does_not_always_hold_itself(message: &Ident, fields: &[Field], errors: &Errors) {
    for field in fields {
        let inner = ungrouped(boxed(&field.r#type).unwrap_or(&field.r#type));
        let holds_itself =
            matches!(inner, Type::Path(path) if path.path.is_ident(message) || path.path.is_ident("Self"));
        if holds_itself {
            errors.at(
                &field.r#type,
                format!(
                    "this never ends, since each `{message}` holds another: write `Option<Box<{message}>>`"
                ),
            );
        }
    }
}

fn unknown_fields_have_one_place(fields: &[Field], errors: &Errors) {
    let mut places = fields.iter().filter(|field| field.kind == Kind::Unknown);
    let Some(Field { ident: first, .. }) = places.next() else { return };
    for second in places {
        errors.at(&second.ident, format!("the unknown fields are all in one place, and that is `{first}`"));
    }
}

fn boxed(r#type: &Type) -> Option<&Type> {
    let Type::Path(path) = ungrouped(r#type) else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(syn::GenericArgument::Type(inner)) if last.ident == "Box" => Some(inner),
        _ => None,
    }
}

fn values_have_numbers(ident: &Ident, values: &[Value], errors: &Errors) {
    let mut taken = HashMap::new();
    let mut others = values.iter().filter_map(|value| value.other);
    if let Some(second) = others.nth(1) {
        errors.push(syn::Error::new(second, "only one variant can be for the numbers without one"));
    }
    for value in values {
        match (&value.tag, value.other) {
            (None | Some(Number { value: None, .. }), Some(_)) => {}
            (Some(tag), Some(_)) => errors.push(syn::Error::new(
                tag.span,
                "the variant for the numbers without one has no number of its own: write `#[payload(other)]`",
            )),
            (None, None) => errors
                .at(&value.ident, format!("`{}` has no number: write `#[payload(tag = n)]`", value.ident)),
            (Some(tag), None) => value_number_is_free(tag, &value.ident, &mut taken, errors),
        }
    }
    let first = values.first().filter(|value| value.other.is_none());
    let span: Option<Span> = match first {
        None => Some(ident.span()),
        // A number that is forgotten or none is reported already.
        Some(Value { tag: None | Some(Number { value: None, .. }), .. }) => None,
        Some(Value { tag: Some(tag), .. }) => (tag.value != Some(0)).then_some(tag.span),
    };
    if let Some(span) = span {
        errors.push(syn::Error::new(
            span,
            "the first variant of an enum has the number 0, and is what a field has that says nothing: \
             begin with one such as `#[payload(tag = 0)] Unspecified`",
        ));
    }
}

fn value_number_is_free<'a>(
    tag: &Number,
    ident: &'a Ident,
    taken: &mut HashMap<i32, &'a Ident>,
    errors: &Errors,
) {
    let at = |message: String| errors.push(syn::Error::new(tag.span, message));
    let Some(number) = tag.value else { return };
    let Ok(number) = i32::try_from(number) else {
        at("the number of an enum's value is an `i32`".to_owned());
        return;
    };
    if let Some(first) = taken.get(&number) {
        at(format!("the number {number} is taken by `{first}`"));
    } else {
        taken.insert(number, ident);
    }
}

fn value_names_are_distinct(values: &[Value], errors: &Errors) {
    let mut taken = HashMap::new();
    for value in values.iter().filter(|value| value.other.is_none()) {
        name_is_identifier(&value.name, errors);
        if let Some(first) = taken.insert(value.name.value(), &value.ident) {
            errors.at(
                &value.name,
                format!("`{first}` has the same name: write another one, `name = \"A_NAME\"`"),
            );
        }
    }
}

fn name_is_identifier(name: &LitStr, errors: &Errors) {
    if !is_identifier(&name.value()) {
        errors.at(name, "a protobuf name has ASCII letters, digits and underscores, and no digit in front");
    }
}

fn is_identifier(text: &str) -> bool {
    text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        && text.chars().next().is_some_and(|first| !first.is_ascii_digit())
}
