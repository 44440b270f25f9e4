//! `#[long_running]` on a block: it gives the attributes of its methods their defaults, and makes what stands beside it.
//!
//! ```text
//! #[long_running(service = "acme.v1.Disks", on_interrupt = restart)]
//! impl Service {
//!     #[long_running(parent = request.disk)]
//!     async fn copy_disk(&self, request: Request) -> D { … }
//! }
//! ```
//! becomes
//! ```text
//! impl Service {
//!     #[long_running(__block(service = "acme.v1.Disks", on_interrupt = restart), parent = request.disk)]
//!     async fn copy_disk(&self, request: Request) -> D { … }
//! }
//! type CopyDiskOperation = Operation<R, M>;
//! const _: () = {
//!     inventory::submit! { LinkedService { type_id, type_name, reruns: &[
//!         LinkedRerun { method: "acme.v1.Disks/CopyDisk", call: |service, request| rerun(service, request, …) },
//!     ] } }
//! };
//! ```
//! An item beside the block can name its type, which no item inside of a method can.
//!
//! On a trait it hands down `__trait(…)`, and beside it are the aliases, and the checks of the responses that have no body to be in.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident, quote};
use syn::{Generics, LitStr};

use super::alias::alias;
use super::arguments::{Arguments, IN_IMPL, IN_TRAIT};
use super::check::{self, Checked};
use super::function::Function;
use super::handler::{self, Handler, is_parameter};
use super::linked::{Rerun, linked};
use super::mark::{self, Mark};
use super::members::{Block, Head, functions};
use super::submission::constant_response;
use crate::errors::Errors;

pub(crate) fn expand(tokens: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let arguments = Arguments::parse(tokens.clone(), &errors);
    arguments_must_suit_all(&arguments, &errors);
    let Some(mut block) = errors.ok(Block::parse(item.clone())) else {
        let errors = errors.finish().map_err(syn::Error::into_compile_error).err();
        return quote!(#errors #item);
    };
    if let Head::Trait(_) = block.head {
        check::must_be_of_a_declaration(&arguments, &errors);
    }
    let keyword = match block.head {
        Head::Impl(_) => format_ident!("{IN_IMPL}"),
        Head::Trait(_) => format_ident!("{IN_TRAIT}"),
    };
    let mut marks = Vec::new();
    for function in functions(&mut block.members) {
        let given = match &block.head {
            // An entry in the catalogue cannot name what is generic, which the method's own attribute does not see.
            Head::Impl(head) if mentions_parameters(&head.generics, function) => {
                quote!(#keyword(catalog = false, #tokens))
            }
            _ => quote!(#keyword(#tokens)),
        };
        if let Some(mark) = mark::hand_down(&mut function.function.attrs, &given) {
            marks.push((mark, function.clone()));
        }
    }
    some_method_must_be_marked(&block.head, &marks, &errors);
    attempts_must_be_of_a_restart(&arguments, &marks, &errors);

    let conditions = mark::conditions(block.head.attributes());
    let mut beside = TokenStream::new();
    let mut reruns = Vec::new();
    for (mark, function) in marks {
        let Some((checked, own)) = checked(mark, function) else { continue };
        let conditions: Vec<_> = conditions.iter().chain(&own).cloned().collect();
        beside.extend(named(&arguments, &block.head, &checked, &conditions));
        reruns.extend(Rerun::new(checked, own));
    }
    types_must_be_known(&block.head, &reruns, &errors);
    if let Err(error) = errors.finish() {
        beside.extend(error.into_compile_error());
    } else if let Head::Impl(head) = &block.head
        && !reruns.is_empty()
    {
        beside.extend(linked(&arguments, head, &conditions, &reruns));
    }
    quote!(#block #beside)
}

/// Whether the block's types and constants are in the function's signature.
fn mentions_parameters(generics: &Generics, function: &Function) -> bool {
    handler::mentions(function.function.sig.to_token_stream(), &|ident| is_parameter(generics, ident))
}

/// A marked method that has no mistakes. What one with mistakes would have beside it, would only repeat them.
fn checked(
    Mark { arguments, conditions }: Mark,
    mut function: Function,
) -> Option<(Checked, Vec<TokenStream>)> {
    // Only the form that async-trait gives to a function is in its body.
    if function.function.sig.asyncness.is_some() {
        function.function.block.stmts.clear();
    }
    let unreported = Errors::new();
    let Some(handler) = Handler::new(function, &unreported) else {
        unreported.forget();
        return None;
    };
    let checked = check::check(arguments, handler, unreported).ok()?;
    Some((checked, conditions))
}

/// What has a name of its own beside the block, or could not stand in it.
fn named(arguments: &Arguments, head: &Head, checked: &Checked, conditions: &[TokenStream]) -> TokenStream {
    let is_wanted = arguments.aliases.value().is_none_or(|aliases| aliases.value);
    // A trait's implementation has what the trait has.
    let is_of_a_trait = matches!(head, Head::Impl(block) if block.trait_.is_some());
    let alias = (is_wanted && !is_of_a_trait).then(|| alias(head, checked, conditions)).flatten();
    let is_known = |ty| !checked.handler.is_local(ty) && !handler::is_of(head.generics(), ty);
    let response = match head {
        Head::Trait(_) if is_known(&checked.declared) && is_known(&checked.metadata) => {
            let response = constant_response(checked);
            Some(quote!(#(#conditions)* #[allow(deprecated)] #response))
        }
        _ => None,
    };
    quote!(#alias #response)
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

fn some_method_must_be_marked(head: &Head, marks: &[(Mark, Function)], errors: &Errors) {
    if marks.is_empty() {
        errors.push(syn::Error::new(
            head.keyword(),
            "no method of this block is long-running: put `#[long_running]` on those that are, too, \
             since here it only gives them their defaults",
        ));
    }
}

fn attempts_must_be_of_a_restart(arguments: &Arguments, marks: &[(Mark, Function)], errors: &Errors) {
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
fn types_must_be_known(head: &Head, reruns: &[Rerun], errors: &Errors) {
    if head.generics().params.is_empty() {
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
