//! What a type with mistakes becomes beside its errors: the same impls, with bodies that are never run. So a mistake is
//! one error, and not another one wherever the type is used.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Path};

use super::attributes::{Attributes, Place};
use super::model::has_data;
use crate::errors::Errors;

pub(super) fn fallback(input: &DeriveInput) -> TokenStream {
    // Without its parameters a generic type has no impl, and a union cannot be one's mistake twice.
    if !input.generics.params.is_empty() || matches!(input.data, Data::Union(_)) {
        return TokenStream::new();
    }
    let ident = &input.ident;
    let krate = runtime(input);
    let unreachable = quote!(::core::unreachable!());
    let default = quote! {
        impl ::core::default::Default for #ident {
            fn default() -> Self { #unreachable }
        }
    };
    let impls = match &input.data {
        Data::Enum(data) if has_data(data) => quote! {
            impl __private::Oneof for #ident {
                const NUMBERS: &'static [u32] = &[];
                const NAMES: &'static [&'static str] = &[];
                fn encode(&self, _: &mut impl __private::BufMut) { #unreachable }
                fn encoded_len(&self) -> usize { #unreachable }
                fn merge(
                    _: ::core::option::Option<Self>,
                    _: u32,
                    _: __private::WireType,
                    _: &mut impl __private::Buf,
                    _: __private::DecodeContext,
                ) -> ::core::result::Result<Self, __private::DecodeError> { #unreachable }
                fn describe(_: &mut __private::OneofBuilder<'_>) { #unreachable }
            }
        },
        Data::Enum(_) => quote! {
            #default
            impl __private::Enumeration for #ident {
                fn full_name() -> __private::String { #unreachable }
                fn from_number(_: i32) -> Self { #unreachable }
                fn number(&self) -> i32 { #unreachable }
            }
            impl __private::Element<__private::Plain> for #ident {
                type Codec = __private::EnumCodec;
            }
        },
        _ => quote! {
            #default
            impl __private::Message for #ident {
                fn encode_raw(&self, _: &mut impl __private::BufMut) { #unreachable }
                fn merge_field(
                    &mut self,
                    _: u32,
                    _: __private::WireType,
                    _: &mut impl __private::Buf,
                    _: __private::DecodeContext,
                ) -> ::core::result::Result<(), __private::DecodeError> { #unreachable }
                fn encoded_len(&self) -> usize { #unreachable }
                fn clear(&mut self) { #unreachable }
            }
            impl __private::Name for #ident {
                const NAME: &'static str = "";
                const PACKAGE: &'static str = "";
            }
            impl __private::Element<__private::Plain> for #ident {
                type Codec = __private::MessageCodec;
            }
        },
    };
    quote! {
        const _: () = {
            use #krate::__private;
            #impls
        };
    }
}

/// The path of the runtime, if that can be read.
fn runtime(input: &DeriveInput) -> Path {
    let reported = Errors::new();
    let attributes = Attributes::read(&input.attrs, Place::Message, &reported);
    let _reported_before = reported.finish();
    attributes.krate.unwrap_or_else(|| syn::parse_quote!(::lro_runtime))
}
