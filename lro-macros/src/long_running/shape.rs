//! The shape that `#[async_trait]` leaves behind. Nothing else in this crate knows of it.
//!
//! A method's attributes expand after its impl's, so what was
//! ```text
//! async fn f(&self, ctx: Context<M>, Pair(a, b): Pair) -> D { self.g(a, b) }
//! ```
//! arrives as
//! ```text
//! fn f<'life0, 'async_trait>(&'life0 self, ctx: Context<M>, __arg2: Pair)
//!     -> Pin<Box<dyn Future<Output = D> + Send + 'async_trait>>
//! where 'life0: 'async_trait, Self: 'async_trait
//! {
//!     Box::pin(async move {
//!         if let Some(__ret) = None::<D> { return __ret; }
//!         let __self = self;
//!         let ctx = ctx;
//!         let Pair(a, b) = { let __arg2 = __arg2; __arg2 };
//!         let __ret: D = { __self.g(a, b) };
//!         __ret
//!     })
//! }
//! ```
//! An `#[instrument]` above ours leaves that future inside one of its own, so it is looked for at any depth.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote_spanned};
use syn::spanned::Spanned as _;
use syn::token::Brace;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Block, Expr, FnArg, GenericArgument, ImplItemFn, Item, Lifetime, Local, Pat, Path, PathArguments,
    ReturnType, Signature, Stmt, Token, Type, TypeParamBound, WherePredicate,
};

use super::glue;

/// How the function says that it is asynchronous.
#[derive(Debug)]
pub(crate) enum Shape {
    /// `async fn`, or an error that is reported elsewhere.
    Native,
    /// What async-trait made of one, with its `Box::pin`.
    Boxed(Path),
    /// A declaration in a trait that names its future: async-trait's, or `-> impl Future<Output = D> + Send`.
    Declared,
}

impl Shape {
    /// The function's statements, from those of its future.
    pub(crate) fn statements(&self, statements: &TokenStream) -> TokenStream {
        match self {
            Self::Native | Self::Declared => statements.clone(),
            Self::Boxed(pin) => quote_spanned!(pin.span()=> #pin(async move { #statements })),
        }
    }

    /// Whether async-trait made up this lifetime.
    pub(crate) fn invents(&self, lifetime: &Lifetime) -> bool {
        let name = lifetime.ident.to_string();
        let number = name.strip_prefix("life").unwrap_or_default();
        match self {
            Self::Native => false,
            Self::Boxed(_) | Self::Declared => {
                name == "async_trait" || !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
            }
        }
    }
}

/// What the user wrote, without the scaffolding.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) shape: Shape,
    pub(crate) declared: Option<Type>,
    /// The `let`s that give the parameters the names that the user wrote, where the signature does not.
    pub(crate) bindings: Vec<Local>,
    pub(crate) body: Vec<Stmt>,
    /// Whether the body sees its own `self` as mutable.
    pub(crate) mutable_self: Option<Token![mut]>,
}

/// Takes a function apart, whose contexts are already out of its signature: what still binds one stays in the body.
pub(crate) fn take_apart(function: &mut ImplItemFn, is_declaration: bool) -> syn::Result<Parts> {
    let signature = &mut function.sig;
    if is_declaration && let Some(declared) = output(signature).cloned() {
        let (bindings, body) = (Vec::new(), Vec::new());
        return Ok(Parts {
            shape: Shape::Declared,
            declared: Some(declared),
            bindings,
            body,
            mutable_self: None,
        });
    }
    let made_by_async_trait = signature.generics.lifetimes().any(|made| made.lifetime.ident == "async_trait");
    if made_by_async_trait && let Some(declared) = output(signature).cloned() {
        let block = std::mem::take(&mut function.block.stmts);
        return boxed(signature, declared, block).ok_or_else(|| {
            let message = "`#[long_running]` does not know this output of `#[async_trait]`: put `#[long_running]` \
                           above the method's other attributes, and keep async-trait up to date";
            syn::Error::new_spanned(&function.sig.ident, message)
        });
    }
    let declared = match &signature.output {
        ReturnType::Type(_, declared) => Some((**declared).clone()),
        ReturnType::Default => None,
    };
    // The body binds `self` anew, so that a `mut` in the signature would be one too many.
    let mutable_self = match signature.inputs.first_mut() {
        Some(FnArg::Receiver(receiver)) => receiver.mutability.take(),
        _ => None,
    };
    let body = std::mem::take(&mut function.block.stmts);
    Ok(Parts { shape: Shape::Native, declared, bindings: Vec::new(), body, mutable_self })
}

fn boxed(signature: &Signature, declared: Type, block: Vec<Stmt>) -> Option<Parts> {
    let Ok([Stmt::Expr(Expr::Call(mut pin), None)]) = <[Stmt; 1]>::try_from(block) else { return None };
    let Some(Expr::Async(future)) = pin.args.first_mut() else { return None };
    let mut body =
        std::mem::replace(&mut future.block, Block { brace_token: Brace::default(), stmts: Vec::new() });
    let mut names = Names { signature, found: None };
    names.visit_block_mut(&mut body);
    let Found { bindings, mutable_self } = names.found?;
    let pin = syn::parse2(moved(pin.func.to_token_stream(), glue(declared.span()))).ok()?;
    let declared = Some(declared);
    Some(Parts { shape: Shape::Boxed(pin), declared, bindings, body: body.stmts, mutable_self })
}

/// Looks for the block that async-trait wrote, and takes out what binds the signature's names.
struct Names<'a> {
    signature: &'a Signature,
    found: Option<Found>,
}

