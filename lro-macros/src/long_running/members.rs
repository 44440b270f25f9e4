//! An `impl` or a `trait` block, of whose functions only the signatures are read: one that is half typed takes no other down.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::discouraged::Speculative as _;
use syn::parse::{ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::{Attribute, Generics, ItemImpl, ItemTrait, Token, Visibility, braced, token};

use super::function::Function;

/// A block, and what is in it.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) head: Head,
    /// The head as it was written.
    written: TokenStream,
    braces: token::Brace,
    attributes: Vec<Attribute>,
    pub(crate) members: Vec<Member>,
}

/// What stands before the braces; the braces of these are empty.
#[derive(Debug)]
pub(crate) enum Head {
    Impl(Box<ItemImpl>),
    Trait(Box<ItemTrait>),
}

/// One item of a block.
#[derive(Debug)]
pub(crate) enum Member {
    Function(Box<Function>),
    Other(TokenStream),
}

/// Whether an item is such a block, be it well-formed or not.
pub(crate) fn is_block(item: &TokenStream) -> bool {
    let begins = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.parse::<Option<Token![unsafe]>>()?;
        input.parse::<Option<Token![auto]>>()?;
        let begins = input.peek(Token![impl]) || input.peek(Token![trait]);
        input.parse::<TokenStream>()?;
        Ok(begins)
    };
    begins.parse2(item.clone()).unwrap_or(false)
}

impl Block {
    pub(crate) fn parse(item: TokenStream) -> syn::Result<Self> {
        let mut trees: Vec<_> = item.into_iter().collect();
        let Some(TokenTree::Group(body)) = trees.pop() else {
            return Err(syn::Error::new(Span::call_site(), "`#[long_running]` goes on a block with methods"));
        };
        let written: TokenStream = trees.into_iter().collect();
        let mut empty = Group::new(body.delimiter(), TokenStream::new());
        empty.set_span(body.span());
        let head = Head::parse(quote!(#written #empty))?;
        let parser = |input: ParseStream<'_>| {
            let inside;
            let braces = braced!(inside in input);
            Ok((braces, inside.call(Attribute::parse_inner)?, members(&inside)?))
        };
        let (braces, attributes, members) = parser.parse2(body.into_token_stream())?;
        Ok(Self { head, written, braces, attributes, members })
    }

    pub(crate) fn functions(&mut self) -> impl Iterator<Item = &mut Function> {
        self.members.iter_mut().filter_map(|member| match member {
            Member::Function(function) => Some(&mut **function),
            Member::Other(_) => None,
        })
    }
}

impl ToTokens for Block {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { written, braces, attributes, members, .. } = self;
        written.to_tokens(tokens);
        braces.surround(tokens, |tokens| tokens.extend(quote!(#(#attributes)* #(#members)*)));
    }
}

impl Head {
    fn parse(item: TokenStream) -> syn::Result<Self> {
        let is_trait = syn::parse2::<ItemTrait>(item.clone());
        is_trait.map(Box::new).map(Self::Trait).or_else(|_| syn::parse2(item).map(Box::new).map(Self::Impl))
    }

    pub(crate) fn attributes(&self) -> &[Attribute] {
        match self {
            Self::Impl(block) => &block.attrs,
            Self::Trait(block) => &block.attrs,
        }
    }

    pub(crate) fn generics(&self) -> &Generics {
        match self {
            Self::Impl(block) => &block.generics,
            Self::Trait(block) => &block.generics,
        }
    }

    /// The word that says what it is.
    pub(crate) fn keyword(&self) -> Span {
        match self {
            Self::Impl(block) => block.impl_token.span(),
            Self::Trait(block) => block.trait_token.span(),
        }
    }
}

impl ToTokens for Member {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Function(function) => function.to_tokens(tokens),
            Self::Other(other) => other.to_tokens(tokens),
        }
    }
}

fn members(input: ParseStream<'_>) -> syn::Result<Vec<Member>> {
    let mut members = Vec::new();
    while !input.is_empty() {
        let ahead = input.fork();
        members.push(match ahead.parse() {
            Ok(function) => {
                input.advance_to(&ahead);
                Member::Function(Box::new(function))
            }
            Err(_) => Member::Other(other(input)?),
        });
    }
    Ok(members)
}

/// What is no function, up to the semicolon or the braces that end it. Nothing more need be known of it.
fn other(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() {
        let ends = input.peek(Token![;]) || input.peek(token::Brace);
        input.parse::<TokenTree>()?.to_tokens(&mut tokens);
        if ends {
            break;
        }
    }
    Ok(tokens)
}
