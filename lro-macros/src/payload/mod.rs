//! `#[derive(Payload)]`: attributes → model → checks → expansion. All mistakes of a type are reported at once.
//!
//! The reference for users is `lro-runtime/docs/payload.md`.

mod attributes;
mod check;
mod expand;
mod model;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::errors::Errors;

/// The derive's output, or the user's mistakes.
pub(crate) fn derive(item: TokenStream) -> TokenStream {
    match syn::parse2(item).and_then(|input| expand(&input)) {
        Ok(tokens) => tokens,
        Err(mistakes) => mistakes.into_compile_error(),
    }
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
