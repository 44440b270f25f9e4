//! A worker that the tests start, kill, pause and start again: steps with effects, over REST, on a store with fail points.

#![allow(clippy::print_stdout, reason = "it says where it listens")]

mod messages;
mod points;
mod works;

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use clap::Parser;
use lro_runtime::store::{PostgresStore, SqliteStore};
use lro_runtime::{Operations, rest};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::points::{Death, FailPoints};
use crate::works::{Effects, Works, try_work, work};

/// Works for the tests.
#[derive(Parser)]
struct Arguments {
    /// `sqlite:FILE` or `postgres://…`.
    #[arg(long)]
    store: String,
    /// The file to which effects are appended.
    #[arg(long)]
    effects: PathBuf,
    #[arg(long)]
    lease_millis: u64,
    /// How many operations run at once.
    #[arg(long, default_value_t = 1_000)]
    running: usize,
    /// The fail point at which it dies.
    #[arg(long)]
    dies: Option<Death>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let builder = Operations::builder()
        .lease(Duration::from_millis(arguments.lease_millis))
        .cancel_grace(Duration::from_millis(300))
        .running(arguments.running);
    let death = arguments.dies;
    let operations = match arguments.store.strip_prefix("sqlite:") {
        Some(path) => builder.open_store(FailPoints::new(SqliteStore::open(path).await?, death)).await?,
        None => {
            let store = PostgresStore::connect(&arguments.store).await?;
            builder.open_store(FailPoints::new(store, death)).await?
        }
    };
    let works = Works { operations: operations.clone(), effects: Effects::open(&arguments.effects)? };
    operations.service(works.clone());
    operations.restart("lro.tests.worker.v1.Works/Work", work);
    operations.run().await?;
    let app = Router::new()
        .route("/v1/works", post(work))
        .route("/v1/tries", post(try_work))
        .with_state(works)
        .merge(rest::router(&operations));

    // It ends with the tests, however those end.
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(1);
    });
    let mut terminated = signal(SignalKind::terminate())?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    let server = axum::serve(listener, app).with_graceful_shutdown(async move {
        terminated.recv().await;
        operations.shutdown(Duration::ZERO).await;
    });
    Ok(server.await?)
}
