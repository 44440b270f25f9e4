//! The expansion: a checked handler becomes a start of its operation.
//!
//! ```text
//! async fn take_snapshot(&self, ctx: Context<M>, request: Request) -> D { self.copy(request).await }
//! ```
//! becomes
//! ```text
//! async fn take_snapshot(&self, request: Request) -> <D as Reply<M>>::Started {
//!     use {NoResult as _, Unfit as _};
//!     const __METHOD: &Method = &Method { service, name, documentation, on_interrupt, timeout, http };
//!     inventory::submit! { LinkedMethod { method: __METHOD, request, keeps_request, response, metadata } }
//!     let __this = CloneService::clone_service(self);
//!     let __start = Start::new(__METHOD, &(self.operations));
//!     let __start = __start.parent(&(request.disk));
//!     let __start = __start.validated(request.check());   // and so for the other arguments
//!     Types::<M, D, Handle>::new(__start, <M as Payload>::initial()).run(move |ctx: Context<M>| async move {
//!         let __self = &__this;
//!         if false { return Never::<D>::of(<_ as Payload>::initial, <_ as Failure>::into_status); }
//!         { __self.copy(request).await }
//!     }).await
//! }
//! ```
//! In a tonic service `grpc::Tonic` stands in the place of `Handle`, and all of the last statement in `Started::answer(…)`.
//! A mistake in a type is one error: of what is no `Result`, where the signature mentions it; of metadata, a response or an error, at the
//! `<M as Payload>` or `<_ as …>`, which have the places of the user's words. All else, through `Types`, asks and does not demand.
//! Parameters are named outside the detached part, so that hooks see them; what the body does not use, stays there.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned as _;

