//! One long-running function on a store in memory, watched until it is done.

#![allow(clippy::print_stdout, reason = "it shows what happens")]

use std::error::Error;
use std::time::Duration;

use lro_runtime::{Context, Operations, Payload, Status, long_running};

/// How far a greeting is.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "quickstart.v1")]
struct GreetMetadata {
    #[payload(tag = 1)]
    progress_percent: u32,
}

/// A greeting.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "quickstart.v1")]
struct GreetResponse {
    #[payload(tag = 1)]
    greeting: String,
}

/// Greets somebody, slowly.
#[long_running(service = "quickstart.v1.Greeter", operations = operations)]
async fn greet(
    ctx: Context<GreetMetadata>,
    operations: Operations,
    who: &'static str,
) -> Result<GreetResponse, Status> {
    for part in 1..=4 {
        tokio::time::sleep(Duration::from_millis(300)).await; // The work.
        ctx.update(|metadata| metadata.progress_percent = part * 25).await?;
    }
    Ok(GreetResponse { greeting: format!("Hello, {who}!") })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let operations = Operations::open("memory:").await?;
    let operation = greet(operations.clone(), "world").await?;
    let mut snapshot = operation.snapshot().clone();
    let mut shown = String::new();
    loop {
        let json = operations.to_json(&snapshot)?;
        if json != shown {
            println!("{json}");
            shown = json;
        }
        if snapshot.is_done() {
            break;
        }
        snapshot = operations.wait(operation.name().as_str(), Some(Duration::from_millis(50))).await?;
    }
    println!("{}", operation.await?.greeting);
    Ok(())
}
