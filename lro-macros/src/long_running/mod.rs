//! `#[long_running]`: from the user's tokens to the public function, in typed stages.
//!
//! arguments ‖ item → [`Handler`] (as written) → [`Checked`](check::Checked) (free of mistakes) → tokens. Each stage needs
//! the one before it, and all mistakes of all stages are reported together.
//!
//! On an `impl` or a `trait` block it hands defaults down to the attributes of the methods, which go through these stages each for itself.

mod alias;
mod answer;
mod arguments;
mod block;
#[cfg(test)]
mod block_tests;
mod body;
mod check;
mod convention;
mod duration;
mod expand;
mod fallback;
mod format;
mod function;
mod handler;
mod http;
mod linked;
mod mark;
mod members;
mod owned;
mod parameter;
mod receiver;
mod request;
mod restart;
mod shape;
mod slot;
mod submission;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};
use quote::quote;

use self::arguments::Arguments;
use self::handler::Handler;
use crate::errors::Errors;

pub(crate) fn long_running(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if members::is_block(&item) {
        return block::expand(arguments, item);
    }
    let errors = Errors::new();
    let arguments = Arguments::parse(arguments, &errors);
    let Some(handler) = Handler::parse(item.clone(), &errors) else {
        let errors = errors.finish().map_err(syn::Error::into_compile_error).err();
        return quote!(#errors #item);
    };
    match check::check(arguments, handler, errors) {
        Ok(checked) => expand::expand(checked),
        Err(refused) => fallback::fallback(*refused),
    }
}

/// The span of tokens that stand between the user's own: errors about them point to a place of the user's, and lints
/// and suggestions know that nobody wrote them.
fn glue(place: Span) -> Span {
    Span::call_site().located_at(place)
}
