//! What may stand above the attribute may stand below it, in every place where it goes: documentation, `cfg`, lints. `#[instrument]` has a
//! file of its own. Each body uses `self` in macros.

use std::fmt;

use async_trait::async_trait;
use axum::extract::State;
use lro_runtime::catalog::Catalog;
use lro_runtime::{Operation, Operations, Payload, Status, long_running};

use crate::support::engine;
use crate::support::works::{WorkResponse, done};

const SERVICE: &str = "lro.tests.neighbours.v1.Neighbours";

type Started = Result<Operation<WorkResponse, ()>, Status>;

#[derive(Clone, Debug)]
struct Service {
    operations: Operations,
    name: String,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Above, free.
#[cfg(not(any()))]
#[allow(unused_variables, reason = "it reaches the body")]
#[inline]
#[long_running(response = WorkResponse, service = "lro.tests.neighbours.v1.Neighbours", operations = service.operations)]
async fn free_above(State(service): State<Service>, (text, _): (String, ())) -> Result<WorkResponse, Status> {
    let unused = 1;
    let text = tokio::select! { text = async { format!("{service} {text}") } => text };
    done(&text)
}

#[long_running(response = WorkResponse, service = "lro.tests.neighbours.v1.Neighbours", operations = service.operations)]
/// Below, free.
#[cfg(not(any()))]
#[allow(unused_variables, reason = "it reaches the body")]
#[inline]
async fn free_below(State(service): State<Service>, (text, _): (String, ())) -> Result<WorkResponse, Status> {
    let unused = 1;
    let text = tokio::select! { text = async { format!("{service} {text}") } => text };
    done(&text)
}

#[cfg(any())]
#[long_running]
async fn free_left_out_above() -> Missing {}

#[long_running]
#[cfg(any())]
async fn free_left_out_below() -> Missing {}

impl Service {
    /// Above, inherent.
    #[cfg(not(any()))]
    #[allow(unused_variables, reason = "it reaches the body")]
    #[inline]
    #[long_running(response = WorkResponse, service = "lro.tests.neighbours.v1.Neighbours")]
    async fn inherent_above(&self, (text, _): (String, ())) -> Result<WorkResponse, Status> {
        let unused = 1;
        let text = tokio::select! { text = async { format!("{self} {text}") } => text };
        done(&text)
    }

    #[long_running(response = WorkResponse, service = "lro.tests.neighbours.v1.Neighbours")]
    /// Below, inherent.
    #[cfg(not(any()))]
    #[allow(unused_variables, reason = "it reaches the body")]
    #[inline]
    async fn inherent_below(&self, (text, _): (String, ())) -> Result<WorkResponse, Status> {
        let unused = 1;
        let text = tokio::select! { text = async { format!("{self} {text}") } => text };
        done(&text)
    }

    #[cfg(any())]
    #[long_running]
    async fn inherent_left_out_above(&self) -> Missing {}

    #[long_running]
    #[cfg(any())]
    async fn inherent_left_out_below(&self) -> Missing {}
}

/// The block has neighbours, too.
#[cfg(not(any()))]
#[long_running(service = "lro.tests.neighbours.v1.Neighbours")]
#[allow(unused_variables, reason = "it reaches the bodies")]
impl Service {
    /// Above, in a block.
    #[cfg(not(any()))]
    #[inline]
    #[long_running(response = WorkResponse)]
    async fn block_above(&self, (text, _): (String, ())) -> Result<WorkResponse, Status> {
        let unused = 1;
        let text = tokio::select! { text = async { format!("{self} {text}") } => text };
        done(&text)
    }

    #[long_running(response = WorkResponse)]
    /// Below, in a block.
    #[cfg(not(any()))]
    #[inline]
    async fn block_below(&self, (text, _): (String, ())) -> Result<WorkResponse, Status> {
        let unused = 1;
        let text = tokio::select! { text = async { format!("{self} {text}") } => text };
        done(&text)
    }

    #[cfg(any())]
    #[long_running]
    async fn block_left_out_above(&self) -> Missing {}

