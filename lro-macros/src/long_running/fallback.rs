//! What stands in for a handler with mistakes: its public signature, so that one mistake is one error and callers compile.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Token;

use super::check::Refused;
use super::shape::Shape;

pub(crate) fn fallback(refused: Refused) -> TokenStream {
    let Refused { arguments, mut handler, metadata, error } = refused;
    handler.publish(&arguments.private(), &metadata);
    let signature = &mut handler.function.sig;
    if matches!(handler.parts.shape, Shape::Native) && signature.asyncness.is_none() {
        signature.asyncness = Some(Token![async](signature.fn_token.span));
    }
    let errors = error.into_compile_error();
    let function = handler.with_body(&quote!(::core::unreachable!()));
    quote! {
        #errors
        #[allow(unused)]
        #function
    }
}
