//! What a handler must be so that another process can run it again: it is called with a registered service and the stored request, and
//! with nothing else.

use syn::{FnArg, GenericParam, ReceiverKind, Type};

use super::arguments::Arguments;
use super::handler::Handler;
use super::request::is_state;
use crate::errors::Errors;

pub(super) fn must_be_possible(arguments: &Arguments, handler: &Handler, errors: &Errors) {
    let Some(keyword) = arguments.restart() else {
        if let Some(attempts) = arguments.max_attempts.keyword()
            && !arguments.misread
        {
            errors.at(
                attempts,
                "`max_attempts` bounds the runs of `on_interrupt = restart`, which is not here",
            );
        }
        return;
    };
    service_must_be_known(keyword, handler, errors);
    types_must_be_known(handler, errors);
}

fn service_must_be_known(keyword: &syn::Ident, handler: &Handler, errors: &Errors) {
    let signature = &handler.function.sig;
    if let Some(receiver) = handler.receiver() {
        if !matches!(&receiver.kind, ReceiverKind::Reference(_, _, None)) {
            errors.at(
                receiver,
                format_args!(
                    "with `{keyword} = restart` the handler is called on a registered service: take `&self`"
                ),
            );
        }
        return;
    }
    let states =
        signature.inputs.iter().filter(|input| matches!(input, FnArg::Typed(input) if is_state(&input.ty)));
    if states.count() != 1 {
        errors.at(
            handler.ident(),
            format_args!(
                "with `{keyword} = restart` a function gets its registered service as its state: \
                 `State(app): State<App>` as one of its two parameters, beside a `Context`"
            ),
        );
    }
}

fn types_must_be_known(handler: &Handler, errors: &Errors) {
    let signature = &handler.function.sig;
    for parameter in &signature.generics.params {
        if let GenericParam::Type(_) | GenericParam::Const(_) = parameter {
            errors.at(
                parameter,
                "nobody knows this when the handler runs again: a generic function cannot restart, \
                 but a function that calls it with types can",
            );
        }
    }
    for input in &signature.inputs {
        if let FnArg::Typed(input) = input
            && matches!(*input.ty, Type::ImplTrait(_))
        {
            errors.at(&input.ty, "the stored request is decoded as one type: name it");
        }
    }
}
