//! The attribute and the derive of `lro-runtime`, where their references are.

mod errors;
mod long_running;
mod payload;

use proc_macro::TokenStream;

/// See `lro_runtime::long_running`.
#[proc_macro_attribute]
pub fn long_running(arguments: TokenStream, item: TokenStream) -> TokenStream {
    long_running::long_running(arguments.into(), item.into()).into()
}

/// See `lro_runtime::Payload`.
#[proc_macro_derive(Payload, attributes(payload))]
pub fn payload(item: TokenStream) -> TokenStream {
    payload::derive(item.into()).into()
}
