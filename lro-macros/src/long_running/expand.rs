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
//!     let __this = clone_service(self);
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
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, FnArg, PatIdent, Type};

use super::answer::payload;
use super::arguments::Arguments;
use super::check::{Checked, hidden_type};
use super::convention::Convention;
use super::handler::Handler;
use super::receiver;
use super::request::{self, RequestParameter};
use super::shape::Shape;
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

/// The entry in the link-time catalogue. It is an item, so its types must make sense outside the function.
fn submission(checked: &Checked) -> Option<TokenStream> {
    let Checked { arguments, handler, declared, metadata, .. } = checked;
    if !in_catalog(arguments) || handler.is_local(declared) || handler.is_local(metadata) {
        return None;
    }
    let types = types(checked, declared.span());
    let place = glue(declared.span());
    let response = quote_spanned!(place=> #types::response);
    // In one item with the name: as two, a type that cannot stand in an item would be two errors.
    let response = match arguments.response.value() {
        Some(_) => response,
        None => {
            let agreed = responds_as_agreed(checked);
            quote!({ #agreed; #response })
        }
    };
    let keeps_request = checked.request.as_ref().is_some_and(|request| is_constant(checked, &request.ty));
    let request = if keeps_request {
        quote!(::core::option::Option::Some((__REQUEST.full_name)()))
    } else {
        told_request(checked)
    };
    let metadata = quote_spanned!(place=> #types::metadata);
    let private = arguments.private(Span::call_site());
    Some(quote! {
        #private::inventory::submit! {
            #private::LinkedMethod {
                method: __METHOD,
                request: || #request,
                keeps_request: #keeps_request,
                response: #response,
                metadata: #metadata,
            }
        }
    })
}

/// The name of a request that is only told of. A parameter of any type will do, so the type is asked, and nothing is asked for.
fn told_request(checked: &Checked) -> TokenStream {
    let Checked { arguments, handler, .. } = checked;
    match request::told(arguments, &handler.function.sig).filter(|ty| is_constant(checked, ty)) {
        None => quote!(::core::option::Option::None),
        Some(ty) => {
            let private = arguments.private(ty.span());
            let probe = |way: &str| {
                let way = Ident::new(way, private.span());
                quote_spanned!(private.span()=> #private::Probe::<#ty, #private::#way>::full_name)
            };
            let (itself, inside) = (probe("Itself"), probe("Inside"));
            quote_spanned! {private.span()=> {
                use #private::Untold as _;
                #itself().or_else(#inside)
            }}
        }
    }
}

/// The handler's types, as the runtime asks of them.
fn types(checked: &Checked, place: Span) -> TokenStream {
    let Checked { arguments, declared, metadata, answer, .. } = checked;
    let private = arguments.private(place);
    let way = answer.way(&private);
    quote_spanned!(glue(place)=> #private::Types::<#metadata, #declared, #way>)
}

/// Makes the items of [`types`] that do not fit findable.
fn unfit(checked: &Checked) -> TokenStream {
    let private = checked.arguments.private(Span::call_site());
    quote!(use #private::{NoResult as _, Unfit as _};)
}

/// A constant that compiles where the response keeps the convention, or is what the method says.
pub(super) fn constant_response(checked: &Checked) -> TokenStream {
    let unfit = unfit(checked);
    match responds_as_said(checked) {
        Some(said) => quote! {
            const _: fn() = {
                #unfit
                #said
            };
        },
        None => {
            let agreed = responds_as_agreed(checked);
            quote! {
                const _: () = {
                    #unfit
                    #agreed;
                };
            }
        }
    }
}

/// Holds the response against what the method says of it.
fn responds_as_said(checked: &Checked) -> Option<TokenStream> {
    let said = checked.arguments.response.value()?;
    let types = types(checked, said.span());
    Some(quote_spanned!(glue(said.span())=> #types::responds_with::<#said>))
}

/// Holds the response against the convention. An alias shows its payload to the compiler alone, so that this is up to a constant of the
/// types; what is known inside of the function alone is not judged.
fn responds_as_agreed(checked: &Checked) -> TokenStream {
    let Checked { arguments, declared, .. } = checked;
    let rpc = checked.rpc_name();
    let convention = Convention::of(&rpc);
    let payload = payload(declared);
    let found = payload.map_or_else(|| "Type".to_owned(), |payload| payload.to_token_stream().to_string());
    let (accepted, mistake) = (&convention.accepted, convention.mistake(&rpc, &found));
    let place = payload.unwrap_or(declared).span();
    let (private, types) = (arguments.private(place), types(checked, place));
    quote_spanned! {glue(place)=>
        ::core::assert!(#private::is_named(#types::RESPONSE, &[#(#accepted),*]), #mistake)
    }
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

/// A clone of what `self` refers to: written alike, too.
pub(super) fn cloned(arguments: &Arguments, place: Span, service: impl ToTokens) -> TokenStream {
    let private = arguments.private(Span::call_site());
    quote_spanned!(place=> #private::clone_service(#service))
}

/// Whether a parameter's type makes sense in an item: it has a name, and one that not the function or its `impl` alone knows of.
fn is_constant(checked: &Checked, ty: &Type) -> bool {
    in_catalog(&checked.arguments) && !checked.handler.is_local(ty) && hidden_type(ty).is_none()
}

fn in_catalog(arguments: &Arguments) -> bool {
    arguments.catalog.value().is_none_or(|catalog| catalog.value)
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
fn local(name: &str, span: Span) -> Ident {
    Ident::new(name, span.resolved_at(Span::mixed_site()))
}

/// A hook's value, never moved: the body needs it, too.
fn borrowed(value: &impl ToTokens) -> TokenStream {
    quote_spanned!(glue(value.span())=> &(#value))
}

/// What makes `self` outlive the call, before and inside the detached part.
fn captured_self(handler: &Handler, arguments: &Arguments) -> (Option<TokenStream>, Option<TokenStream>) {
    let Some(receiver) = handler.receiver() else { return (None, None) };
    let token = &receiver.self_token;
    let name = Ident::new(receiver::NAME, token.span);
    if !handler.borrows_self() {
        let mutability = &handler.parts.mutable_self;
        return (None, Some(quote!(let #mutability #name = #token;)));
    }
    let this = local("__this", token.span);
    let clone = cloned(arguments, token.span, token);
    (Some(quote!(let #this = #clone;)), Some(quote!(let #name = &#this;)))
}

/// Moves into the detached part what is there for its lifetime alone: a permit, a guard. By custom those have names that
/// begin with an underscore; the others are moved by their use, and unused ones are rightly warned of.
fn kept(handler: &Handler) -> TokenStream {
    struct Kept<'ast>(&'ast [Attribute], TokenStream);
    impl<'ast> Visit<'ast> for Kept<'ast> {
        fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
            let ident = &pattern.ident;
            // A `mut` one is moved by its use: it has no other reason to be `mut`.
            if ident.to_string().starts_with('_') && pattern.mutability.is_none() {
                let attributes = self.0.iter().filter(|attribute| attribute.path().is_ident("cfg"));
                self.1.extend(quote! {
                    #(#attributes)*
                    #[allow(clippy::no_effect_underscore_binding, clippy::shadow_same, clippy::used_underscore_binding)]
                    let #ident = #ident;
                });
            }
            visit::visit_pat_ident(self, pattern);
        }
    }
    let mut kept = Kept(&[], TokenStream::new());
    let mut visit = |attributes, pattern| {
        kept.0 = attributes;
        kept.visit_pat(pattern);
    };
    if let Shape::Native = handler.parts.shape {
        handler.function.sig.inputs.iter().for_each(|input| match input {
            FnArg::Typed(input) => visit(&input.attrs, &input.pat),
            FnArg::Receiver(_) => {}
        });
    }
    handler.parts.bindings.iter().for_each(|binding| visit(&binding.attrs, &binding.pat));
    kept.1
}

fn body(checked: &Checked) -> TokenStream {
    let Checked { arguments, handler, declared, answer, .. } = checked;
    let statements = &handler.parts.body;
    let mut block = TokenStream::new();
    if let Shape::Boxed(_) = handler.parts.shape {
        block.extend(quote!(#(#statements)*));
    } else {
        let brace = handler.function.block.brace_token;
        brace.surround(&mut block, |block| block.extend(quote!(#(#statements)*)));
        block = quote_spanned!(glue(declared.span())=> #[allow(unused_braces)] #block);
    }
    // Never runs: it tells inference the declared type, so that a wrong one is reported at the user's own expression.
    let never = answer.declared(arguments, declared);
    quote_spanned! {glue(declared.span())=>
        if false {
            return #never;
        }
        #block
    }
}
