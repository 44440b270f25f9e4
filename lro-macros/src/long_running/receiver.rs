//! `self` → `__self` in a body that runs on a clone, and nothing else.
//!
//! Nested items have a `self` of their own. A macro call is tokens to us: in its tokens every `self` is renamed, except
//! in paths; a call that also contains `fn` might mean the `self` of that function, so it is refused.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprPath, Item, Macro, Stmt};

use super::format;
use crate::errors::Errors;

/// What async-trait calls it, too. It has the span of the `self` it stands for: a name of the user's own, in effect.
pub(crate) const NAME: &str = "__self";

/// Renames `self` in all statements.
pub(crate) fn rename(statements: &mut [Stmt], errors: &Errors) {
    for statement in statements {
        Rename { errors }.visit_stmt_mut(statement);
    }
}

struct Rename<'a> {
    errors: &'a Errors,
}

impl VisitMut for Rename<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        match expression {
            // What syn cannot read: a half-typed body, or syntax that is newer than it.
            Expr::Verbatim(tokens) => {
                if let Some(renamed) = renamed(tokens, false) {
                    *tokens = renamed;
                }
            }
            expression => visit_mut::visit_expr_mut(self, expression),
        }
    }

    fn visit_expr_path_mut(&mut self, expression: &mut ExprPath) {
        visit_mut::visit_expr_path_mut(self, expression);
        if expression.path.is_ident("self") {
            let ident = &mut expression.path.segments[0].ident;
            *ident = Ident::new(NAME, ident.span());
        }
    }

    fn visit_item_mut(&mut self, item: &mut Item) {
        // A local `macro_rules!` can mean our `self`, and so can a call in a statement's place.
        if let Item::Macro(item) = item {
            self.visit_macro_mut(&mut item.mac);
        }
    }

    fn visit_macro_mut(&mut self, call: &mut Macro) {
        let function = find(&call.tokens, &|ident, _| ident == "fn");
        if let (Some(used), Some(_)) = (find(&call.tokens, &is_self), function) {
            let message = "`self` in a macro call that contains `fn` may be that function's own: \
                           give ours another name before the call, `let this = self;`";
            return self.errors.at(used, message);
        }
        let formatting = call.path.segments.last().is_some_and(|name| format::is_formatting(&name.ident));
        if let Some(tokens) = renamed(&call.tokens, formatting) {
            call.tokens = tokens;
        }
    }
}

/// The tokens with every `self` renamed, or `None` where there is none, so that what needs no change keeps its spans.
fn renamed(tokens: &TokenStream, formatting: bool) -> Option<TokenStream> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut changed = false;
    let tokens = trees.iter().enumerate().map(|(index, tree)| {
        let (before, after) = (&trees[..index], &trees[index + 1..]);
        let new: Option<TokenTree> = match tree {
            TokenTree::Ident(ident) if is_self(ident, after) => Some(Ident::new(NAME, ident.span()).into()),
            TokenTree::Literal(literal) if formatting && begins_argument(before) => {
                format::rename_self(literal, NAME).map(Into::into)
            }
            TokenTree::Group(group) => renamed(&group.stream(), is_formatting_call(before)).map(|tokens| {
                let mut new = Group::new(group.delimiter(), tokens);
                new.set_span(group.span());
                new.into()
            }),
            _ => None,
        };
        changed |= new.is_some();
        new.unwrap_or_else(|| tree.clone())
    });
    let tokens = tokens.collect();
    changed.then_some(tokens)
}

/// `self`, but not the one of `self::module`.
fn is_self(ident: &Ident, after: &[TokenTree]) -> bool {
    let is_colon = |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ':');
    ident == "self" && !(after.len() > 1 && after[..2].iter().all(is_colon))
}

fn begins_argument(before: &[TokenTree]) -> bool {
    before.last().is_none_or(|tree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ','))
}

/// Whether a group is the input of a formatting macro: `format!` stands before it.
fn is_formatting_call(before: &[TokenTree]) -> bool {
    match before {
        [.., TokenTree::Ident(name), TokenTree::Punct(punct)] => {
            punct.as_char() == '!' && format::is_formatting(name)
        }
        _ => false,
    }
}

/// The first identifier that qualifies, at any depth.
fn find(tokens: &TokenStream, qualifies: &dyn Fn(&Ident, &[TokenTree]) -> bool) -> Option<Ident> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    trees.iter().enumerate().find_map(|(index, tree)| match tree {
        TokenTree::Ident(ident) if qualifies(ident, &trees[index + 1..]) => Some(ident.clone()),
        TokenTree::Group(group) => find(&group.stream(), qualifies),
        _ => None,
    })
}
