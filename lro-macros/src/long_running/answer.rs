//! How the public method answers: with the runtime's own handle, or as the method of a tonic service does.
//!
//! A return type is told apart by its tokens, since no trait can: for the compiler, a `tonic::Response` may one day be a payload itself.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{GenericArgument, PathArguments, Token, Type};

use super::arguments::Arguments;
use super::glue;
use super::handler::Handler;

/// What the public method returns.
#[derive(Debug)]
pub(crate) enum Answer {
    /// `Result<Operation<R, M>, Status>`.
    Handle,
    /// `Result<tonic::Response<google.longrunning.Operation>, tonic::Status>`, with this type of the message, or with the runtime's.
    Tonic(Option<Box<Type>>, Payload),
}

/// Where the payload is in the `Result` of a tonic handler.
#[derive(Debug)]
pub(crate) enum Payload {
    /// `Result<Response<R>, …>`
    InResponse,
    /// `Result<R, Status>`
    Bare,
    /// An alias, of which only the compiler knows.
    Unseen,
}

impl Answer {
    /// `operation = path` says that it is tonic's, and so does a `Result` of a `Response`.
    pub(crate) fn new(arguments: &Arguments, declared: Option<&Type>) -> Self {
        let payload = declared.map_or(Payload::Unseen, Payload::of);
        match (arguments.operation.value(), payload) {
            (None, Payload::Bare | Payload::Unseen) => Self::Handle,
            (operation, payload) => Self::Tonic(operation.cloned().map(Box::new), payload),
        }
    }

    /// The public return type.
    pub(crate) fn output(
        &self,
        arguments: &Arguments,
        handler: &Handler,
        declared: &Type,
        metadata: &Type,
    ) -> TokenStream {
        let private = arguments.private(declared.span());
        match self {
            Self::Handle => {
                quote_spanned!(glue(declared.span())=> <#declared as #private::Reply<#metadata>>::Started)
            }
            Self::Tonic(None, _) => quote_spanned!(private.span()=> #private::grpc::Answer),
            Self::Tonic(Some(operation), _) => {
                let private = arguments.private(operation.span());
                // Nothing generic can stand in a constant of a signature. The runtime checks again, where it is known.
                let check = (!handler.is_local(operation)).then(
                    || quote_spanned!(private.span()=> , { #private::grpc::is_operation::<#operation>() }),
                );
                quote_spanned!(private.span()=> #private::grpc::Answer<#operation #check>)
            }
        }
    }

    /// How the handler's return type is read: the second argument of the runtime's `Reply`.
    pub(crate) fn way(&self, private: &TokenStream) -> TokenStream {
        let span = private.span();
        match self {
            Self::Handle => quote_spanned!(span=> #private::Handle),
            Self::Tonic(_, payload) => {
                let place = payload.place(private);
                quote_spanned!(span=> #private::grpc::Tonic #place)
            }
        }
    }

    /// A value of the handler's return type, for a `return` that never runs. Here is what is demanded of the type: the signature does
    /// not mention a tonic handler's, and the runtime's own answer fits any `Result`.
    pub(crate) fn declared(&self, arguments: &Arguments, declared: &Type) -> TokenStream {
        let private = arguments.private(declared.span());
        let span = private.span();
        match self {
            Self::Handle => {
                let [response, error] = parts(declared);
                let demand = |place: &Type, what: &str, function: &str| {
                    let private = arguments.private(place.span());
                    let span = private.span();
                    let (what, function) = (Ident::new(what, span), Ident::new(function, span));
                    quote_spanned!(span=> <_ as #private::#what>::#function)
                };
                let response = demand(response, "Payload", "initial");
                let error = demand(error, "Failure", "into_status");
                quote_spanned!(span=> #private::Never::<#declared>::of(#response, #error))
            }
            // Where the payload is, is seen once more by the compiler.
            Self::Tonic(_, payload) => {
                let place = payload.place(&private).map(|_| quote_spanned!(span=> <_>));
                quote_spanned!(span=> <#declared as #private::grpc::TonicReply #place>::declared())
            }
        }
    }

    /// The answer, from what the start gave. Its type is the signature's.
    pub(crate) fn value(&self, private: &TokenStream, started: TokenStream) -> TokenStream {
        match self {
            Self::Handle => started,
            Self::Tonic(..) => quote_spanned!(started.span()=> #private::grpc::Started::answer(#started)),
        }
    }
}

impl Payload {
    /// The place as an argument of the runtime's types, whose default is a `Response`.
    fn place(&self, private: &TokenStream) -> Option<TokenStream> {
        let span = private.span();
        match self {
            Self::InResponse => None,
            Self::Bare => Some(quote_spanned!(span=> <#private::grpc::Bare>)),
            Self::Unseen => Some(quote_spanned!(span=> <_>)),
        }
    }

    /// By the words `Result` and `Response`, wherever they come from.
    fn of(declared: &Type) -> Self {
        let Some((result, arguments)) = generic(declared) else { return Self::Unseen };
        let success = arguments.first().and_then(|argument| match argument {
            GenericArgument::Type(success) => generic(success),
            _ => None,
        });
        match success {
            Some((response, _)) if response == "Response" => Self::InResponse,
            _ if result == "Result" && arguments.len() == 2 => Self::Bare,
            _ => Self::Unseen,
        }
    }
}

/// Where a payload can be seen in a handler's return type: in a `Result`, and there in a `Response`.
pub(super) fn payload(declared: &Type) -> Option<&Type> {
    let first = |ty| {
        generic(ty).and_then(|(name, arguments)| match arguments.first() {
            Some(GenericArgument::Type(ty)) => Some((name, ty)),
            _ => None,
        })
    };
    let (_, success) = first(declared).filter(|(name, _)| *name == "Result")?;
    Some(first(success).filter(|(name, _)| *name == "Response").map_or(success, |(_, payload)| payload))
}

/// Where the response and the error are, as far as can be seen.
fn parts(declared: &Type) -> [&Type; 2] {
    let response = payload(declared).unwrap_or(declared);
    let error = match generic(declared).map(|(_, arguments)| arguments.iter().collect::<Vec<_>>()).as_deref()
    {
        Some([_, GenericArgument::Type(error)]) => error,
        _ => declared,
    };
    [response, error]
}

/// The payload of a `Result` that has both of its types.
pub(super) fn bare_payload(declared: &Type) -> Option<&Type> {
    payload(declared).filter(|_| matches!(Payload::of(declared), Payload::Bare))
}

/// The last segment of a type's path, if it has arguments.
fn generic(ty: &Type) -> Option<(&Ident, &Punctuated<GenericArgument, Token![,]>)> {
    match ty {
        Type::Group(group) => generic(&group.elem),
        Type::Paren(paren) => generic(&paren.elem),
        Type::Path(ty) => {
            let segment = ty.path.segments.last()?;
            match &segment.arguments {
                PathArguments::AngleBracketed(arguments) => Some((&segment.ident, &arguments.args)),
                _ => None,
            }
        }
        _ => None,
    }
}
