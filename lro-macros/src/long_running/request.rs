//! Which parameter is the request: the one that two calls with one request id are compared by, and that another run gets.
//!
//! `self`, the context and axum's `State` are no part of a call. All the rest is, so there may be one more: of two, the other would
//! be left out of the comparison in silence.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{FnArg, Pat, PatType, Signature, Stmt, Type, parse_quote};

use super::arguments::Arguments;
use super::handler::Handler;
use super::parameter::last_segment;
use crate::errors::Errors;

/// The request's parameter, under the one name by which it can be borrowed as a whole.
#[derive(Debug)]
pub(crate) struct RequestParameter {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

/// Finds the request, if an argument needs one.
pub(crate) fn find(
    arguments: &Arguments,
    handler: &mut Handler,
    errors: &Errors,
) -> Option<RequestParameter> {
    let keyword = arguments.restart().or(arguments.request_id.keyword())?;
    let restarts = arguments.restart().is_some();
    let candidates: Vec<_> = candidates(&handler.function.sig).collect();
    // A wrapper says that it is one. Without any, the first parameter is as good a guess as another.
    let chosen = candidates.iter().position(|(_, parameter)| is_wrapper(&parameter.ty)).unwrap_or(0);
    for (index, (_, other)) in candidates.iter().enumerate() {
        if index != chosen {
            errors.at(
                &other.ty,
                format_args!(
                    "with `{keyword}` all that a call says is in one request, since {}: \
                     beside it there can be `self`, a `Context` and a `State<…>`, and no further parameter",
                    if restarts {
                        "that alone is stored for another run"
                    } else {
                        "two calls are compared by it"
                    }
                ),
            );
        }
    }
    let Some(&(position, _)) = candidates.get(chosen) else {
        errors.at(
            keyword,
            format_args!(
                "`{keyword}` {} requests, so the handler takes one: `request: Request`, \
                 `ProtoJson(request): ProtoJson<Request>` or `request: tonic::Request<Request>`",
                if restarts { "stores" } else { "compares" }
            ),
        );
        return None;
    };
    borrowable(handler, position)
}

/// The parameter that says what is asked for, as far as the catalogue can tell: the one in the wrapper of a wire, or the only one. Whether it is
/// a payload, the compiler will know.
pub(super) fn told<'a>(arguments: &Arguments, signature: &'a Signature) -> Option<&'a Type> {
    let engine = arguments.operations.value().map(ToTokens::to_token_stream).map(|engine| engine.to_string());
    let is_engine = |pattern: &Pat| {
        engine.as_ref().is_some_and(|engine| pattern.to_token_stream().to_string() == *engine)
    };
    let candidates = candidates(signature).map(|(_, parameter)| parameter);
    let candidates: Vec<_> =
        candidates.filter(|parameter| !is_engine(&parameter.pat)).map(|parameter| &*parameter.ty).collect();
    let wrappers: Vec<_> = candidates.iter().copied().filter(|ty| is_wrapper(ty)).collect();
    match (&*wrappers, &*candidates) {
        ([request], _) | ([], [request]) => Some(request),
        _ => None,
    }
}

/// What may be the request, by its position.
fn candidates(signature: &Signature) -> impl Iterator<Item = (usize, &PatType)> {
    signature.inputs.iter().enumerate().filter_map(|(position, input)| match input {
        FnArg::Typed(parameter) if !is_state(&parameter.ty) => Some((position, parameter)),
        _ => None,
    })
}

pub(super) fn is_state(ty: &Type) -> bool {
    matches!(last_segment(ty), Some((name, Some(_))) if name == "State")
}

fn is_wrapper(ty: &Type) -> bool {
    matches!(last_segment(ty), Some((name, Some(_))) if ["Json", "ProtoJson", "Request"].iter().any(|wrapper| name == wrapper))
}

/// Gives the parameter a name, and takes what its pattern binds out of it afterwards.
fn borrowable(handler: &mut Handler, position: usize) -> Option<RequestParameter> {
    let FnArg::Typed(parameter) = handler.function.sig.inputs.iter_mut().nth(position)? else { return None };
    let ty = (*parameter.ty).clone();
    if let Pat::Ident(pattern) = &*parameter.pat {
        return Some(RequestParameter { name: pattern.ident.clone(), ty });
    }
    // What async-trait leaves behind has a name already, and its own `let`.
    let name = Ident::new("request", Span::mixed_site());
    let pattern = std::mem::replace(&mut *parameter.pat, parse_quote!(#name));
    if let Stmt::Local(binding) = parse_quote!(let #pattern = #name;) {
        handler.parts.bindings.push(binding);
    }
    Some(RequestParameter { name, ty })
}
