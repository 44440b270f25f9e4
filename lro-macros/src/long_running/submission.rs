//! The entry of a method in the link-time catalogue, and what its response is held against there.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned as _;

use super::answer::payload;
use super::arguments::Arguments;
use super::check::{Checked, hidden_type};
use super::convention::Convention;
use super::expand::{types, unfit};
use super::{glue, request};

/// The entry in the link-time catalogue. It is an item, so its types must make sense outside the function.
pub(super) fn submission(checked: &Checked) -> Option<TokenStream> {
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
pub(super) fn responds_as_said(checked: &Checked) -> Option<TokenStream> {
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

/// Whether a parameter's type makes sense in an item: it has a name, and one that not the function or its `impl` alone knows of.
pub(super) fn is_constant(checked: &Checked, ty: &Type) -> bool {
    in_catalog(&checked.arguments) && !checked.handler.is_local(ty) && hidden_type(ty).is_none()
}

fn in_catalog(arguments: &Arguments) -> bool {
    arguments.catalog.value().is_none_or(|catalog| catalog.value)
}
