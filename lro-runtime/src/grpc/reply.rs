//! What the attribute needs in a tonic service: the handler's request and return types, and the answer in the service's own generated type.

use std::marker::PhantomData;

use prost::{Message, Name};
use tonic::Response;

use crate::data::payload::Payload;
use crate::data::status::Status;
use crate::engine::{self, Inside, Reply, StoredRequest, equal};
use crate::grpc::Operation;
use crate::rules::errors;

/// A return type that a handler in a tonic service may have. `B` says where the payload is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the return type of a long-running handler in a tonic service",
    label = "expected `Result<tonic::Response<R>, tonic::Status>`",
    note = "return `Result<tonic::Response<R>, tonic::Status>`, where `R` is a payload",
    note = "elsewhere, leave out `operation`, and give a `Response` of your own another name"
)]
pub trait TonicReply<B = InResponse>: Sized + Send + 'static {
    /// The operation's response type.
    type Response: Payload;

    /// The handler's result, with its error as a status.
    fn into_result(self) -> Result<Self::Response, Status>;

    /// A value for a `return` that never runs. It demands that the type fits, since the public signature does not mention it.
    fn declared() -> Self {
        engine::never()
    }
}

/// The payload is the body of a [`Response`], whose metadata and extensions are dropped: the caller has its answer already.
#[derive(Debug)]
pub enum InResponse {}

impl<R: Payload> TonicReply<InResponse> for Result<Response<R>, tonic::Status> {
    type Response = R;

    fn into_result(self) -> Result<R, Status> {
        Ok(self?.into_inner())
    }
}

/// The payload stands alone.
#[derive(Debug)]
pub enum Bare {}

impl<R: Payload> TonicReply<Bare> for Result<R, tonic::Status> {
    type Response = R;

    fn into_result(self) -> Result<R, Status> {
        Ok(self?)
    }
}

/// The public method answers as a tonic method does.
#[derive(Debug)]
pub struct Tonic<B = InResponse>(PhantomData<B>);

impl<D: TonicReply<B>, M, B> Reply<M, Tonic<B>> for D {
    type Response = D::Response;
    type Error = Status;
    type Started = Started;

    fn into_result(self) -> Result<D::Response, Status> {
        TonicReply::into_result(self)
    }

    fn started(result: Result<engine::Operation<D::Response, M>, Status>) -> Started {
        Started(result.map(|operation| Operation::from(operation.snapshot())))
    }
}

#[diagnostic::do_not_recommend]
impl<T: Payload> StoredRequest<Inside> for tonic::Request<T> {
    type Message = T;

    fn message(&self) -> &T {
        self.get_ref()
    }

    fn from_message(message: T) -> Self {
        tonic::Request::new(message)
    }
}

/// What became of a start, on its way to the type that the method's signature names.
#[derive(Debug)]
pub struct Started(Result<Operation, Status>);

impl Started {
    /// The answer: by encode and decode, since `O` is a type of the same message.
    ///
    /// # Errors
    /// The start's. INTERNAL when `O` has the message's name and other fields.
    pub fn answer<O: OperationMessage>(self) -> Result<Response<O>, tonic::Status> {
        // Where the signature could not check it, since it is generic.
        const { is_operation::<O>() };
        let operation = self.0?;
        let same = O::decode(&*operation.encode_to_vec()).map_err(|error| {
            tracing::error!(name = operation.name, %error, "the service's own `Operation` cannot hold the operation");
            errors::unreadable()
        })?;
        Ok(Response::new(same))
    }
}

/// A generated type of the message `google.longrunning.Operation`: this crate's, or the service's own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a generated type of the message `google.longrunning.Operation`",
    label = "`operation` names the type that your generated code has for `google.longrunning.Operation`",
    note = "generate it with prost-build and `enable_type_names()`, so that it knows its name"
)]
pub trait OperationMessage: Message + Name + Default {}

#[diagnostic::do_not_recommend]
impl<O: Message + Name + Default> OperationMessage for O {}

/// True, or it does not compile: for a message with another name.
#[track_caller]
pub const fn is_operation<O: OperationMessage>() -> bool {
    assert!(
        equal(O::PACKAGE, "google.longrunning") && equal(O::NAME, "Operation"),
        "`operation` names the type that your generated code has for `google.longrunning.Operation`: this is another message"
    );
    true
}

/// What a tonic method with this type of the message returns, if it [is one](is_operation). That the check is part of the type makes a
/// wrong one an error where it stands, and not once more a signature that differs from the trait's.
pub type Answer<O = Operation, const IS_OPERATION: bool = true> =
    <Checked<O, IS_OPERATION> as Answered>::Result;

/// A type, and whether it is an operation's.
#[derive(Debug)]
pub struct Checked<O, const IS_OPERATION: bool>(PhantomData<O>);

/// What is answered with a checked type.
pub trait Answered {
    /// The public method's return type.
    type Result;
}

impl<O> Answered for Checked<O, true> {
    type Result = Result<Response<O>, tonic::Status>;
}
