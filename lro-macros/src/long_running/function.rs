//! A function, read in two steps: its signature, and then its body.
//!
//! Editors expand what is half typed. A body that cannot be read stays the tokens that it is, so that callers still see the right
//! signature, and the editor still finds its place in the body. It is no mistake of ours to report: the compiler has read the item before
//! it came here, so either it has reported the body, or it knows syntax that syn does not.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, Block, Expr, FnModifiers, ImplItemFn, Stmt, Token, braced, token};

/// A function with a body, or with a semicolon in its place.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    /// With its body as one piece of tokens, until it is [read](Self::read_body).
    pub(crate) function: ImplItemFn,
    pub(crate) semicolon: Option<Token![;]>,
}

impl Function {
    /// Reads the body, if it can be.
    pub(crate) fn read_body(&mut self) {
        if let [Stmt::Expr(Expr::Verbatim(body), None)] = self.function.block.stmts.as_slice()
            && let Ok(statements) = Block::parse_within.parse2(body.clone())
        {
            self.function.block.stmts = statements;
        }
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let mut modifiers = FnModifiers::default();
        modifiers.defaultness = input.parse()?;
        let mut function = ImplItemFn {
            attrs,
            vis,
            modifiers,
            sig: input.parse()?,
            block: Block { brace_token: token::Brace::default(), stmts: Vec::new() },
        };
        let semicolon: Option<Token![;]> = input.parse()?;
        if semicolon.is_none() {
            let body;
            function.block.brace_token = braced!(body in input);
            function.attrs.extend(body.call(Attribute::parse_inner)?);
            function.block.stmts.push(Stmt::Expr(Expr::Verbatim(body.parse()?), None));
        }
        Ok(Self { function, semicolon })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ImplItemFn { attrs, vis, modifiers, sig, .. } = &self.function;
        match &self.semicolon {
            Some(semicolon) => {
                let defaultness = &modifiers.defaultness;
                tokens.extend(quote!(#(#attrs)* #vis #defaultness #sig #semicolon));
            }
            None => self.function.to_tokens(tokens),
        }
    }
}
