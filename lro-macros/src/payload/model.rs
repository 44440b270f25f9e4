//! What a type says of itself, read from its syntax: a message, an enum or a oneof.

use heck::{ToShoutySnakeCase, ToSnakeCase};
use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Data, DataEnum, DataStruct, DeriveInput, Fields, GenericParam, Generics, Ident, LitStr, Path, Type,
    Variant,
};

use super::attributes::{Attributes, Number, Place, documentation};
use crate::errors::Errors;

/// A type that derives `Payload`.
pub(super) struct Payload {
    pub(super) ident: Ident,
    /// Where the runtime is.
    pub(super) krate: Path,
    pub(super) documentation: String,
    pub(super) shape: Shape,
}

pub(super) enum Shape {
    Message(TypeName, Vec<Field>),
    Enum(TypeName, Vec<Value>),
    Oneof(Vec<Field>),
}

/// The protobuf name of a type.
pub(super) struct TypeName {
    pub(super) package: LitStr,
    /// Within the package: more than one segment when the type is nested.
    pub(super) name: LitStr,
}

/// A field of a message, or a variant of a oneof.
pub(super) struct Field {
    pub(super) ident: Ident,
    pub(super) r#type: Type,
    /// The protobuf name.
    pub(super) name: LitStr,
    /// `None` for a oneof, whose variants have the numbers, for what is unknown, and where it was forgotten.
    pub(super) tag: Option<Number>,
    pub(super) documentation: String,
    pub(super) kind: Kind,
    /// The kind of a map's keys, where it is said: `key`.
    pub(super) key: Option<Kind>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Plain,
    /// `message`
    Foreign,
    /// `sint`
    Sint,
    /// `fixed`
    Fixed,
    /// `oneof`
    Oneof,
    /// `unknown`
    Unknown,
}

/// A variant of an enum.
pub(super) struct Value {
    pub(super) ident: Ident,
    /// The protobuf name.
    pub(super) name: LitStr,
    pub(super) tag: Option<Number>,
    pub(super) documentation: String,
    /// The place of `other`.
    pub(super) other: Option<Span>,
}

/// Reads the type; `None` when a mistake leaves nothing to check.
pub(super) fn read(input: &DeriveInput, errors: &Errors) -> Option<Payload> {
    refuse_generics(&input.generics, errors);
    if let Data::Enum(data) = &input.data
        && let Some(other) = forgotten_other(data)
    {
        errors.at(
            other,
            format!(
                "`{}` has data, and no other variant has: write `#[payload(other)]` above it if it is for the numbers that have no \
                 variant; in a oneof each variant holds a value",
                other.ident
            ),
        );
        return None;
    }
    let (attributes, shape) = match &input.data {
        Data::Union(data) => {
            errors
                .at(data.union_token, "a union cannot be a payload; write a struct, or an enum for a oneof");
            return None;
        }
        Data::Struct(data) => {
            let attributes = Attributes::read(&input.attrs, Place::Message, errors);
            let fields = message_fields(data, errors);
            let name = type_name(&attributes, input, errors);
            (attributes, fields.map(|fields| Shape::Message(name, fields)))
        }
        Data::Enum(data) if has_data(data) => {
            let attributes = Attributes::read(&input.attrs, Place::Oneof, errors);
            let variants: Vec<_> =
                data.variants.iter().filter_map(|variant| oneof_variant(variant, errors)).collect();
            (attributes, Some(Shape::Oneof(variants)))
        }
        Data::Enum(data) => {
            let attributes = Attributes::read(&input.attrs, Place::Enum, errors);
            let values: Vec<_> = data.variants.iter().map(|variant| enum_value(variant, errors)).collect();
            let name = type_name(&attributes, input, errors);
            (attributes, Some(Shape::Enum(name, values)))
        }
    };
    Some(Payload {
        ident: input.ident.clone(),
        krate: attributes.krate.unwrap_or_else(|| syn::parse_quote!(::lro_runtime)),
        documentation: documentation(&input.attrs),
        shape: shape?,
    })
}

fn refuse_generics(generics: &Generics, errors: &Errors) {
    for parameter in &generics.params {
        match parameter {
            GenericParam::Lifetime(lifetime) => errors.at(
                lifetime,
                "a payload owns its data, since it outlives the call: write `String` for `&str`, `Vec<u8>` for `&[u8]`",
            ),
            parameter => errors.at(
                parameter,
                "a payload is one protobuf type with one name, so it cannot be generic; write a struct for each type",
            ),
        }
    }
}

/// Whether an enum is a oneof: some variant, other than an enum's place for unknown numbers, has data.
pub(super) fn has_data(data: &DataEnum) -> bool {
    data.variants.iter().any(|variant| !matches!(variant.fields, Fields::Unit) && !is_other(variant))
}

/// The variant that looks like an enum's place for unknown numbers, and is not marked as one.
fn forgotten_other(data: &DataEnum) -> Option<&Variant> {
    let mut with_data = data.variants.iter().filter(|variant| !matches!(variant.fields, Fields::Unit));
    let only = with_data.next().filter(|_| data.variants.len() > 1 && with_data.next().is_none())?;
    (holds_i32(only) && !is_other(only)).then_some(only)
}