use super::body::{body, captured_self, kept};
use super::check::Checked;
use super::request::RequestParameter;
use super::submission::{is_constant, responds_as_said, submission};
use super::{duration, glue};
pub(crate) fn expand(checked: Checked) -> TokenStream {
    if checked.handler.semicolon.is_some() {
        return published(checked, &TokenStream::new());
    }
    let method = method(&checked);
    let submission = submission(&checked);
    let (request, packed) = packed(&checked);
    let said = responds_as_said(&checked).map(|said| quote!(#said();));
    let unfit = unfit(&checked);
    let bindings = &checked.handler.parts.bindings;
    let run = run(&checked);
    let statements = quote! {
        #unfit
        #method
        #request
        #submission
        #said
        #packed
        #(#bindings)*
        #run
    };
    published(checked, &statements)
}

/// The public method, with these statements if it has a body.
fn published(checked: Checked, statements: &TokenStream) -> TokenStream {
    let Checked { arguments, mut handler, declared, metadata, answer, .. } = checked;
    handler.publish(answer.output(&arguments, &handler, &declared, &metadata));
    handler.with_body(statements)
}

fn method(checked: &Checked) -> TokenStream {
    let Checked { arguments, handler, .. } = checked;
    let private = arguments.private(Span::call_site());
    let (service, name) = names(checked);
    let documentation = handler.documentation();
    let on_interrupt = match (arguments.restart(), arguments.max_attempts.value()) {
        (None, _) => quote!(Fail),
        (Some(_), None) => quote!(Restart { max_attempts: #private::MAX_ATTEMPTS }),
        (Some(_), Some(attempts)) => quote!(Restart { max_attempts: #attempts }),
    };
    let timeout = match arguments.timeout.value().and_then(duration::constant) {
        Some(timeout) => quote!(::core::option::Option::Some(#timeout)),
        None => quote!(::core::option::Option::None),
    };
    let http = match arguments.http.value().map(|rule| rule.tokens(&private)) {
        Some(rule) => quote!(::core::option::Option::Some(#rule)),
        None => quote!(::core::option::Option::None),
    };
    quote! {
        const __METHOD: &#private::Method = &#private::Method {
            service: #service,
            name: #name,
            documentation: #documentation,
            on_interrupt: #private::OnInterrupt::#on_interrupt,
            timeout: #timeout,
            http: #http,
        };
    }
}

/// The names of the service and of the rpc, as string literals.
pub(super) fn names(checked: &Checked) -> (TokenStream, TokenStream) {
    let service = match checked.arguments.service.value() {
        Some(service) => service.to_token_stream(),
        None => quote!(::core::module_path!()),
    };
    (service, checked.rpc_name().to_token_stream())
}

/// The handler's types, as the runtime asks of them.
pub(super) fn types(checked: &Checked, place: Span) -> TokenStream {
    let Checked { arguments, declared, metadata, answer, .. } = checked;
    let private = arguments.private(place);
    let way = answer.way(&private);
    quote_spanned!(glue(place)=> #private::Types::<#metadata, #declared, #way>)
}

/// Makes the items of [`types`] that do not fit findable.
pub(super) fn unfit(checked: &Checked) -> TokenStream {
    let private = checked.arguments.private(Span::call_site());
    quote!(use #private::{NoResult as _, Unfit as _};)
}

/// The description of the request, and the request in the stored form, taken before the parameter is: the body owns that.
fn packed(checked: &Checked) -> (Option<TokenStream>, Option<TokenStream>) {
    let Some(RequestParameter { name, ty }) = &checked.request else { return (None, None) };
    let packed = local("__request", name.span());
    let private = checked.arguments.private(ty.span());
    let described = described(checked, ty);
    let (constant, description) = if is_constant(checked, ty) {
        let constant = quote_spanned! {glue(ty.span())=>
            const __REQUEST: #private::RequestType<#ty> = #described;
        };
        (Some(constant), quote!(__REQUEST))
    } else {
        (None, described)
    };
    (constant, Some(quote!(let #packed = (#description.pack)(__METHOD, &#name);)))
}

/// The description of a request's type. It is written alike wherever it stands, so that a type that cannot be a request is one error.
pub(super) fn described(checked: &Checked, ty: &Type) -> TokenStream {
    let private = checked.arguments.private(ty.span());
    // Without its name where that means something inside of the function alone.
    let name = is_constant(checked, ty).then(|| quote!(::<_, #ty>));
    quote_spanned!(glue(ty.span())=> #private::request_type #name ())
}

fn run(checked: &Checked) -> TokenStream {
    let Checked { arguments, handler, context, request, metadata, answer, .. } = checked;
    let private = arguments.private(Span::call_site());
    let start = local("__start", handler.ident().span());
    let (clone, this) = captured_self(handler, arguments);
    let operations = match (arguments.operations.value(), handler.receiver()) {
        (None, Some(receiver)) => {
            let this = &receiver.self_token;
            quote_spanned!(this.span=> #this.operations)
        }
        (operations, _) => operations.to_token_stream(),
    };
    let operations = borrowed(&operations);
    let set = |setter: &str, value: TokenStream| {
        let setter = Ident::new(setter, Span::call_site());
        quote!(let #start = #start.#setter(#value);)
    };
    let parent = arguments.parent.value().map(|parent| set("parent", borrowed(parent)));
    let validate_only = arguments.validate_only.value();
    let validate_only = validate_only.map(|only| set("validate_only", only.to_token_stream()));
    let timeout = arguments.timeout.value().map(|timeout| set("timeout", timeout.to_token_stream()));
    let exclusive = arguments.exclusive.value().map(|key| set("exclusive", borrowed(key)));
    // What an earlier call has done already is not validated again, and neither is what runs again.
    let validated = arguments.validate.value().map(|result| match request {
        None => set("validated", result.to_token_stream()),
        Some(_) => quote! {
            if #start.goes_on().await {
                #start = #start.validated(#result);
            }
        },
    });
    let request = request.as_ref().map(|parameter| {
        let packed = local("__request", parameter.name.span());
        let request_id = arguments.request_id.value().map(borrowed).map(|id| quote!(.request_id(#id)));
        let mutability = validated.as_ref().map(|_| quote!(mut));
        quote!(let #mutability #start = #start.request(#packed) #request_id;)
    });
    let context = match context {
        Some(context) => {
            let (pattern, ty) = (&context.pattern, &context.ty);
            quote!(#pattern: #ty)
        }
        None => quote!(_: #private::Context<#metadata>),
    };
    let kept = kept(handler);
    let body = body(checked);
    // What the body lacks to be detached, `Send` or `'static`, is said at the function's name.
    let types = types(checked, handler.ident().span());
    let initial = initial(checked);
    let run = quote_spanned! {glue(handler.ident().span())=>
        #types::new(#start, #initial).run(move |#context| async move {
            #this
            #kept
            #body
        }).await
    };
    let run = answer.value(&private, run);
    quote! {
        #clone
        let #start = #private::Start::new(__METHOD, #operations);
        #parent
        #validate_only
        #timeout
        #exclusive
        #request
        #validated
        #run
    }
}

/// What the metadata begins with, which is where a type that is not a payload is reported.
fn initial(checked: &Checked) -> TokenStream {
    let Checked { arguments, metadata, .. } = checked;
    let private = arguments.private(metadata.span());
    quote_spanned!(glue(metadata.span())=> <#metadata as #private::Payload>::initial())
}

/// A name that the user's own cannot meet, at the place that errors about it should point to.
pub(super) fn local(name: &str, span: Span) -> Ident {
    Ident::new(name, span.resolved_at(Span::mixed_site()))
}

/// A hook's value, never moved: the body needs it, too.
fn borrowed(value: &impl ToTokens) -> TokenStream {
    quote_spanned!(glue(value.span())=> &(#value))
}
