//! A store of one's own under the engine: an operation runs on it, and is found again after a restart.
//!
//! [`store`] is the store, over a [`table`] that is kept in a [`log`]; the tests stamp the conformance suite on it.

#![allow(clippy::print_stdout, reason = "it shows what happens")]

mod log;
mod store;
mod table;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use lro_runtime::store::SystemClock;
use lro_runtime::{Context, Operations, Payload, Status, long_running};

use self::store::LogStore;

/// How far a count is.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "counter.v1")]
struct CountMetadata {
    #[payload(tag = 1)]
    counted: u32,
}

/// A finished count.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "counter.v1")]
struct CountResponse {
    #[payload(tag = 1)]
    total: u32,
}

/// Counts, slowly.
#[long_running(service = "counter.v1.Counter", operations = operations)]
async fn count(
    ctx: Context<CountMetadata>,
    operations: Operations,
    to: u32,
) -> Result<CountResponse, Status> {
    for counted in 1..=to {
        tokio::time::sleep(Duration::from_millis(200)).await; // The work.
        ctx.update(|metadata| metadata.counted = counted).await?;
    }
    Ok(CountResponse { total: to })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "operations".to_owned());
    let operations = open(&folder).await?;
    let operation = count(operations.clone(), 3).await?;
    let name = operation.name().to_string();
    println!("started: {}", operations.to_json(operation.snapshot())?);
    loop {
        let snapshot = operations.wait(&name, Some(Duration::from_millis(150))).await?;
        let seen = if snapshot.is_done() { "ended" } else { "polled" };
        println!("{seen}: {}", operations.to_json(&snapshot)?);
        if snapshot.is_done() {
            break;
        }
    }
    operations.shutdown(Duration::from_secs(1)).await;
    drop((operation, operations));

    let operations = open(&folder).await?;
    println!("found again: {}", operations.to_json(&operations.get(&name).await?)?);
    operations.shutdown(Duration::ZERO).await;
    Ok(())
}

async fn open(folder: &str) -> Result<Operations, Box<dyn Error>> {
    let store = LogStore::open(Path::new(folder), SystemClock)?;
    Ok(Operations::builder().open_store(store).await?)
}