fn is_other(variant: &Variant) -> bool {
    // The mistakes in the attribute are reported when it is read for good.
    let ignored = Errors::new();
    let attributes = Attributes::read(&variant.attrs, Place::EnumValue, &ignored);
    let _reported_later = ignored.finish();
    attributes.other.is_some()
}

fn type_name(attributes: &Attributes, input: &DeriveInput, errors: &Errors) -> TypeName {
    let package = attributes.package.clone().unwrap_or_else(|| {
        errors.at(
            &input.ident,
            format!(
                "`{}` has no protobuf package: write `#[payload(package = \"acme.v1\")]` on the type",
                input.ident
            ),
        );
        // The other mistakes are looked for all the same.
        LitStr::new("unknown", input.ident.span())
    });
    let name = attributes.name.clone();
    let name = name.unwrap_or_else(|| LitStr::new(&input.ident.unraw().to_string(), input.ident.span()));
    TypeName { package, name }
}

fn message_fields(data: &DataStruct, errors: &Errors) -> Option<Vec<Field>> {
    match &data.fields {
        Fields::Named(fields) => {
            Some(fields.named.iter().filter_map(|field| message_field(field, errors)).collect())
        }
        Fields::Unit => Some(Vec::new()),
        Fields::Unnamed(fields) => {
            errors.at(
                fields,
                "the fields of a payload have names, which JSON shows: write a struct with named fields",
            );
            None
        }
    }
}

fn message_field(field: &syn::Field, errors: &Errors) -> Option<Field> {
    let ident = field.ident.clone()?;
    let attributes = Attributes::read(&field.attrs, Place::Field, errors);
    let kind = attributes.kind.unwrap_or(Kind::Plain);
    if let (Kind::Oneof | Kind::Unknown, Some((_, span))) = (kind, attributes.key) {
        errors.push(syn::Error::new(span, "`key` is for a map: `HashMap` or `BTreeMap`"));
    }
    let key = attributes.key.map(|(kind, _)| kind);
    let name = attributes.name;
    let name = name.unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()));
    let documentation = documentation(&field.attrs);
    Some(Field { ident, r#type: field.ty.clone(), name, tag: attributes.tag, documentation, kind, key })
}

fn oneof_variant(variant: &Variant, errors: &Errors) -> Option<Field> {
    let attributes = Attributes::read(&variant.attrs, Place::OneofVariant, errors);
    let field = match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => &fields.unnamed[0],
        Fields::Unit => {
            errors.at(
                variant,
                format!(
                    "an enum whose variants have data is a oneof, and each variant of that holds a value: \
                     write `{}(())` for one that says nothing more",
                    variant.ident
                ),
            );
            return None;
        }
        _ => {
            errors.at(
                variant,
                format!(
                    "a oneof's variant holds one value: put the fields into a struct that derives `Payload`, \
                     and write `{}(ThatStruct)`",
                    variant.ident
                ),
            );
            return None;
        }
    };
    // The attributes are the variant's: its value has no name of its own.
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("payload")) {
        errors.at(attribute, "`#[payload(…)]` stands above the variant, not in it");
    }
    let name = attributes.name.unwrap_or_else(|| {
        LitStr::new(&variant.ident.unraw().to_string().to_snake_case(), variant.ident.span())
    });
    Some(Field {
        ident: variant.ident.clone(),
        r#type: field.ty.clone(),
        name,
        tag: attributes.tag,
        documentation: documentation(&variant.attrs),
        kind: attributes.kind.unwrap_or(Kind::Plain),
        key: None,
    })
}

fn enum_value(variant: &Variant, errors: &Errors) -> Value {
    let attributes = Attributes::read(&variant.attrs, Place::EnumValue, errors);
    if attributes.other.is_some() && !holds_i32(variant) {
        errors.at(
            variant,
            format!("the variant for unknown numbers holds the number: write `{}(i32)`", variant.ident),
        );
    }
    let name = attributes.name.unwrap_or_else(|| {
        LitStr::new(&variant.ident.unraw().to_string().to_shouty_snake_case(), variant.ident.span())
    });
    Value {
        ident: variant.ident.clone(),
        name,
        tag: attributes.tag,
        documentation: documentation(&variant.attrs),
        other: attributes.other,
    }
}

fn holds_i32(variant: &Variant) -> bool {
    let Fields::Unnamed(fields) = &variant.fields else { return false };
    let (1, Some(field)) = (fields.unnamed.len(), fields.unnamed.first()) else { return false };
    let Type::Path(path) = ungrouped(&field.ty) else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "i32")
}

/// The type without the invisible group that a `macro_rules!` macro passes it on in.
pub(super) fn ungrouped(r#type: &Type) -> &Type {
    match r#type {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        r#type => r#type,
    }
}

impl Field {
    /// The name that protobuf gives the field in JSON.
    pub(super) fn json_name(&self) -> String {
        let mut upper = false;
        let mut camel = String::new();
        for character in self.name.value().chars() {
            if character == '_' {
                upper = true;
            } else {
                camel.push(if upper { character.to_ascii_uppercase() } else { character });
                upper = false;
            }
        }
        camel
    }

    /// The type's tokens, for errors that the compiler finds.
    pub(super) fn span(&self) -> Span {
        self.r#type.span()
    }
}
