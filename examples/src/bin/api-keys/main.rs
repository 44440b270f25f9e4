//! A server of the API Keys API: `google.api.apikeys.v2` over REST and gRPC on one port, with its keys and its operations in one SQLite
//! file, or in one PostgreSQL database that several servers share.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that people start and read")]

mod errors;
mod generated;
mod keys;
mod messages;
mod routes;
mod rpc;
mod service;
mod trial;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use clap::Parser;
use lro_runtime::catalog::Catalog;
use lro_runtime::{Operations, grpc, rest};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::keys::Keys;
use crate::service::{ApiKeys, Reservations};

/// How long operations may go on after a request to stop; then they end as interrupted.
const GRACE: Duration = Duration::from_secs(3);

/// Serves the API Keys API over REST and gRPC.
#[derive(Parser)]
struct Arguments {
    /// Where to listen [default: 127.0.0.1:8080, with --try any free port].
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Where keys and operations are kept: `sqlite:FILE`, `memory:`, or `postgres://USER:PASSWORD@HOST/DATABASE`.
    #[arg(long, value_name = "URL", default_value = "sqlite:api-keys.db")]
    store: String,
    /// How long each operation takes.
    #[arg(long, value_name = "SECONDS", default_value = "2s", value_parser = duration)]
    work: Duration,
    /// Creates a key through the server, shows its operation at each poll until it is done, and ends.
    #[arg(long = "try")]
    trial: bool,
    /// Writes the API's descriptors, JSON Schema, an OpenAPI document and its service config into a folder, for generators of clients, and ends.
    #[arg(long, value_name = "FOLDER")]
    schema: Option<PathBuf>,
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    let duration = text.parse::<prost_types::Duration>().ok();
    duration.and_then(|duration| duration.try_into().ok()).ok_or("write seconds, such as `2s` or `0.5s`")
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("api-keys: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = arguments.schema {
        return schema(&folder);
    }
    let listen = arguments.listen.unwrap_or_else(|| {
        let port = if arguments.trial { 0 } else { 8080 };
        format!("127.0.0.1:{port}")
    });
    let listener = TcpListener::bind(&listen).await;
    let listener = listener.map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    let url = format!("http://{}", listener.local_addr()?);

    let operations = Operations::builder()
        .id_prefix("akmf.")
        .descriptors(generated::FILE_DESCRIPTOR_SET)
        .open(&arguments.store)
        .await?;
    // The error does not name the store: its URL may have a password.
    let keys = Keys::open(&arguments.store).await;
    let keys = keys.map_err(|error| format!("cannot open the table of keys: {error}"))?;
    let service = ApiKeys {
        operations: operations.clone(),
        keys,
        work: arguments.work,
        reserved: Reservations::default(),
    };
    let app = routes::routes(service.clone())
        .merge(rest::router_at("/v2", &operations))
        // Google's config of this API has a rule for Get alone; what its clients ask beyond that, they ask by the default bindings.
        .merge(rest::router(&operations))
        .merge(rpc::routes(service, &operations).await?)
        .fallback(|| async { errors::unknown_path() });
    let app = grpc::unknown_services(rest::method_override(app));

    let (stop, stopped) = oneshot::channel::<()>();
    // With Nagle's algorithm the trailers of a gRPC answer would wait for an acknowledgement, often for 40 ms.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let server = axum::serve(listener, app).with_graceful_shutdown(async move {
        let _ = stopped.await;
        // Polls are still answered while the operations end, and nobody who waits holds the server up.
        operations.shutdown(GRACE).await;
    });
    println!("listening on {url}");
    let until = async {
        let result = if arguments.trial { trial::run(&url).await } else { until_signal(&url).await };
        drop(stop);
        result
    };
    let (served, result) = tokio::join!(server.into_future(), until);
    served?;
    result
}

/// What others need to know of this API. Its messages and its service come from a `.proto` file, so no other is written.
fn schema(folder: &Path) -> Result<(), Box<dyn Error>> {
    let catalog = Catalog::linked([generated::FILE_DESCRIPTOR_SET])?;
    let mut written = catalog.write(folder)?;
    let mut document = rest::open_api("/v2", &[], &catalog);
    document["info"]["title"] = "API Keys API".into();
    let documents =
        [("service.yaml", rest::service_config("/v2", &[])), ("openapi.json", format!("{document:#}\n"))];
    for (name, text) in documents {
        let file = folder.join(name);
        fs::write(&file, text)?;
        written.push(file);
    }
    written.iter().for_each(|file| println!("{}", file.display()));
    Ok(())
}

/// Says how to try it, and waits for Ctrl-C or SIGTERM.
async fn until_signal(url: &str) -> Result<(), Box<dyn Error>> {
    println!("create a key, then poll the operation that is answered:");
    println!(
        "  curl -s -X POST '{url}/v2/projects/1/locations/global/keys?keyId=k1' -H 'content-type: application/json' \
         -d '{{\"displayName\":\"d\",\"restrictions\":{{\"browserKeyRestrictions\":{{}}}}}}'"
    );
    println!("  curl -s {url}/v2/operations/akmf.…");
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted?,
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}
