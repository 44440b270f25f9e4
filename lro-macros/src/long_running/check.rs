//! What a long-running handler must be: a flat list of rules, all of which are tried.

use syn::visit::Visit;
use syn::{LitStr, Safety, Type, TypeImplTrait, parse_quote};

use super::answer::Answer;
use super::arguments::Arguments;
use super::handler::Handler;
use super::owned;
use super::parameter::ContextParameter;
use super::receiver;
use super::request::{self, RequestParameter};
use super::restart;
use super::shape::{self, Shape};
use crate::errors::Errors;

/// A handler that keeps every rule. Only [`check`] makes one, and only one of these can be expanded.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) arguments: Arguments,
    pub(crate) handler: Handler,
    pub(crate) declared: Type,
    pub(crate) context: Option<ContextParameter>,
    pub(crate) request: Option<RequestParameter>,
    pub(crate) metadata: Type,
    pub(crate) answer: Answer,
}

impl Checked {
    /// The rpc's name, `TakeSnapshot`.
    pub(crate) fn rpc_name(&self) -> String {
        self.arguments.name.value().map_or_else(|| self.handler.rpc_name(), LitStr::value)
    }
}

/// A handler with mistakes, and all of them.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) arguments: Arguments,
    pub(crate) handler: Handler,
    pub(crate) metadata: Type,
    pub(crate) answer: Answer,
    pub(crate) error: syn::Error,
}

/// Tries every rule, and renames `self` in the body.
pub(crate) fn check(
    arguments: Arguments,
    mut handler: Handler,
    errors: Errors,
) -> Result<Checked, Box<Refused>> {
    must_be_async(&handler, &errors);
    must_have_a_body_of_its_own(&arguments, &handler, &errors);
    arguments_must_be_of_a_method(&arguments, &errors);
    must_be_an_ordinary_function(&handler, &errors);
    owned::receiver_must_be_kept(&handler, &errors);
    owned::parameters_must_be_owned(&handler, &errors);
    owned::lifetimes_must_not_show(&handler, &errors);
    context_must_be_one(&handler, &errors);
    metadata_must_have_one_source(&arguments, &handler, &errors);
    output_must_be_a_result(&handler, &errors);
    let request = if arguments.in_trait {
        None
    } else {
        engine_must_be_known(&arguments, &handler, &errors);
        restart::must_be_possible(&arguments, &handler, &errors);
        request::find(&arguments, &mut handler, &errors)
    };
    if handler.receiver().is_some() {
        receiver::rename(&mut handler.parts.body, &errors);
    }

    let metadata = metadata(&arguments, &handler);
    let answer = Answer::new(&arguments, handler.parts.declared.as_ref());
    match (errors.finish(), handler.parts.declared.clone()) {
        (Ok(()), Some(declared)) => {
            let context = handler.contexts.pop();
            Ok(Checked { arguments, handler, declared, context, request, metadata, answer })
        }
        (result, _) => {
            let error = result.err().unwrap_or_else(|| missing_output(&handler));
            Err(Box::new(Refused { arguments, handler, metadata, answer, error }))
        }
    }
}

fn metadata(arguments: &Arguments, handler: &Handler) -> Type {
    let from_context = handler.contexts.iter().find_map(|context| context.metadata.as_ref());
    from_context.or(arguments.metadata.value()).cloned().unwrap_or_else(|| parse_quote!(()))
}

/// The handler becomes a future that is spawned.
fn must_be_async(handler: &Handler, errors: &Errors) {
    let signature = &handler.function.sig;
    if matches!(handler.parts.shape, Shape::Native) && signature.asyncness.is_none() {
        errors.at(
            signature.fn_token,
            format_args!("a long-running handler is an `async fn`: write `async fn {}`", signature.ident),
        );
    }
}

/// A trait's declaration has no handler, and in a default body `Self` may be no service at all.
fn must_have_a_body_of_its_own(arguments: &Arguments, handler: &Handler, errors: &Errors) {
    let is_default = arguments.in_trait || shape::is_trait_default(&handler.function);
    match handler.semicolon {
        Some(_) if !arguments.in_trait => errors.at(
            handler.ident(),
            "there is no body here that could run: for a method that a trait declares, put `#[long_running]` on the trait, too",
        ),
        None if is_default => errors.at(
            handler.ident(),
            format_args!(
                "a trait's default body cannot be long-running, since nothing is known of `Self` there: declare it, \
                 `async fn {}(…) -> …;`, and put `#[long_running]` on the method of each implementation",
                handler.ident()
            ),
        ),
        _ => {}
    }
}

