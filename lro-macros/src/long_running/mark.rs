//! The attribute of one method in a marked `impl` block: found, and given the block's arguments.
//!
//! It stays where it is and expands its method itself. Were it expanded with the block, then what stands above it would come too late
//! (`#[instrument]` would not see the body), and so would `cfg_attr`.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Attribute, Meta, MetaList, Path, Token, parse_quote};

use super::arguments::Arguments;
use crate::errors::Errors;

/// What is known of a marked method from its attributes.
#[derive(Debug)]
pub(crate) struct Mark {
    /// The method's arguments, with the block's for those that it lacks.
    pub(crate) arguments: Arguments,
    /// `#[cfg]`s for what exists with the marked method alone.
    pub(crate) conditions: Vec<TokenStream>,
}

/// Finds the mark among a method's attributes, and hands the block's arguments down to it, as `given`.
pub(crate) fn hand_down(attributes: &mut [Attribute], given: &TokenStream) -> Option<Mark> {
    let mut search = Search { given, arguments: None, conditions: Vec::new() };
    attributes.iter_mut().for_each(|attribute| search.meta(&mut attribute.meta, &[]));
    let Search { arguments, conditions, .. } = search;
    arguments.map(|arguments| Mark { arguments, conditions })
}

/// The `#[cfg]`s among a block's attributes, for what exists with the block alone.
pub(crate) fn conditions(attributes: &[Attribute]) -> Vec<TokenStream> {
    let mut search = Search { given: &TokenStream::new(), arguments: None, conditions: Vec::new() };
    attributes.iter().for_each(|attribute| search.meta(&mut attribute.meta.clone(), &[]));
    search.conditions
}

struct Search<'a> {
    given: &'a TokenStream,
    arguments: Option<Arguments>,
    conditions: Vec<TokenStream>,
}

impl Search<'_> {
    /// Looks at one attribute, and at those in a `cfg_attr`; `under` is what holds where it counts.
    fn meta(&mut self, meta: &mut Meta, under: &[TokenStream]) {
        match meta {
            Meta::List(cfg) if cfg.path.is_ident("cfg") => {
                let predicate = &cfg.tokens;
                self.conditions.push(match under {
                    [] => quote!(#[cfg(#predicate)]),
                    _ => quote!(#[cfg(any(not(all(#(#under),*)), #predicate))]),
                });
            }
            Meta::List(cfg_attr) if cfg_attr.path.is_ident("cfg_attr") => {
                // What cannot be read, the compiler will not be able to read either.
                let Ok((predicate, mut metas)) = conditional.parse2(cfg_attr.tokens.clone()) else { return };
                let under: Vec<_> = under.iter().chain([&predicate]).cloned().collect();
                metas.iter_mut().for_each(|meta| self.meta(meta, &under));
                cfg_attr.tokens = quote!(#predicate, #metas);
            }
            Meta::List(MetaList { path, tokens, .. }) if self.is_mark(path) => {
                *meta = self.mark(path.clone(), tokens.clone(), under);
            }
            Meta::Path(path) if self.is_mark(path) => {
                *meta = self.mark(path.clone(), TokenStream::new(), under);
            }
            _ => {}
        }
    }

    /// Wherever it comes from: the one of this name in a marked block is ours.
    fn is_mark(&self, path: &Path) -> bool {
        self.arguments.is_none() && path.segments.last().is_some_and(|name| name.ident == "long_running")
    }

    fn mark(&mut self, path: Path, own: TokenStream, under: &[TokenStream]) -> Meta {
        let handed_down = self.given;
        let given = quote!(#handed_down, #own);
        // The method's own expansion reports what is wrong with them.
        let unreported = Errors::new();
        let arguments = Arguments::parse(given.clone(), &unreported);
        unreported.forget();
        let private = arguments.private(path.span());
        self.arguments = Some(arguments);
        self.conditions.extend(under.iter().map(|predicate| quote!(#[cfg(#predicate)])));
        // By the full path, as the block consumes it: the name need not be in scope.
        parse_quote!(#private::long_running(#given))
    }
}

/// The predicate of a `cfg_attr`, and its attributes.
fn conditional(input: ParseStream<'_>) -> syn::Result<(TokenStream, Punctuated<Meta, Token![,]>)> {
    let mut predicate = TokenStream::new();
    while !input.peek(Token![,]) {
        input.parse::<TokenTree>()?.to_tokens(&mut predicate);
    }
    input.parse::<Token![,]>()?;
    Ok((predicate, Punctuated::parse_terminated(input)?))
}
