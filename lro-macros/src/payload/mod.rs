//! `#[derive(Payload)]`: attributes → model → checks → expansion. All mistakes of a type are reported at once.
//!
//! The reference for users is `lro-runtime/docs/payload.md`.

mod attributes;
mod check;
mod expand;
mod fallback;
mod model;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::errors::Errors;

/// The derive's output: the impls, or the user's mistakes beside impls that are never run.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let input = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    expand(&input).unwrap_or_else(|mistakes| {
        let mut tokens = mistakes.into_compile_error();
        tokens.extend(fallback::fallback(&input));
        tokens
    })
}

fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let errors = Errors::new();
    let payload = model::read(input, &errors);
    if let Some(payload) = &payload {
        check::check(payload, &errors);
    }
    errors.finish()?;
    // Invariant: where there is no model, a mistake was reported.
    Ok(payload.map(|payload| expand::expand(&payload)).unwrap_or_default())
}

#[cfg(test)]
mod tests;
