//! The five methods over gRPC: through a real port with the generated client, byte for byte where it hides something, and in
//! memory where time is paused.

mod access;
mod errors;
mod methods;
mod port;
mod wait;

use std::time::Duration;

use lro_runtime::grpc::operations_client::OperationsClient;
use lro_runtime::store::MemoryStore;
use lro_runtime::{Builder, Operations, grpc, rest};
use tonic::transport::Channel;

use crate::support::http::Server;
use crate::support::{FaultyStore, open};

/// An engine, and its server of both wires on one port.
struct Served {
    operations: Operations,
    store: FaultyStore,
    server: Server,
    client: OperationsClient<Channel>,
}

async fn served() -> Served {
    served_with(|builder| builder.cancel_grace(Duration::ZERO)).await
}

async fn served_with(set: impl FnOnce(Builder) -> Builder) -> Served {
    let store = FaultyStore::new(MemoryStore::new());
    let operations = open(&store, set).await;
    let app = rest::router(&operations).merge(grpc::routes(&operations));
    let server = Server::start(grpc::unknown_services(app)).await;
    let endpoint = Channel::from_shared(format!("http://{}", server.address)).expect("it is an address");
    let client = OperationsClient::new(endpoint.connect().await.expect("the server answers"));
    Served { operations, store, server, client }
}
