//! The handler as it was written: one description for every shape it may come in.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::{Attribute, Expr, Generics, ImplItemFn, Item, Lit, Meta, Receiver, ReceiverKind, Token, Type};

use super::function::Function;
use super::parameter::{ContextParameter, take_contexts};
use super::shape::{self, Parts};
use crate::errors::Errors;

/// A handler, taken apart. Nothing of it is judged yet.
#[derive(Debug)]
pub(crate) struct Handler {
    /// The function without its contexts and its statements.
    pub(crate) function: ImplItemFn,
    /// In place of the body, where there is none.
    pub(crate) semicolon: Option<Token![;]>,
    pub(crate) contexts: Vec<ContextParameter>,
    pub(crate) parts: Parts,
}

impl Handler {
    /// Takes a function apart. Anything else is reported.
    pub(crate) fn parse(item: TokenStream, errors: &Errors) -> Option<Self> {
        match syn::parse2(item.clone()) {
            Ok(function) => Self::new(function, errors),
            Err(error) => {
                errors.push(misplaced(item).unwrap_or(error));
                None
            }
        }
    }

    /// Takes a function apart that is no more than that.
    pub(crate) fn new(mut function: Function, errors: &Errors) -> Option<Self> {
        function.read_body();
        let Function { mut function, semicolon } = function;
        let contexts = take_contexts(&mut function.sig);
        let parts = errors.ok(shape::take_apart(&mut function, semicolon.is_some()))?;
        Some(Self { function, semicolon, contexts, parts })
    }

    pub(crate) fn receiver(&self) -> Option<&Receiver> {
        self.function.sig.receiver()
    }

    /// Whether the receiver is a reference, so that the detached handler needs a clone.
    pub(crate) fn borrows_self(&self) -> bool {
        match self.receiver().map(|receiver| &receiver.kind) {
            Some(ReceiverKind::Reference(..)) => true,
            Some(ReceiverKind::Typed(_, ty)) => matches!(**ty, Type::Reference(_)),
            _ => false,
        }
    }

    /// Whether the return type is one that could be a `Result`: it has a name.
    pub(crate) fn names_its_output(&self) -> bool {
        self.parts.declared.as_ref().is_some_and(is_named)
    }

    /// Gives the signature the return type that callers see.
    pub(crate) fn publish(&mut self, answer: TokenStream) {
        shape::set_output(&mut self.function.sig, &self.parts.shape, Type::Verbatim(answer));
    }

    /// The function with these statements.
    pub(crate) fn with_body(&self, statements: &TokenStream) -> TokenStream {
        let ImplItemFn { attrs, vis, modifiers, sig, block } = &self.function;
        let outer = attrs.iter().filter(|attribute| matches!(attribute.style, syn::AttrStyle::Outer));
        let inner = attrs.iter().filter(|attribute| matches!(attribute.style, syn::AttrStyle::Inner(_)));
        let defaultness = &modifiers.defaultness;
        let statements = self.parts.shape.statements(statements);
        let mut tokens = quote!(#(#outer)* #vis #defaultness #sig);
        match &self.semicolon {
            Some(semicolon) => semicolon.to_tokens(&mut tokens),
            None => block
                .brace_token
                .surround(&mut tokens, |tokens| tokens.extend(quote!(#(#inner)* #statements))),
        }
        tokens
    }

    /// The handler's documentation, without the leading space of each line.
    pub(crate) fn documentation(&self) -> String {
        let lines: Vec<_> = self.function.attrs.iter().filter_map(doc_line).collect();
        lines.join("\n")
    }

    /// `take_snapshot` → `TakeSnapshot`.
    pub(crate) fn rpc_name(&self) -> String {
        let name = self.function.sig.ident.unraw().to_string();
        let words = name.split('_').filter(|word| !word.is_empty());
        let capitalized = words.map(|word| {
            let mut characters = word.chars();
            let first = characters.next().map(char::to_uppercase);
            first.into_iter().flatten().chain(characters).collect::<String>()
        });
        capitalized.collect()
    }

    /// Whether a type makes sense inside of the function alone.
    pub(crate) fn is_local(&self, ty: &Type) -> bool {
        is_of(&self.function.sig.generics, ty)
    }

    pub(crate) fn ident(&self) -> &Ident {
        &self.function.sig.ident
    }
}

/// Whether a type makes sense only where `Self` or one of these types and constants does.
pub(super) fn is_of(generics: &Generics, ty: &Type) -> bool {
    mentions(ty.to_token_stream(), &|ident: &Ident| {
        ident == "Self"
            || generics.type_params().any(|parameter| parameter.ident == *ident)
            || generics.const_params().any(|parameter| parameter.ident == *ident)
    })
}

fn mentions(tokens: TokenStream, is_local: &dyn Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => is_local(&ident),
        TokenTree::Group(group) => mentions(group.stream(), is_local),
        _ => false,
    })
}

fn is_named(ty: &Type) -> bool {
    match ty {
        Type::Group(group) => is_named(&group.elem),
        Type::Paren(paren) => is_named(&paren.elem),
        ty => matches!(ty, Type::Path(_) | Type::Macro(_) | Type::Verbatim(_)),
    }
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    match &meta.value {
        Expr::Lit(literal) if meta.path.is_ident("doc") => match &literal.lit {
            Lit::Str(line) => {
                let line = line.value();
                Some(line.strip_prefix(' ').unwrap_or(&line).to_owned())
            }
            _ => None,
        },
        _ => None,
    }
}

/// What to say about an item that is no function.
fn misplaced(item: TokenStream) -> Option<syn::Error> {
    let item = syn::parse2::<Item>(item).ok()?;
    Some(syn::Error::new_spanned(
        item,
        "`#[long_running]` goes on an `async fn`, or on an `impl` or a `trait` block with some",
    ))
}