    #[long_running]
    #[cfg(any())]
    async fn block_left_out_below(&self) -> Missing {}
}

#[cfg(any())]
#[long_running]
impl Missing {
    #[long_running]
    async fn left_out(&self) -> Missing {}
}

#[long_running]
#[cfg(any())]
impl Missing {
    #[long_running]
    async fn left_out(&self) -> Missing {}
}

/// Of plain Rust, and generic.
#[long_running]
trait Native<R: Payload, const N: usize> {
    /// Above, declared.
    #[cfg(not(any()))]
    #[long_running(response = WorkResponse)]
    async fn native_above(&self, text: String) -> Result<WorkResponse, Status>;

    #[long_running(response = WorkResponse)]
    /// Below, declared.
    #[cfg(not(any()))]
    async fn native_below(&self, text: String) -> Result<WorkResponse, Status>;

    #[long_running]
    async fn generic<T>(&self, response: R, other: T) -> Result<R, Status>
    where
        T: Payload + Clone;

    #[cfg(any())]
    #[long_running]
    async fn native_left_out_above(&self) -> Missing;

    #[long_running]
    #[cfg(any())]
    async fn native_left_out_below(&self) -> Missing;
}

#[long_running(service = "lro.tests.neighbours.v1.Neighbours")]
impl Native<WorkResponse, 2> for Service {
    /// Above, native.
    #[cfg(not(any()))]
    #[long_running(response = WorkResponse)]
    async fn native_above(&self, mut text: String) -> Result<WorkResponse, Status> {
        text = tokio::select! { text = async { format!("{self} {text}") } => text };
        done(&text)
    }

    #[long_running(response = WorkResponse)]
    /// Below, native.
    #[cfg(not(any()))]
    async fn native_below(&self, mut text: String) -> Result<WorkResponse, Status> {
        text = tokio::select! { text = async { format!("{self} {text}") } => text };
        done(&text)
    }

    #[long_running(response = WorkResponse)]
    async fn generic<T>(&self, response: WorkResponse, other: T) -> Result<WorkResponse, Status>
    where
        T: Payload + Clone,
    {
        drop(other.clone());
        Ok(response)
    }
}

/// As tonic generates it.
#[async_trait]
trait Dynamic {
    async fn dynamic_above(&self, parts: (String, ())) -> Started;
    async fn dynamic_below(&self, parts: (String, ())) -> Started;
}

#[async_trait]
impl Dynamic for Service {
    /// Above, dynamic.
    #[cfg(not(any()))]
    #[allow(unused_variables, reason = "it reaches the body")]
    #[long_running(response = WorkResponse, service = "lro.tests.neighbours.v1.Neighbours")]
    async fn dynamic_above(&self, (text, _): (String, ())) -> Result<WorkResponse, Status> {
        let unused = 1;
        let text = tokio::select! { text = async { format!("{self} {text}") } => text };
        done(&text)
    }

    #[long_running(response = WorkResponse, service = "lro.tests.neighbours.v1.Neighbours")]
    /// Below, dynamic.
    #[cfg(not(any()))]
    #[allow(unused_variables, reason = "it reaches the body")]
    async fn dynamic_below(&self, (text, _): (String, ())) -> Result<WorkResponse, Status> {
        let unused = 1;
        let text = tokio::select! { text = async { format!("{self} {text}") } => text };
        done(&text)
    }

    #[cfg(any())]
    #[long_running]
    async fn dynamic_left_out_above(&self) -> Missing {}