/// Some arguments are a block's, and some a handler's, which a trait's declaration is not.
fn arguments_must_be_of_a_method(arguments: &Arguments, errors: &Errors) {
    if let Some(keyword) = arguments.aliases.keyword() {
        errors.at(
            keyword,
            format_args!("`{keyword}` is of a whole block: give it in the block's `#[long_running(…)]`"),
        );
    }
    if arguments.in_trait {
        must_be_of_a_declaration(arguments, errors);
    }
}

/// What a trait declares is how a method is called, and not what it does.
pub(crate) fn must_be_of_a_declaration(arguments: &Arguments, errors: &Errors) {
    for keyword in arguments.of_a_handler() {
        errors.at(
            keyword,
            format_args!(
                "`{keyword}` belongs to a handler, and a trait has none: give it in the `#[long_running(…)]` of the implementation"
            ),
        );
    }
}

fn must_be_an_ordinary_function(handler: &Handler, errors: &Errors) {
    let signature = &handler.function.sig;
    if let Some(keyword) = &signature.constness {
        errors.at(keyword, "a long-running handler cannot be `const`");
    }
    match &signature.safety {
        Safety::Unsafe(keyword) => errors.at(keyword, "a long-running handler cannot be `unsafe`"),
        Safety::Safe(keyword) => {
            errors.at(keyword, "a long-running handler cannot be `safe`: it is no foreign function")
        }
        Safety::Default => {}
    }
    if let Some(abi) = &signature.abi {
        errors.at(abi, "a long-running handler cannot be `extern`");
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(variadic, "a long-running handler cannot be variadic");
    }
}

fn context_must_be_one(handler: &Handler, errors: &Errors) {
    for context in &handler.contexts {
        if matches!(context.ty, Type::Reference(_)) {
            errors.at(&context.ty, "the context is the handler's own: take it by value");
        }
        if context.metadata.is_none() {
            errors.at(
                &context.ty,
                "this context needs its metadata type as its one argument: `Context<Metadata>`",
            );
        }
        if let Some(attribute) = context.attributes.first() {
            errors.at(
                attribute,
                "the context is no parameter of the public function, so it cannot have attributes",
            );
        }
    }
    for second in handler.contexts.iter().skip(1) {
        errors.at(&second.ty, "a handler has one context: this is another");
    }
}

fn metadata_must_have_one_source(arguments: &Arguments, handler: &Handler, errors: &Errors) {
    if let (Some(keyword), Some(_)) = (arguments.metadata.keyword(), handler.contexts.first()) {
        errors.at(keyword, "the handler's `Context` says what its metadata is: leave `metadata` out");
    }
}

/// Aliases of `Result` are welcome, so any named type passes here. The rest is up to the runtime's `Reply`.
fn output_must_be_a_result(handler: &Handler, errors: &Errors) {
    let Some(declared) = &handler.parts.declared else { return errors.push(missing_output(handler)) };
    if let Some(hidden) = hidden_type(declared) {
        errors.at(
            hidden,
            "a long-running handler names its types, because its result is stored: replace this `impl Trait`",
        );
    } else if !handler.names_its_output() {
        errors.at(declared, "a long-running handler returns `Result<Response, Status>`");
    }
}

fn missing_output(handler: &Handler) -> syn::Error {
    let message = "a long-running handler returns `Result<Response, Status>`: there is no return type here";
    syn::Error::new_spanned(handler.ident(), message)
}

/// The first `impl Trait` inside of a type.
pub(crate) fn hidden_type(ty: &Type) -> Option<&TypeImplTrait> {
    struct Hidden<'ast>(Option<&'ast TypeImplTrait>);
    impl<'ast> Visit<'ast> for Hidden<'ast> {
        fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
            self.0 = self.0.or(Some(ty));
        }
    }
    let mut visitor = Hidden(None);
    visitor.visit_type(ty);
    visitor.0
}

/// A method finds the engine in `self.operations`. A function without `self` has no such place.
fn engine_must_be_known(arguments: &Arguments, handler: &Handler, errors: &Errors) {
    if handler.receiver().is_none() && arguments.operations.value().is_none() && !arguments.misread {
        errors.at(
            handler.ident(),
            "a handler without `self` says where its engine is: \
             `#[long_running(operations = app.operations)]`, with `app` among its parameters",
        );
    }
}
