//! How an axum handler runs again: with its service as its state.

use std::future::Future;

use axum::extract::State;
use futures_util::FutureExt as _;

use crate::data::payload::any::Any;
use crate::data::status::Status;
use crate::engine::{Replay, RestartPath, Service, StoredRequest, request_type, rerun};

#[diagnostic::do_not_recommend]
impl<S, R, W, F, C> RestartPath<S, (R, W, State<S>)> for F
where
    S: Clone + Send + Sync + 'static,
    R: StoredRequest<W>,
    F: Fn(State<S>, R) -> C + Send + Sync + 'static,
    C: Future + Send + 'static,
{
    fn replay(&self, service: &Service, request: &Any) -> Result<Replay, Status> {
        rerun(service, request, request_type(), |service: &S, request: R| {
            self(State(service.clone()), request).map(drop)
        })
    }
}
