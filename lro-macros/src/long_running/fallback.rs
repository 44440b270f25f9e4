//! What stands in for a handler with mistakes: its public signature, so that one mistake is one error and callers compile.

use proc_macro2::TokenStream;
use quote::quote;
use syn::visit_mut::{self, VisitMut};
use syn::{Token, Type, parse_quote};

use super::check::Refused;
use super::shape::Shape;

pub(crate) fn fallback(refused: Refused) -> TokenStream {
    let Refused { arguments, mut handler, metadata, answer, error } = refused;
    if handler.names_its_output()
        && let Some(mut declared) = handler.parts.declared.take()
    {
        Reveal.visit_type_mut(&mut declared);
        handler.publish(answer.output(&arguments, &handler, &declared, &metadata));
    }
    let signature = &mut handler.function.sig;
    if matches!(handler.parts.shape, Shape::Native) && signature.asyncness.is_none() {
        signature.asyncness = Some(Token![async](signature.fn_token.span));
    }
    // `const async` and the like would be further errors.
    signature.constness = None;
    signature.abi = None;
    let errors = error.into_compile_error();
    // Names the contexts, whose imports would be unused otherwise.
    let contexts = handler.contexts.iter().map(|context| &context.ty);
    let function = handler.with_body(&quote!(#(let _ = |_: #contexts| {};)* ::core::unreachable!()));
    quote! {
        #errors
        #[allow(unused)]
        #function
    }
}

/// Puts `()` for each `impl Trait`, which the projection of the public return type cannot have inside.
struct Reveal;

impl VisitMut for Reveal {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::ImplTrait(_) = ty {
            *ty = parse_quote!(());
        }
        visit_mut::visit_type_mut(self, ty);
    }
}
