//! The detached part: the user's own statements, and what goes along with them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, FnArg, PatIdent};

use super::arguments::Arguments;
use super::check::Checked;
use super::expand::local;
use super::handler::Handler;
use super::shape::Shape;
use super::{glue, receiver};

pub(super) fn body(checked: &Checked) -> TokenStream {
    let Checked { arguments, handler, declared, answer, .. } = checked;
    let statements = &handler.parts.body;
    let mut block = TokenStream::new();
    if let Shape::Boxed(_) = handler.parts.shape {
        block.extend(quote!(#(#statements)*));
    } else {
        let brace = handler.function.block.brace_token;
        brace.surround(&mut block, |block| block.extend(quote!(#(#statements)*)));
        block = quote_spanned!(glue(declared.span())=> #[allow(unused_braces)] #block);
    }
    // Never runs: it tells inference the declared type, so that a wrong one is reported at the user's own expression.
    let never = answer.declared(arguments, declared);
    quote_spanned! {glue(declared.span())=>
        if false {
            return #never;
        }
        #block
    }
}

/// What makes `self` outlive the call, before and inside the detached part.
pub(super) fn captured_self(
    handler: &Handler,
    arguments: &Arguments,
) -> (Option<TokenStream>, Option<TokenStream>) {
    let Some(receiver) = handler.receiver() else { return (None, None) };
    let token = &receiver.self_token;
    let name = Ident::new(receiver::NAME, token.span);
    if !handler.borrows_self() {
        let mutability = &handler.parts.mutable_self;
        return (None, Some(quote!(let #mutability #name = #token;)));
    }
    let this = local("__this", token.span);
    let clone = cloned(arguments, token.span, token);
    (Some(quote!(let #this = #clone;)), Some(quote!(let #name = &#this;)))
}

/// A clone of what `self` refers to: written alike, too.
pub(super) fn cloned(arguments: &Arguments, place: Span, service: impl ToTokens) -> TokenStream {
    let private = arguments.private(Span::call_site());
    quote_spanned!(place=> #private::CloneService::clone_service(#service))
}

/// Moves into the detached part what is there for its lifetime alone: a permit, a guard. By custom those have names that
/// begin with an underscore; the others are moved by their use, and unused ones are rightly warned of.
pub(super) fn kept(handler: &Handler) -> TokenStream {
    struct Kept<'ast>(&'ast [Attribute], TokenStream);
    impl<'ast> Visit<'ast> for Kept<'ast> {
        fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
            let ident = &pattern.ident;
            // A `mut` one is moved by its use: it has no other reason to be `mut`.
            if ident.to_string().starts_with('_') && pattern.mutability.is_none() {
                let attributes = self.0.iter().filter(|attribute| attribute.path().is_ident("cfg"));
                self.1.extend(quote! {
                    #(#attributes)*
                    #[allow(clippy::no_effect_underscore_binding, clippy::shadow_same, clippy::used_underscore_binding)]
                    let #ident = #ident;
                });
            }
            visit::visit_pat_ident(self, pattern);
        }
    }
    let mut kept = Kept(&[], TokenStream::new());
    let mut visit = |attributes, pattern| {
        kept.0 = attributes;
        kept.visit_pat(pattern);
    };
    if let Shape::Native = handler.parts.shape {
        handler.function.sig.inputs.iter().for_each(|input| match input {
            FnArg::Typed(input) => visit(&input.attrs, &input.pat),
            FnArg::Receiver(_) => {}
        });
    }
    handler.parts.bindings.iter().for_each(|binding| visit(&binding.attrs, &binding.pat));
    kept.1
}
