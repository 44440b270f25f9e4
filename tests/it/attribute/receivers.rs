//! `self` in every place where a body may use it, and parameters in every form.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use lro_runtime::{Context, Operation, Operations, Payload, Status, long_running};
use tokio::sync::oneshot;

use crate::support::engine;
use crate::support::works::{WorkMetadata, WorkResponse, done};

#[derive(Clone, Debug)]
struct Service<const N: usize = 1> {
    operations: Operations,
    name: String,
}

impl<const N: usize> fmt::Display for Service<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

fn uses() -> usize {
    1
}

impl Service {
    const GREETING: &str = "hello";

    #[long_running(response = WorkResponse)]
    async fn everywhere(&self, ctx: Context<WorkMetadata>) -> Result<WorkResponse, Status> {
        macro_rules! name {
            () => {
                self.name.as_str()
            };
        }
        fn nested(service: &Service) -> usize {
            trait Length {
                fn length(&self) -> usize;
            }
            impl Length for str {
                fn length(&self) -> usize {
                    self.len()
                }
            }
            service.name.length()
        }
        let closure = || self.name.len();
        let block = async { self.name.clone() };
        let this: &Self = self;
        let chosen = tokio::select! {
            biased;
            name = block => format!("{self} {name} {{self}}"),
            () = ctx.cancelled() => self.name.clone(),
        };
        let count = closure() + nested(self) + self::uses();
        done(&format!("{} {chosen} {self:>3} {count} {} {}", Self::GREETING, name!(), this.name))
    }
}

/// The types of an entry in the catalogue cannot be an `impl`'s own, and nothing else changes.
impl<const N: usize> Service<N> {
    #[long_running(operations = self.operations.clone(), catalog = false)]
    async fn generic<T: Payload + Clone>(
        &self,
        mut responses: Vec<T>,
        pick: impl Fn(&[T]) -> T + Send + 'static,
        #[cfg(test)] offset: usize,
        #[cfg(not(test))] offset: Missing,
        _: Context<()>,
    ) -> Result<T, Status> {
        responses.rotate_left(N + offset);
        Ok(pick(&responses))
    }
}

#[async_trait]
trait Everywhere {
    async fn everywhere(
        &self,
        operations: Operations,
        parts: (String, String),
        pick: impl Fn(String) -> String + Send + 'static,
    ) -> Result<Operation<WorkResponse, ()>, Status>
    where
        Self: Sized;

    async fn no_receiver(operations: Operations) -> Result<Operation<(), ()>, Status>
    where
        Self: Sized;
}

#[async_trait]
impl<const N: usize> Everywhere for Service<N> {
    #[long_running(response = WorkResponse, operations = operations)]
    async fn everywhere(
        &self,
        operations: Operations,
        (mut a, b): (String, String),
        pick: impl Fn(String) -> String + Send + 'static,
    ) -> Result<WorkResponse, Status> {
        a.push_str(&b);
        let text = tokio::select! { text = async { format!("{self} {a}") } => text };
        drop(operations);
        done(&pick(text))
    }

    #[long_running(operations = operations)]
    async fn no_receiver(operations: Operations) -> Result<(), Status> {
        drop(operations);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn self_is_the_service_wherever_it_stands() {
    let (operations, _store) = engine().await;
    let service = Service::<1> { operations: operations.clone(), name: "s".to_owned() };

    let response = service.everywhere_inherent().await;
    assert_eq!(response.text, "hello s s {self}   s 3 s s");

    let responses: Vec<_> = ["a", "b", "c"].map(|text| WorkResponse { text: text.to_owned() }).into();
    let started = service.generic(responses, |responses| responses[0].clone(), 1).await;
    assert_eq!(started.expect("it starts").await.expect("a response").text, "c");

    let parts = ("a".to_owned(), "b".to_owned());
    let started = Everywhere::everywhere(&service, operations.clone(), parts, |text| text + "!").await;
    assert_eq!(started.expect("it starts").await.expect("a response").text, "s ab!");
    Service::<1>::no_receiver(operations).await.expect("it starts").await.expect("a response");
}

impl Service {
    /// The inherent method, and not the trait's of the same name.
    async fn everywhere_inherent(&self) -> WorkResponse {
        Service::everywhere(self).await.expect("it starts").await.expect("a response")
    }
}

/// A parameter that is there for its lifetime alone lives as long as the handler.
#[long_running(response = WorkResponse, operations = operations, metadata = WorkMetadata)]
async fn guarded(
    operations: Operations,
    _guard: oneshot::Sender<()>,
    end: oneshot::Receiver<()>,
) -> Result<WorkResponse, Status> {
    drop(operations);
    end.await.map_err(|_| Status::internal("the test sends an end"))?;
    done("ended")
}

#[tokio::test(start_paused = true)]
async fn a_guard_lives_as_long_as_the_handler() {
    let (operations, _store) = engine().await;
    let (guard, mut dropped) = oneshot::channel();
    let (end, ended) = oneshot::channel();
    let operation = guarded(operations, guard, ended).await.expect("it starts");
    assert!(
        dropped.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Empty),
        "the guard is gone"
    );
    end.send(()).expect("the handler waits");
    operation.await.expect("a response");
    assert!(dropped.await.is_err(), "the guard is never sent, only dropped");
}

/// The clone that a handler works on is made at the call, so what happens to the service later is not seen.
#[tokio::test(start_paused = true)]
async fn the_service_may_go_before_the_handler_ends() {
    let (operations, _store) = engine().await;
    let service = Arc::new(Service::<1> { operations, name: "s".to_owned() });
    let operation = Service::everywhere(&service).await.expect("it starts");
    drop(service);
    assert_eq!(operation.await.expect("a response").text, "hello s s {self}   s 3 s s");
}
