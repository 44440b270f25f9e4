//! `type CopyDiskOperation = Operation<CopyDiskResponse, CopyDiskMetadata>;`, beside the block that has the method `copy_disk`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned as _;

use super::answer::{self, Answer};
use super::check::Checked;
use super::glue;
use super::handler;
use super::members::Head;
use super::parameter::last_segment;

/// The alias, where the method answers with that type, and the type makes sense outside of the block.
pub(super) fn alias(head: &Head, checked: &Checked, conditions: &[TokenStream]) -> Option<TokenStream> {
    let Checked { arguments, handler, declared, metadata, answer, .. } = checked;
    let is_known = |ty: &Type| !handler.is_local(ty) && !handler::is_of(head.generics(), ty);
    if !matches!(answer, Answer::Handle) || !is_known(declared) || !is_known(metadata) {
        return None;
    }
    let (visibility, owner) = match head {
        Head::Impl(block) => (&handler.function.vis, last_segment(&block.self_ty).map(|(name, _)| name)),
        Head::Trait(block) => (&block.vis, Some(&block.ident)),
    };
    let owner = owner.map_or_else(String::new, |owner| format!("{owner}::"));
    // For whoever reads it: the user's own words, where they say it all.
    let response = match answer::bare_payload(declared) {
        Some(payload) => payload.to_token_stream(),
        None => response(checked),
    };
    let method = handler.ident();
    let name = format_ident!("{}Operation", checked.rpc_name(), span = glue(method.span()));
    let documentation = format!(" The operation that `{owner}{method}` starts.");
    let summary = summary(&handler.documentation());
    let private = arguments.private(Span::call_site());
    Some(quote_spanned! {glue(method.span())=>
        #(#conditions)*
        #[doc = #documentation]
        #summary
        #[allow(dead_code, deprecated, unreachable_pub)]
        #visibility type #name = #private::Operation<#response, #metadata>;
    })
}

/// The response's type, as only the compiler can tell.
fn response(checked: &Checked) -> TokenStream {
    let Checked { arguments, declared, metadata, answer, .. } = checked;
    let private = arguments.private(declared.span());
    let way = answer.way(&private);
    quote_spanned!(glue(declared.span())=> <#declared as #private::Reply<#metadata, #way>>::Response)
}

/// What the method's documentation begins with, unless it speaks of a `Self` that is not here.
fn summary(documentation: &str) -> Option<TokenStream> {
    let summary = documentation
        .split("\n\n")
        .next()
        .filter(|summary| !summary.is_empty() && !summary.contains("Self"))?;
    let lines = summary.lines().map(|line| format!(" {line}"));
    Some(quote!(#[doc = ""] #(#[doc = #lines])*))
}
