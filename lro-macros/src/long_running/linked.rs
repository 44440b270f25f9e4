//! What links the methods of a block that can run again.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{ItemImpl, Receiver};

use super::arguments::Arguments;
use super::body::cloned;
use super::check::Checked;
use super::expand::{described, names};
use super::glue;
use super::request::RequestParameter;

/// A method that can run again, and the `#[cfg]`s under which there is one.
pub(super) struct Rerun {
    pub(super) checked: Checked,
    receiver: Receiver,
    request: RequestParameter,
    conditions: Vec<TokenStream>,
}

impl Rerun {
    /// The method, if it can run again.
    pub(super) fn new(mut checked: Checked, conditions: Vec<TokenStream>) -> Option<Self> {
        checked.arguments.restart()?;
        // A function's service is its state, of whatever type: `Operations::restart` is for those.
        let receiver = checked.handler.receiver().cloned()?;
        let request = checked.request.take()?;
        Some(Self { checked, receiver, request, conditions })
    }
}

/// The block's service, with those of its methods that can run again.
pub(super) fn linked(
    arguments: &Arguments,
    block: &ItemImpl,
    conditions: &[TokenStream],
    reruns: &[Rerun],
) -> TokenStream {
    let private = arguments.private(Span::call_site());
    let service = &block.self_ty;
    let span = glue(service.span());
    let type_id = quote_spanned!(span=> ::core::any::TypeId::of::<#service>);
    let type_name = quote_spanned!(span=> ::core::any::type_name::<#service>);
    let reruns = reruns.iter().map(|rerun| linked_rerun(block, rerun));
    // What is deprecated still has to run again.
    quote! {
        #(#conditions)*
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
