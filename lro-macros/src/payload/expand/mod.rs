//! The impls of a checked model. Everything is named through the runtime's hidden module, so that a user's own names and
//! a missing prelude do not matter.

mod enumeration;
mod message;
mod oneof;

use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Field, Kind, Payload, Shape, TypeName};

pub(super) fn expand(payload: &Payload) -> TokenStream {
    let krate = &payload.krate;
    let items = match &payload.shape {
        Shape::Message(name, fields) => message::expand(payload, name, fields),
        Shape::Enum(name, values) => enumeration::expand(payload, name, values),
        Shape::Oneof(variants) => oneof::expand(payload, variants),
    };
    quote! {
        const _: () = {
            use #krate::__private;
            #items
        };
    }
}

/// Hands the type's description to the registry of the program that it is linked into.
fn submit(payload: &Payload, name: &TypeName, builder: &TokenStream, parts: &TokenStream) -> TokenStream {
    let Payload { ident, documentation, .. } = payload;
    let TypeName { package, name } = name;
    quote! {
        __private::inventory::submit! {
            __private::LinkedType { describe: <#ident as __private::Described>::describe }
        }

        #[automatically_derived]
        #[allow(deprecated)]
        impl __private::Described for #ident {
            fn describe() -> __private::TypeDescription {
                #[allow(unused_mut)]
                let mut builder = __private::#builder::new(
                    ::core::concat!(::core::module_path!(), "::", ::core::stringify!(#ident)),
                    #package,
                    #name,
                    #documentation,
                );
                #parts
                builder.finish()
            }
        }
    }
}

/// The name, number and documentation of a field.
fn field_name(field: &Field) -> TokenStream {
    let Field { name, documentation, .. } = field;
    let number = number(field);
    quote! { __private::FieldName { name: #name, number: #number, documentation: #documentation } }
}

fn number(field: &Field) -> u32 {
    // Invariant: `check` refuses a field without a number, other than a oneof, whose number is not asked for.
    let value = field.tag.as_ref().and_then(|tag| tag.value);
    value.and_then(|value| u32::try_from(value).ok()).unwrap_or_default()
}

/// The kind as the runtime names it, of a field or a variant that is more than a place.
fn kind(kind: Kind) -> TokenStream {
    match kind {
        Kind::Foreign => quote!(__private::Foreign),
        Kind::Sint => quote!(__private::Sint),
        Kind::Fixed => quote!(__private::Fixed),
        Kind::Plain | Kind::Oneof | Kind::Unknown => quote!(__private::Plain),
    }
}
