//! Interrupted handlers that run again, elsewhere or later.

mod bounds;
mod checkpoints;
mod fencing;
mod handover;
mod names;
mod recovery;
mod registration;
pub(crate) mod shapes;

use std::time::Duration;

use crate::support::restarts::{Copies, CopyRequest, CopyResponse, Ctx};
use crate::support::{FaultyStore, open};
use lro_runtime::Status;

const LEASE: Duration = Duration::from_secs(15);

/// The longest that a recovery takes when nobody says that there is something to recover.
const RECOVERED: Duration = Duration::from_secs(15 + 2);

/// A replica on this way to the store, which runs copies as it is told, and claims those of others.
async fn replica<F, W>(store: &FaultyStore, body: F) -> Copies
where
    F: Fn(Ctx, CopyRequest) -> W + Send + Sync + 'static,
    W: Future<Output = Result<CopyResponse, Status>> + Send + 'static,
{
    let copies = Copies::new(&open(store, |builder| builder.lease(LEASE)).await, body);
    copies.run().await;
    copies
}
