//! An enum without data: its numbers, `Default`, and the description.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::super::model::{Payload, TypeName, Value};
use super::submit;

pub(super) fn expand(payload: &Payload, name: &TypeName, values: &[Value]) -> TokenStream {
    let ident = &payload.ident;
    let full_name = format!("{}.{}", name.package.value(), name.name.value());
    let known: Vec<_> = values.iter().filter(|value| value.other.is_none()).collect();
    let variants: Vec<_> = known.iter().map(|value| &value.ident).collect();
    let numbers: Vec<_> = known.iter().map(|value| number(value)).collect();
    let zero = &known[0].ident;
    let other = values.iter().find(|value| value.other.is_some()).map(|value| &value.ident);
    let (from_other, number_of_other) = match other {
        Some(other) => (quote!(Self::#other(number)), quote!(Self::#other(number) => *number,)),
        None => (quote!(Self::#zero), TokenStream::new()),
    };
    let parts = known.iter().zip(&numbers).map(|(value, number)| {
        let Value { name, documentation, .. } = value;
        quote!(builder.value(#name, #number, #documentation);)
    });
    let description = submit(payload, name, &quote!(EnumBuilder), &parts.collect());
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl ::core::default::Default for #ident {
            fn default() -> Self {
                Self::#zero
            }
        }

        #[automatically_derived]
        #[allow(deprecated)]
        impl __private::Enumeration for #ident {
            fn full_name() -> __private::String {
                ::core::convert::Into::into(#full_name)
            }

            fn from_number(number: i32) -> Self {
                match number {
                    #(#numbers => Self::#variants,)*
                    _ => #from_other,
                }
            }

            fn number(&self) -> i32 {
                match self {
                    #(Self::#variants => #numbers,)*
                    #number_of_other
                }
            }
        }

        #[automatically_derived]
        impl __private::Element<__private::Plain> for #ident {
            type Codec = __private::EnumCodec;
        }

        #description
    }
}

fn number(value: &Value) -> Literal {
    // Invariant: `check` refuses a value without a number, and one past `i32`.
    let number = value.tag.as_ref().and_then(|tag| tag.value).unwrap_or_default();
    Literal::i32_suffixed(i32::try_from(number).unwrap_or_default())
}
