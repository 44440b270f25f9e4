//! The request of a start: the one parameter of a handler that says what is asked for.

use std::marker::PhantomData;

use super::context::pack_payload;
use crate::data::method::Method;
use crate::data::payload::Payload;
use crate::data::payload::any::Any;
use crate::data::status::Status;
use crate::rules::errors;

/// A parameter that is a handler's request: a message, or one in the wrapper of a wire. The attribute knows which parameter it is, and
/// this trait how it has its message.
///
/// `W` is inferred. Without it the wrappers of other crates would overlap with the payloads, since those crates may one day make a
/// message of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the request of a long-running method",
    label = "requests are compared for `request_id` and stored for `restart`, so this has to be a payload, or to have one in it",
    note = "it is a payload, `ProtoJson<T>`, `axum::Json<T>` (feature `rest`) or `tonic::Request<T>` (feature `grpc`) with a payload `T`"
)]
pub trait StoredRequest<W> {
    /// The message's type.
    type Message: Payload;

    /// The message.
    fn message(&self) -> &Self::Message;

    /// The parameter, of a message alone: whatever else came with the call is gone.
    fn from_message(message: Self::Message) -> Self;
}

/// The parameter is the message.
#[derive(Debug)]
pub enum Itself {}

/// The message is inside the parameter.
#[derive(Debug)]
pub enum Inside {}

#[diagnostic::do_not_recommend]
impl<T: Payload> StoredRequest<Itself> for T {
    type Message = T;

    fn message(&self) -> &T {
        self
    }

    fn from_message(message: T) -> T {
        message
    }
}

/// A handler's request in the stored form, or why it has none.
#[derive(Debug)]
pub struct PackedRequest(pub(super) Result<Any, Status>);

/// What is to be known of a parameter that is a request. One constant says it to the start and to the catalogue, so that a type that
/// cannot be one is one error.
#[derive(Debug)]
pub struct RequestType<R> {
    /// The full name of its message.
    pub full_name: fn() -> String,
    /// Packs it by reference, before the parameter is taken apart by a pattern.
    pub pack: fn(&'static Method, &R) -> PackedRequest,
    /// The parameter of another run, from what is stored; an error when that is no such request any more.
    pub unpack: fn(&Any) -> Result<R, Status>,
}

/// Describes a request.
pub const fn request_type<W, R: StoredRequest<W>>() -> RequestType<R> {
    RequestType {
        full_name: R::Message::full_name,
        pack: |method, request| PackedRequest(pack_payload("request", request.message(), method.service)),
        unpack,
    }
}

fn unpack<W, R: StoredRequest<W>>(stored: &Any) -> Result<R, Status> {
    let undecodable = || errors::request_not_decodable(stored.full_name());
    if stored.full_name() != R::Message::full_name() {
        tracing::error!(
            stored = stored.full_name(),
            expected = R::Message::full_name(),
            "the method's request type has changed"
        );
        return Err(undecodable());
    }
    let message = R::Message::from_wire(&stored.value).map_err(|error| {
        tracing::error!(type_name = stored.full_name(), %error, "a stored request cannot be decoded");
        undecodable()
    })?;
    Ok(R::from_message(message))
}

/// Asks of a concrete type whether it is a [`StoredRequest`], without asking for it to be one: the inherent function is there for those that
/// are, and wins; all others are left to [`Untold`].
#[derive(Debug)]
pub struct Probe<R, W>(PhantomData<(R, W)>);

impl<W, R: StoredRequest<W>> Probe<R, W> {
    /// The full name of the request's message.
    pub fn full_name() -> Option<String> {
        Some(R::Message::full_name())
    }
}

/// What is said of all other types.
pub trait Untold {
    /// Nothing.
    fn full_name() -> Option<String> {
        None
    }
}

impl<R, W> Untold for Probe<R, W> {}

/// A text that a call may give: any `AsRef<str>`, or an `Option` of one. `W` is inferred, as for [`StoredRequest`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no text",
    label = "expected an `AsRef<str>`, such as `String`, or an `Option` of one"
)]
pub trait GivenText<W> {
    /// The text, if there is one.
    fn text(&self) -> Option<&str>;
}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str> + ?Sized> GivenText<Itself> for T {
    fn text(&self) -> Option<&str> {
        Some(self.as_ref())
    }
}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str>> GivenText<Inside> for Option<T> {
    fn text(&self) -> Option<&str> {
        self.as_ref().map(T::as_ref)
    }
}

/// The name of a parent, which a call has to give.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no name of a parent",
    label = "expected an `AsRef<str>`, such as `String`: `parent = request.parent`"
)]
pub trait ParentName {
    /// The name.
    fn name(&self) -> &str;
}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str> + ?Sized> ParentName for T {
    fn name(&self) -> &str {
        self.as_ref()
    }
}

/// What the `validate` hook says.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether a call is valid",
    label = "expected `Result<(), E>` with an `E: Into<lro_runtime::Status>`",
    note = "`validate` takes an expression that ends the call with its error: `validate = self.check(&request).await`"
)]
pub trait Validation {
    /// The call's error, if it is not valid.
    fn refusal(self) -> Option<Status>;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Status>> Validation for Result<(), E> {
    fn refusal(self) -> Option<Status> {
        self.err().map(E::into)
    }
}
