//! What outlives the call owns what it has: the rules about the receiver, the parameters and lifetimes.

use syn::visit::{self, Visit};
use syn::{
    FnArg, Lifetime, ParenthesizedGenericArguments, Pat, PatIdent, ReceiverKind, TraitBound, Type, TypeFnPtr,
    TypeReference,
};

use super::handler::Handler;
use crate::errors::Errors;

/// A shared reference is cloned and a value is moved; an exclusive reference has nothing that could stand for it.
pub(super) fn receiver_must_be_kept(handler: &Handler, errors: &Errors) {
    let Some(receiver) = handler.receiver() else { return };
    let kept = match &receiver.kind {
        ReceiverKind::Reference(_, _, exclusive) => exclusive.is_none(),
        ReceiverKind::Typed(_, ty) => match &**ty {
            Type::Reference(reference) => reference.mutability.is_none() && !borrows(&reference.elem),
            ty => !borrows(ty),
        },
        _ => true,
    };
    if !kept {
        errors.at(
            receiver,
            "the handler outlives the call, so it cannot keep this `self`: \
             take `&self`, of which it gets a clone, or `self: Arc<Self>`",
        );
    }
}

/// The handler outlives the call, and with it everything the call could lend.
pub(super) fn parameters_must_be_owned(handler: &Handler, errors: &Errors) {
    for input in &handler.function.sig.inputs {
        let FnArg::Typed(parameter) = input else { continue };
        if borrows(&parameter.ty) {
            errors.at(
                &parameter.ty,
                "the handler outlives the call, so its parameters are owned: take this by value",
            );
        }
        ref_must_not_bind(&parameter.pat, errors);
    }
    for binding in &handler.parts.bindings {
        ref_must_not_bind(&binding.pat, errors);
    }
}

fn ref_must_not_bind(pattern: &Pat, errors: &Errors) {
    struct Refs<'a>(&'a Errors);
    impl<'ast> Visit<'ast> for Refs<'_> {
        fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
            if let Some(keyword) = &pattern.by_ref {
                self.0.at(
                    keyword,
                    "the handler outlives the call, so its parameters are owned: bind this by value",
                );
            }
            visit::visit_pat_ident(self, pattern);
        }
    }
    Refs(errors).visit_pat(pattern);
}

/// Whether the type has a lifetime of the caller's in it. Those that a signature inside it binds are its own affair.
fn borrows(ty: &Type) -> bool {
    struct Borrows(bool);
    impl<'ast> Visit<'ast> for Borrows {
        fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
            self.0 |= reference.lifetime.is_none();
            visit::visit_type_reference(self, reference);
        }

        fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
            // async-trait adds its own to an `impl Trait`, where it lends nothing.
            self.0 |= lifetime.ident != "static" && lifetime.ident != "async_trait";
        }

        fn visit_trait_bound(&mut self, bound: &'ast TraitBound) {
            if bound.lifetimes.is_none() {
                visit::visit_trait_bound(self, bound);
            }
        }

        fn visit_parenthesized_generic_arguments(&mut self, _: &'ast ParenthesizedGenericArguments) {}

        fn visit_type_fn_ptr(&mut self, _: &'ast TypeFnPtr) {}
    }
    let mut visitor = Borrows(false);
    visitor.visit_type(ty);
    visitor.0
}

/// What callers get back borrows nothing, so a named lifetime could only mislead them.
pub(super) fn lifetimes_must_not_show(handler: &Handler, errors: &Errors) {
    let signature = &handler.function.sig;
    let named = signature.generics.lifetimes().map(|parameter| &parameter.lifetime);
    let named = named.filter(|lifetime| !handler.parts.shape.invents(lifetime));
    let blamed =
        signature.inputs.iter().any(|input| matches!(input, FnArg::Typed(input) if borrows(&input.ty)));
    for lifetime in named.filter(|_| !blamed) {
        errors.at(lifetime, "the handler outlives the call, so it has no use for a lifetime: leave it out");
    }
}