#[derive(Default)]
struct Found {
    bindings: Vec<Local>,
    mutable_self: Option<Token![mut]>,
}

impl VisitMut for Names<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        if self.found.is_some() {
            return;
        }
        if !block.stmts.iter().any(is_result) {
            return visit_mut::visit_block_mut(self, block);
        }
        let mut found = Found::default();
        block.stmts.retain(|statement| {
            let Stmt::Local(local) = statement else { return true };
            let Some(source) = source(local) else { return true };
            if source == "self" {
                found.mutable_self = match &local.pat {
                    Pat::Ident(pattern) => pattern.mutability,
                    _ => None,
                };
                return false;
            }
            let is_parameter = self.signature.inputs.iter().any(|input| match input {
                FnArg::Typed(input) => matches!(&*input.pat, Pat::Ident(pattern) if pattern.ident == *source),
                FnArg::Receiver(_) => false,
            });
            if is_parameter {
                found.bindings.push(local.clone());
            }
            !is_parameter
        });
        self.found = Some(found);
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}
}

/// `let __ret: D = { … };`
fn is_result(statement: &Stmt) -> bool {
    let Stmt::Local(Local { pat: Pat::Type(pattern), .. }) = statement else { return false };
    match &*pattern.pat {
        Pat::Ident(pattern) => pattern.ident == "__ret",
        pattern => matches!(pattern, Pat::Wild(_)),
    }
}

/// The parameter that a `let` names anew: `let x = x;` or `let Pair(a, b) = { let __arg2 = __arg2; __arg2 };`.
fn source(local: &Local) -> Option<&Ident> {
    match &*local.init.as_ref()?.expr {
        Expr::Path(path) => path.path.get_ident(),
        Expr::Block(block) => match block.block.stmts.as_slice() {
            [Stmt::Local(inner), Stmt::Expr(Expr::Path(_), None)] => source(inner),
            _ => None,
        },
        _ => None,
    }
}

/// Whether this is the default body of a trait's method: only there does async-trait ask `Self` for more than a lifetime.
pub(crate) fn is_trait_default(function: &ImplItemFn) -> bool {
    let Some(clause) = &function.sig.generics.where_clause else { return false };
    clause.predicates.iter().any(|predicate| {
        let WherePredicate::Type(predicate) = predicate else { return false };
        let on_self = matches!(&predicate.bounded_ty, Type::Path(ty) if ty.path.is_ident("Self"));
        let is_async_trait = |bound: &TypeParamBound| matches!(bound, TypeParamBound::Lifetime(lifetime) if lifetime.ident == "async_trait");
        on_self && predicate.bounds.len() > 1 && predicate.bounds.iter().any(is_async_trait)
    })
}

/// Sets what the function's future resolves to.
pub(crate) fn set_output(signature: &mut Signature, shape: &Shape, ty: Type) {
    match shape {
        Shape::Boxed(_) | Shape::Declared => {
            // async-trait's own words would point errors about the output at its attribute, once more than ours do.
            let place = glue(ty.span());
            if let ReturnType::Type(_, future) = &mut signature.output
                && let Ok(moved) = syn::parse2(moved(future.to_token_stream(), place))
            {
                **future = moved;
            }
            if let Some(output) = output(signature) {
                *output = ty;
            }
        }
        Shape::Native => {
            let arrow = match &signature.output {
                ReturnType::Type(arrow, _) => *arrow,
                ReturnType::Default => Token![->](signature.ident.span()),
            };
            signature.output = ReturnType::Type(arrow, Box::new(ty));
        }
    }
}

/// The same tokens at another place, but for the lifetimes, whose names are known where they are.
fn moved(tokens: TokenStream, place: Span) -> TokenStream {
    let mut is_lifetime = false;
    let moved = tokens.into_iter().map(|mut tree| {
        if let TokenTree::Group(group) = &tree {
            let mut inner = Group::new(group.delimiter(), moved(group.stream(), place));
            inner.set_span(place);
            tree = TokenTree::Group(inner);
        } else {
            let begins_lifetime = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '\'');
            if !begins_lifetime && !is_lifetime {
                tree.set_span(place);
            }
            is_lifetime = begins_lifetime;
        }
        tree
    });
    moved.collect()
}

/// `D` of `Pin<Box<dyn Future<Output = D> + …>>`, or of `impl Future<Output = D> + …`.
fn output(signature: &mut Signature) -> Option<&mut Type> {
    let ReturnType::Type(_, ty) = &mut signature.output else { return None };
    let bounds = match &mut **ty {
        Type::ImplTrait(future) => &mut future.bounds,
        ty => match argument(argument(ty, "Pin")?, "Box")? {
            Type::TraitObject(object) => &mut object.bounds,
            _ => return None,
        },
    };
    let TypeParamBound::Trait(future) = bounds.first_mut()? else { return None };
    arguments(&mut future.path, "Future")?.find_map(|argument| match argument {
        GenericArgument::AssocType(output) if output.ident == "Output" => Some(&mut output.ty),
        _ => None,
    })
}

/// `T` of `name<T>`.
fn argument<'a>(ty: &'a mut Type, name: &str) -> Option<&'a mut Type> {
    let Type::Path(ty) = ty else { return None };
    arguments(&mut ty.path, name)?.find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn arguments<'a>(path: &'a mut Path, name: &str) -> Option<impl Iterator<Item = &'a mut GenericArgument>> {
    let segment = path.segments.last_mut()?;
    match &mut segment.arguments {
        PathArguments::AngleBracketed(arguments) if segment.ident == name => Some(arguments.args.iter_mut()),
        _ => None,
    }
}
