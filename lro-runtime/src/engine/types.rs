//! What the expansion asks of a handler's types, without demanding anything of them.

use std::future::Future;
use std::marker::PhantomData;

use super::context::Context;
use super::convention::Is;
use super::handler::Starting;
use super::reply::{Failure, Reply};
use super::start::Start;
use crate::data::payload::Payload;
use crate::data::status::Status;

/// A start, with the types of its handler: its metadata, its return type, and how that is read.
///
/// A mistake in one of them is reported at one place, where the expansion demands a [`Reply`], a [`Payload`] or a [`Failure`]. It names
/// the types at several more, and rustc would repeat the error at each: so there it asks. These inherent items are for types that
/// fit, and win; all others are left to [`Unfit`].
#[derive(Debug)]
pub struct Types<M, D, W> {
    start: Start,
    metadata: M,
    types: PhantomData<fn() -> (D, W)>,
}

impl<M, D, W> Types<M, D, W> {
    /// The start of a handler whose metadata begins with this.
    pub fn new(start: Start, metadata: M) -> Self {
        Self { start, metadata, types: PhantomData }
    }
}

impl<M: Payload, D: Reply<M, W, Response: Payload, Error: Failure> + 'static, W: 'static> Types<M, D, W> {
    /// The package and the simple name of the response.
    pub const RESPONSE: Option<(&'static str, &'static str)> = <D::Response as Payload>::MESSAGE;

    /// The full name of the response.
    pub fn response() -> String {
        D::Response::full_name()
    }

    /// The full name of the metadata.
    pub fn metadata() -> String {
        M::full_name()
    }

    /// Compiles where the response is the one that was said.
    pub fn responds_with<R>()
    where
        D::Response: Is<R>,
    {
    }

    /// Runs the handler.
    pub fn run<H, F>(self, handler: H) -> Starting<D::Started>
    where
        H: FnOnce(Context<M>) -> F + 'static,
        F: Future<Output = D> + Send + 'static,
    {
        self.start.run(self.metadata, handler)
    }
}

/// The same for all other types, which are reported elsewhere: nothing of it ever runs.
pub trait Unfit: Sized {
    /// No name, which no convention is held against.
    const RESPONSE: Option<(&'static str, &'static str)> = None;

    /// No name.
    fn response() -> String {
        String::new()
    }

    /// No name.
    fn metadata() -> String {
        String::new()
    }

    /// Holds.
    fn responds_with<R>() {}

    /// Whatever the signature says.
    fn run<H, S>(self, _: H) -> Starting<S> {
        // No handler is this large. It depends on the handler, or an optimised build of this crate would evaluate it here.
        const { assert!(size_of::<H>() > isize::MAX as usize, "the types of a long-running handler do not fit") }
        never()
    }
}

impl<M, D, W> Unfit for Types<M, D, W> {}

/// A value of the return type, for a `return` that never runs.
#[derive(Debug)]
pub struct Never<D>(PhantomData<D>);

impl<R, E> Never<Result<R, E>> {
    /// The value. What is passed is where the expansion demands that the response is a payload, and the error a failure: at the user's
    /// own words for them.
    pub fn of(_: fn() -> R, _: fn(E) -> Status) -> Result<R, E> {
        never()
    }
}

/// The same for what is no `Result`, which the signature reports.
pub trait NoResult<D>: Sized {
    /// The value. What is demanded holds of these.
    fn of(_: fn(), _: fn(Status) -> Status) -> D {
        never()
    }
}

impl<D> NoResult<D> for Never<D> {}

/// A value for inference alone.
pub(crate) fn never<D>() -> D {
    unreachable!("a `return` that never runs was reached")
}
