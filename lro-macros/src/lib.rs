//! The attribute and the derive of `lro-runtime`, where their references are.

mod errors;
mod payload;

use proc_macro::TokenStream;

/// See `lro_runtime::long_running`.
#[proc_macro_attribute]
pub fn long_running(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// See `lro_runtime::Payload`.
#[proc_macro_derive(Payload, attributes(payload))]
pub fn payload(item: TokenStream) -> TokenStream {
    payload::derive(item.into()).into()
}
