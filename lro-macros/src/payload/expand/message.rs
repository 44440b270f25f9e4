//! A struct: `prost::Message`, `prost::Name`, `Default`, and the description.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;

use super::super::model::{Field, Kind, Payload, TypeName, ungrouped};
use super::{field_name, kind, number, submit};

pub(super) fn expand(payload: &Payload, name: &TypeName, fields: &[Field]) -> TokenStream {
    let ident = &payload.ident;
    // In the order of their numbers, as every other implementation writes them.
    let places = [Kind::Oneof, Kind::Unknown];
    let mut numbered: Vec<_> = fields.iter().filter(|field| !places.contains(&field.kind)).collect();
    numbered.sort_by_key(|field| number(field));
    let oneofs: Vec<_> = fields.iter().filter(|field| field.kind == Kind::Oneof).collect();
    let unknown = fields.iter().find(|field| field.kind == Kind::Unknown);

    let default = default(payload, fields);
    let message = message(payload, &numbered, &oneofs, unknown);
    let names = names(payload, name);
    let parts = fields.iter().map(describe).collect();
    let description = submit(payload, name, &quote!(MessageBuilder), &parts);
    let distinct = distinct_fields(payload, &numbered, &oneofs);
    quote! {
        #default
        #message
        #names
        #description
        #distinct

        #[automatically_derived]
        impl __private::Element<__private::Plain> for #ident {
            type Codec = __private::MessageCodec;
        }
    }
}

