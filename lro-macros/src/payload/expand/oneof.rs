//! An enum with data: one variant of a message's `oneof`. It has no name of its own, so nothing is submitted.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::super::model::{Field, Payload};
use super::{field_name, kind, number};

pub(super) fn expand(payload: &Payload, variants: &[Field]) -> TokenStream {
    let ident = &payload.ident;
    let numbers: Vec<_> = variants.iter().map(number).collect();
    let names: Vec<_> = variants.iter().map(Field::json_name).collect();
    let arms: Vec<_> = variants.iter().map(Arms::of).collect();
    let encode = arms.iter().map(|arms| &arms.encode);
    let len = arms.iter().map(|arms| &arms.len);
    let merge = arms.iter().map(|arms| &arms.merge);
    let describe = arms.iter().map(|arms| &arms.describe);
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl __private::Oneof for #ident {
            const NUMBERS: &'static [u32] = &[#(#numbers),*];
            const NAMES: &'static [&'static str] = &[#(#names),*];

            fn encode(&self, buf: &mut impl __private::BufMut) {
                match self { #(#encode)* }
            }

            fn encoded_len(&self) -> usize {
                match self { #(#len)* }
            }

            fn merge(
                held: ::core::option::Option<Self>,
                number: u32,
                wire_type: __private::WireType,
                buf: &mut impl __private::Buf,
                ctx: __private::DecodeContext,
            ) -> ::core::result::Result<Self, __private::DecodeError> {
                match number {
                    #(#merge)*
                    _ => ::core::result::Result::Err(__private::no_such_variant()),
                }
            }

            fn describe(oneof: &mut __private::OneofBuilder<'_>) {
                #(#describe)*
            }
        }
    }
}

/// What each method does with a variant.
struct Arms {
    encode: TokenStream,
    len: TokenStream,
    merge: TokenStream,
    describe: TokenStream,
}

impl Arms {
    fn of(field: &Field) -> Self {
        let Field { ident, r#type, .. } = field;
        let (number, kind, field_name) = (number(field), kind(field.kind), field_name(field));
        let variant = quote_spanned!(field.span()=> <#r#type as __private::Variant<#kind>>);
        Self {
            encode: quote!(Self::#ident(value) => #variant::encode(value, #number, buf),),
            len: quote!(Self::#ident(value) => #variant::encoded_len(value, #number),),
            merge: quote! {
                #number => {
                    let held = match held {
                        ::core::option::Option::Some(Self::#ident(value)) => ::core::option::Option::Some(value),
                        _ => ::core::option::Option::None,
                    };
                    ::core::result::Result::map(#variant::merge(held, wire_type, buf, ctx), Self::#ident)
                }
            },
            describe: quote!(#variant::describe(oneof, #field_name);),
        }
    }
}