    #[long_running]
    #[cfg(any())]
    async fn dynamic_left_out_below(&self) -> Missing {}
}

/// Both attributes on a trait and on a block, in either order.
macro_rules! dynamic_blocks {
    ($($name:ident, $above:ident, $below:ident, $generic:ident, [$(#[$attribute:ident $(($($arguments:tt)*))?])*], [$(#[$of_trait:ident])*];)*) => {$(
        $(#[$of_trait])*
        trait $name {
            /// Declared.
            #[cfg(not(any()))]
            #[long_running(response = WorkResponse)]
            async fn $above(&self, parts: (String, ())) -> Result<WorkResponse, Status>;

            #[long_running(response = WorkResponse)]
            /// Declared.
            #[cfg(not(any()))]
            async fn $below(&self, parts: (String, ())) -> Result<WorkResponse, Status>;

            #[long_running]
            async fn $generic<R: Payload + Clone>(&self, response: R) -> Result<R, Status>;

            #[cfg(any())]
            #[long_running]
            async fn left_out_above(&self) -> Missing;

            #[long_running]
            #[cfg(any())]
            async fn left_out_below(&self) -> Missing;
        }

        $(#[$attribute $(($($arguments)*))?])*
        impl $name for Service {
            /// Above, dynamic, in a block.
            #[cfg(not(any()))]
            #[allow(unused_variables, reason = "it reaches the body")]
            #[long_running(response = WorkResponse)]
            async fn $above(&self, (text, _): (String, ())) -> Result<WorkResponse, Status> {
                let unused = 1;
                let text = tokio::select! { text = async { format!("{self} {text}") } => text };
                done(&text)
            }

            #[long_running(response = WorkResponse)]
            /// Below, dynamic, in a block.
            #[cfg(not(any()))]
            #[allow(unused_variables, reason = "it reaches the body")]
            async fn $below(&self, (text, _): (String, ())) -> Result<WorkResponse, Status> {
                let unused = 1;
                let text = tokio::select! { text = async { format!("{self} {text}") } => text };
                done(&text)
            }

            #[long_running]
            async fn $generic<R: Payload + Clone>(&self, response: R) -> Result<R, Status> {
                Ok(response.clone())
            }

            #[cfg(any())]
            #[long_running]
            async fn left_out_above(&self) -> Missing {}

            #[long_running]
            #[cfg(any())]
            async fn left_out_below(&self) -> Missing {}
        }
    )*};
}

dynamic_blocks! {
    Outer, outer_above, outer_below, outer_generic,
        [#[long_running(service = "lro.tests.neighbours.v1.Neighbours")] #[async_trait]], [#[long_running] #[async_trait]];
    Inner, inner_above, inner_below, inner_generic,
        [#[async_trait] #[long_running(service = "lro.tests.neighbours.v1.Neighbours")]], [#[async_trait] #[long_running]];
}

#[tokio::test]
async fn every_body_runs_whatever_stands_above_and_below() {
    let (operations, _store) = engine().await;
    let service = Service { operations, name: "s".to_owned() };
    let text = || "t".to_owned();
    let parts = || (text(), ());
    let started = [
        free_above(State(service.clone()), parts()).await,
        free_below(State(service.clone()), parts()).await,
        service.inherent_above(parts()).await,
        service.inherent_below(parts()).await,
        service.block_above(parts()).await,
        service.block_below(parts()).await,
        service.native_above(text()).await,
        service.native_below(text()).await,
        service.dynamic_above(parts()).await,
        service.dynamic_below(parts()).await,
        service.outer_above(parts()).await,
        service.outer_below(parts()).await,
        service.inner_above(parts()).await,
        service.inner_below(parts()).await,
    ];
    for started in started {
        assert_eq!(started.expect("it starts").await.expect("a response").text, "s t");
    }
    let response = done("generic").expect("a response");
    let generic = [
        service.generic(response.clone(), ()).await,
        service.outer_generic(response.clone()).await,
        service.inner_generic(response.clone()).await,
    ];
    for started in generic {
        assert_eq!(started.expect("it starts").await, Ok(response.clone()));
    }
}

/// The documentation is found above and below, and nothing of what `cfg` leaves out is linked.
#[test]
fn documentation_is_found_above_and_below() {
    let catalog = Catalog::linked([]).expect("a catalogue");
    let methods = catalog.methods().iter().filter(|method| method.service == SERVICE);
    let found: Vec<_> = methods.map(|method| (method.name, method.documentation)).collect();
    let expected = [
        ("BlockAbove", "Above, in a block."),
        ("BlockBelow", "Below, in a block."),
        ("DynamicAbove", "Above, dynamic."),
        ("DynamicBelow", "Below, dynamic."),
        ("FreeAbove", "Above, free."),
        ("FreeBelow", "Below, free."),
        ("Generic", ""),
        ("InherentAbove", "Above, inherent."),
        ("InherentBelow", "Below, inherent."),
        ("InnerAbove", "Above, dynamic, in a block."),
        ("InnerBelow", "Below, dynamic, in a block."),
        ("NativeAbove", "Above, native."),
        ("NativeBelow", "Below, native."),
        ("OuterAbove", "Above, dynamic, in a block."),
        ("OuterBelow", "Below, dynamic, in a block."),
    ];
    assert_eq!(found, expected);
}
