//! `#[long_running]` on an `impl` block: it gives the attributes of its methods their defaults, and links those that can run again.
//!
//! ```text
//! #[long_running(service = "acme.v1.Disks", on_interrupt = restart)]
//! impl Disks for Service {
//!     #[long_running(parent = request.disk)]
//!     async fn copy(&self, request: Request) -> D { … }
//! }
//! ```
//! becomes
//! ```text
//! impl Disks for Service {
//!     #[long_running(__block(service = "acme.v1.Disks", on_interrupt = restart), parent = request.disk)]
//!     async fn copy(&self, request: Request) -> D { … }
//! }
//! const _: () = {
//!     inventory::submit! { LinkedService { type_id, type_name, reruns: &[
//!         LinkedRerun { method: "acme.v1.Disks/Copy", call: |service, request| rerun(service, request, …) },
//!     ] } }
//! };
//! ```
//! An item beside the block can name its type, which no item inside of a method can.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::parse::{ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::{Attribute, ImplItem, ItemImpl, LitStr, Receiver, Token};

use super::arguments::Arguments;
use super::check::{self, Checked};
use super::expand::{cloned, described, names};
use super::glue;
use super::handler::Handler;
use super::mark::{self, Mark};
use super::request::RequestParameter;
use crate::errors::Errors;

/// A method that can run again, and the `#[cfg]`s under which there is one.
struct Rerun {
    checked: Checked,
    receiver: Receiver,
    request: RequestParameter,
    conditions: Vec<TokenStream>,
}

/// Whether an item is an `impl` block, be it well-formed or not.
pub(crate) fn is_one(item: &TokenStream) -> bool {
    let begins = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Option<Token![unsafe]>>()?;
        let begins = input.peek(Token![impl]);
        input.parse::<TokenStream>()?;
        Ok(begins)
    };
    begins.parse2(item.clone()).unwrap_or(false)
}

pub(crate) fn expand(tokens: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let arguments = Arguments::parse(tokens.clone(), &errors);
    arguments_must_suit_all(&arguments, &errors);
    let Some(mut block) = errors.ok(syn::parse2::<ItemImpl>(item.clone())) else {
        let errors = errors.finish().map_err(syn::Error::into_compile_error).err();
        return quote!(#errors #item);
    };
    let mut marks = Vec::new();
    for item in &mut block.items {
        if let ImplItem::Fn(function) = item
            && let Some(mark) = mark::hand_down(&mut function.attrs, &tokens)
        {
            marks.push((mark, function.to_token_stream()));
        }
    }
    some_method_must_be_marked(&block, &marks, &errors);
    attempts_must_be_of_a_restart(&arguments, &marks, &errors);
    let reruns: Vec<_> = marks.into_iter().filter_map(|(mark, function)| rerun(mark, function)).collect();
    types_must_be_known(&block, &reruns, &errors);
    let linked = match errors.finish() {
        Ok(()) if reruns.is_empty() => None,
        Ok(()) => Some(linked(&arguments, &block, &reruns)),
        Err(error) => Some(error.into_compile_error()),
    };
    quote!(#block #linked)
}

/// The method, if it can run again. One with mistakes cannot: its own expansion reports them.
fn rerun(Mark { arguments, conditions }: Mark, function: TokenStream) -> Option<Rerun> {
    arguments.restart()?;
    let unreported = Errors::new();
    let Some(handler) = Handler::parse(function, &unreported) else {
        unreported.forget();
        return None;
    };
    let mut checked = check::check(arguments, handler, unreported).ok()?;
    // A function's service is its state, of whatever type: `Operations::restart` is for those.
    let receiver = checked.handler.receiver().cloned()?;
    let request = checked.request.take()?;
    Some(Rerun { checked, receiver, request, conditions })
}

/// What a block says, it says of all of its methods.
fn arguments_must_suit_all(arguments: &Arguments, errors: &Errors) {
    for keyword in arguments.of_one_method() {
        errors.at(
            keyword,
            format_args!("`{keyword}` is one method's own: give it in the method's `#[long_running(…)]`"),
        );
    }
}

fn some_method_must_be_marked(block: &ItemImpl, marks: &[(Mark, TokenStream)], errors: &Errors) {
    if marks.is_empty() {
        errors.at(
            block.impl_token,
            "no method of this block is long-running: put `#[long_running]` on those that are, too, \
             since here it only gives them their defaults",
        );
    }
}

fn attempts_must_be_of_a_restart(arguments: &Arguments, marks: &[(Mark, TokenStream)], errors: &Errors) {
    let restarts = marks.iter().any(|(mark, _)| mark.arguments.restart().is_some());
    let known = !marks.is_empty() && !arguments.misread;
    if let Some(keyword) = arguments.max_attempts.keyword()
        && known
        && !restarts
    {
        errors.at(
            keyword,
            format_args!(
                "`{keyword}` bounds the runs of `on_interrupt = restart`, which no method of this block has"
            ),
        );
    }
}

/// What is linked is one service: a generic one is as many as it has types, and none of them is known here.
fn types_must_be_known(block: &ItemImpl, reruns: &[Rerun], errors: &Errors) {
    if block.generics.params.is_empty() {
        return;
    }
    for Rerun { checked, .. } in reruns {
        let name = checked.handler.ident();
        let service = checked.arguments.service.value().map_or_else(|| "service".to_owned(), LitStr::value);
        let rpc = checked.rpc_name();
        errors.at(
            name,
            format_args!(
                "a method of a generic `impl` cannot be linked for another run, since its types are not known here: \
                 leave `#[long_running]` off the block, and register the method with its types, \
                 `operations.restart(\"{service}/{rpc}\", path)`"
            ),
        );
    }
}

fn linked(arguments: &Arguments, block: &ItemImpl, reruns: &[Rerun]) -> TokenStream {
    let private = arguments.private(Span::call_site());
    let service = &block.self_ty;
    let span = glue(service.span());
    let type_id = quote_spanned!(span=> ::core::any::TypeId::of::<#service>);
    let type_name = quote_spanned!(span=> ::core::any::type_name::<#service>);
    let reruns = reruns.iter().map(|rerun| linked_rerun(block, rerun));
    // What is deprecated still has to run again.
    quote! {
        #[allow(deprecated)]
        const _: () = {
            #private::inventory::submit! {
                #private::LinkedService { type_id: #type_id, type_name: #type_name, reruns: &[#(#reruns),*] }
            }
        };
    }
}

fn linked_rerun(block: &ItemImpl, Rerun { checked, conditions, receiver, request }: &Rerun) -> TokenStream {
    let (service, rpc) = names(checked);
    let ty = &block.self_ty;
    let method = checked.handler.ident();
    let path = match &block.trait_ {
        Some((name, _)) => quote!(<#ty as #name>::#method),
        None => quote!(<#ty>::#method),
    };
    let described = described(checked, &request.ty);
    let this = Ident::new("__service", receiver.self_token.span);
    let clone = cloned(&checked.arguments, this.span(), &this);
    let private = checked.arguments.private(method.span());
    quote_spanned! {glue(method.span())=>
        #(#conditions)*
        #private::LinkedRerun {
            method: ::core::concat!(#service, "/", #rpc),
            call: |__service, __stored| {
                #private::rerun(__service, __stored, #described, |#this: &#ty, __request| {
                    let __service = #clone;
                    async move { ::core::mem::drop(#path(&__service, __request).await) }
                })
            },
        }
    }
}