fn default(payload: &Payload, fields: &[Field]) -> TokenStream {
    let ident = &payload.ident;
    let values = fields.iter().map(|field| {
        let Field { ident, r#type, .. } = field;
        let held = match field.kind {
            Kind::Oneof => quote!(__private::OneofField),
            Kind::Unknown => quote!(__private::UnknownField),
            _ => field_trait(field),
        };
        quote_spanned!(field.span()=> #ident: <#r#type as #held>::initial())
    });
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl ::core::default::Default for #ident {
            fn default() -> Self {
                Self { #(#values,)* }
            }
        }
    }
}

fn message(
    payload: &Payload,
    numbered: &[&Field],
    oneofs: &[&Field],
    unknown: Option<&Field>,
) -> TokenStream {
    let ident = &payload.ident;
    let mut encode = Vec::new();
    let mut merge = Vec::new();
    let mut len = Vec::new();
    for field in numbered {
        let Field { ident: name, r#type, name: proto_name, .. } = field;
        let (field_trait, number) = (field_trait(field), number(field));
        encode.push(
            quote_spanned!(field.span()=> <#r#type as #field_trait>::encode(&self.#name, #number, buf);),
        );
        len.push(quote_spanned!(field.span()=> <#r#type as #field_trait>::encoded_len(&self.#name, #number)));
        let call = quote_spanned!(field.span()=> <#r#type as #field_trait>::merge(&mut self.#name, wire_type, buf, ctx));
        merge.push(quote! {
            #number => __private::in_field(#call, ::core::stringify!(#ident), #proto_name),
        });
    }
    for field in oneofs {
        let Field { ident: name, r#type, name: proto_name, .. } = field;
        let oneof = quote_spanned!(field.span()=> <#r#type as __private::OneofField>);
        encode.push(quote!(#oneof::encode(&self.#name, buf);));
        len.push(quote!(#oneof::encoded_len(&self.#name)));
        merge.push(quote! {
            number if __private::contains(#oneof::NUMBERS, number) => __private::in_field(
                #oneof::merge(&mut self.#name, number, wire_type, buf, ctx),
                ::core::stringify!(#ident),
                #proto_name,
            ),
        });
    }
    let mut rest = quote!(__private::skip_field(wire_type, number, buf, ctx));
    if let Some(field) = unknown {
        let Field { ident: name, r#type, .. } = field;
        let unknown = quote_spanned!(field.span()=> <#r#type as __private::UnknownField>);
        encode.push(quote!(#unknown::encode(&self.#name, buf);));
        len.push(quote!(#unknown::encoded_len(&self.#name)));
        rest = quote!(#unknown::merge(&mut self.#name, number, wire_type, buf, ctx));
    }
    quote! {
        #[automatically_derived]
        #[allow(deprecated, unused_variables)]
        impl __private::Message for #ident {
            fn encode_raw(&self, buf: &mut impl __private::BufMut) {
                #(#encode)*
            }

            fn merge_field(
                &mut self,
                number: u32,
                wire_type: __private::WireType,
                buf: &mut impl __private::Buf,
                ctx: __private::DecodeContext,
            ) -> ::core::result::Result<(), __private::DecodeError> {
                match number {
                    #(#merge)*
                    _ => #rest,
                }
            }

            fn encoded_len(&self) -> usize {
                0 #(+ #len)*
            }

            fn clear(&mut self) {
                *self = ::core::default::Default::default();
            }
        }
    }
}

fn names(payload: &Payload, name: &TypeName) -> TokenStream {
    let ident = &payload.ident;
    let package = &name.package;
    let full_name = format!("{}.{}", package.value(), name.name.value());
    let simple = name.name.value();
    let simple = simple.rsplit('.').next().unwrap_or_default();
    quote! {
        #[automatically_derived]
        impl __private::Name for #ident {
            const NAME: &'static str = #simple;
            const PACKAGE: &'static str = #package;

            fn full_name() -> __private::String {
                ::core::convert::Into::into(#full_name)
            }

            fn type_url() -> __private::String {
                __private::type_url(#full_name)
            }
        }
    }
}

fn describe(field: &Field) -> TokenStream {
    let Field { r#type, name, documentation, .. } = field;
    match field.kind {
        Kind::Oneof => quote_spanned! {field.span()=>
            <#r#type as __private::OneofField>::describe(&mut builder, #name, #documentation);
        },
        Kind::Unknown => TokenStream::new(),
        _ => {
            let (field_trait, field_name) = (field_trait(field), field_name(field));
            quote_spanned!(field.span()=> <#r#type as #field_trait>::describe(&mut builder, #field_name);)
        }
    }
}

/// Fails the build when a oneof has a number or a name of another field's: only the compiler sees both types.
fn distinct_fields(payload: &Payload, numbered: &[&Field], oneofs: &[&Field]) -> TokenStream {
    let numbers: Vec<_> = numbered.iter().map(|field| number(field)).collect();
    let names: Vec<_> = numbered.iter().map(|field| field.json_name()).collect();
    let mut earlier = vec![(quote!(&[#(#numbers),*]), quote!(&[#(#names),*]))];
    let mut assertions = TokenStream::new();
    for field in oneofs {
        let Field { ident, r#type, .. } = field;
        let oneof = quote!(<#r#type as __private::OneofField>);
        let message = |what| {
            format!(
                "a {what} in the oneof `{ident}` is also that of another field of `{}`: its variants are fields of the message",
                payload.ident
            )
        };
        let (number_message, name_message) = (message("number"), message("name"));
        for (numbers, names) in &earlier {
            assertions.extend(quote_spanned! {field.span()=>
                const _: () = ::core::assert!(__private::distinct_numbers(#oneof::NUMBERS, #numbers), #number_message);
                const _: () = ::core::assert!(__private::distinct_names(#oneof::NAMES, #names), #name_message);
            });
        }
        earlier.push((quote!(#oneof::NUMBERS), quote!(#oneof::NAMES)));
    }
    assertions
}

fn field_trait(field: &Field) -> TokenStream {
    let value = kind(field.kind);
    match (field.key, field.kind) {
        (Some(key), _) => {
            let key = kind(key);
            quote!(__private::Field<__private::Keyed<#key, #value>>)
        }
        (None, Kind::Foreign) if !is_container(&field.r#type) => {
            quote!(__private::Field<__private::ForeignItself>)
        }
        (None, _) => quote!(__private::Field<#value>),
    }
}

/// By its name: for foreign messages the traits cannot tell a container from a message.
fn is_container(r#type: &Type) -> bool {
    let Type::Path(path) = ungrouped(r#type) else { return false };
    let last = path.path.segments.last();
    last.is_some_and(|last| ["Option", "Vec", "HashMap", "BTreeMap"].iter().any(|name| last.ident == name))
}
