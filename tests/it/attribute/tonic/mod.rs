//! The attribute in a tonic service, over a real port: with this crate's `Operation`, which the generated code has by
//! `extern_path`, and with one that the service generated itself.

mod generated;
mod services;

use std::collections::HashMap;
use std::net::SocketAddr;

use lro_runtime::grpc::Operation;
use lro_runtime::{Code, ListRequest, Operations, Outcome, Payload as _, Snapshot, Status};
use prost::Message as _;
use tokio::task::JoinSet;
use tonic::transport::server::{Router, TcpIncoming};
use tonic::transport::{Channel, Server};
use tonic::{Request, Response};
use tonic_types::{ErrorDetails, StatusExt as _};

use self::generated::{extern_path, own};
use self::services::{Disks, Principal};
use crate::support::works::{WorkMetadata, WorkResponse};
use crate::support::{end, engine};

/// An error with everything that a tonic status can carry to a client.
fn rich_error() -> tonic::Status {
    let mut details = ErrorDetails::new();
    details.set_error_info("DISK_IN_USE", "disks.example.com", HashMap::from([("disk".into(), "d1".into())]));
    details.add_precondition_failure_violation("USE", "disks/d1", "it is attached");
    details.set_localized_message("de", "Der Datenträger wird benutzt.");
    tonic::Status::with_error_details(tonic::Code::FailedPrecondition, "the disk is in use", details)
}

/// The same error as the library has it.
fn rich_status() -> Status {
    Status::decode(rich_error().details()).expect("the details are a google.rpc.Status")
}

/// Both services' clients, by one signature.
#[derive(Clone, Debug)]
enum Client {
    ExternPath(extern_path::disks_client::DisksClient<Channel>),
    Own(own::lro::tests::disks::v1::disks_client::DisksClient<Channel>),
}

impl Client {
    async fn copy(&mut self, disk: &str, outcome: &str) -> Result<Response<Operation>, tonic::Status> {
        let (disk, outcome) = (disk.to_owned(), outcome.to_owned());
        match self {
            Self::ExternPath(client) => {
                let request = extern_path::CopyDiskRequest { disk, outcome };
                Ok(client.copy_disk(spoken(request)).await?)
            }
            Self::Own(client) => {
                let request = own::lro::tests::disks::v1::CopyDiskRequest { disk, outcome };
                Ok(client.copy_disk(spoken(request)).await?.map(|operation| same(&operation)))
            }
        }
    }

    async fn delete(&mut self, disk: &str) -> Result<String, tonic::Status> {
        let disk = disk.to_owned();
        match self {
            Self::ExternPath(client) => {
                let request = extern_path::DeleteDiskRequest { disk };
                Ok(client.delete_disk(request).await?.into_inner().name)
            }
            Self::Own(client) => {
                let request = own::lro::tests::disks::v1::DeleteDiskRequest { disk };
                Ok(client.delete_disk(request).await?.into_inner().name)
            }
        }
    }
}

/// The same message in this crate's type.
fn same(operation: &own::google::longrunning::Operation) -> Operation {
    Operation::decode(&*operation.encode_to_vec()).expect("both are the same message")
}

/// A request in a language, which goes as metadata.
fn spoken<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("x-language", "de".parse().expect("ASCII"));
    request
}

/// Serves on a port of its own, and connects.
async fn serve(tasks: &mut JoinSet<()>, router: Router) -> Channel {
    let incoming = TcpIncoming::bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port is free");
    let address = incoming.local_addr().expect("it is bound");
    tasks.spawn(async { router.serve_with_incoming(incoming).await.expect("the server runs") });
    let endpoint = Channel::from_shared(format!("http://{address}")).expect("it is an address");
    endpoint.connect().await.expect("the server answers")
}

/// Both services on ports of their own. They stop when this is dropped.
struct Services {
    operations: Operations,
    clients: [Client; 2],
    _tasks: JoinSet<()>,
}

impl Services {
    async fn start() -> Self {
        let (operations, _store) = engine().await;
        let disks = Disks { operations: operations.clone() };
        let known = |mut request: Request<()>| {
            request.extensions_mut().insert(Principal("alice".to_owned()));
            Ok(request)
        };
        let extern_path = extern_path::disks_server::DisksServer::with_interceptor(disks.clone(), known);
        let own = own::lro::tests::disks::v1::disks_server::DisksServer::with_interceptor(disks, known);
        let mut tasks = JoinSet::new();
        let extern_path = serve(&mut tasks, Server::builder().add_service(extern_path)).await;
        let own = serve(&mut tasks, Server::builder().add_service(own)).await;
        let extern_path = extern_path::disks_client::DisksClient::new(extern_path);
        let own = own::lro::tests::disks::v1::disks_client::DisksClient::new(own);
        Self { operations, clients: [Client::ExternPath(extern_path), Client::Own(own)], _tasks: tasks }
    }

    /// The end of a copy with this outcome.
    async fn copied(&self, client: &mut Client, outcome: &str) -> Snapshot {
        let started = client.copy("disks/d1", outcome).await.expect("it starts").into_inner();
        end(&self.operations, &started.name).await.expect("it ends")
    }
}

/// The first answer is an operation, under its parent, with its metadata (P-029, P-091).
#[tokio::test]
async fn a_tonic_method_answers_with_an_operation() {
    let services = Services::start().await;
    for mut client in services.clients.clone() {
        let answer = client.copy("disks/d1", "").await.expect("it starts");
        assert!(
            answer.metadata().get("x-too-late").is_none(),
            "the handler's own response is not the answer"
        );
        let started = answer.into_inner();
        assert!(started.name.starts_with("disks/d1/operations/"), "{}", started.name);
        assert!(!started.done);
        let metadata = started.metadata.expect("metadata is there from the first answer");
        assert_eq!(metadata.type_url, "type.googleapis.com/lro.tests.v1.WorkMetadata");
        end(&services.operations, &started.name).await.expect("it ends");
    }
}

/// The handler has the whole request: its message, metadata, extensions and where it came from.
#[tokio::test]
async fn the_handler_sees_the_request() {
    let services = Services::start().await;
    for mut client in services.clients.clone() {
        let end = services.copied(&mut client, "").await;
        let Some(Outcome::Response(response)) = &end.outcome else { panic!("{end:?}") };
        let response = WorkResponse::from_wire(&response.value).expect("it is a response");
        assert_eq!(response.text, "de alice 127.0.0.1");
        let metadata = WorkMetadata::from_wire(&end.metadata.value).expect("it is metadata");
        assert_eq!(metadata.percent, 50);
    }
}

/// A method without a context, whose response is empty.
#[tokio::test]
async fn a_tonic_method_may_have_nothing_to_say() {
    let services = Services::start().await;
    for mut client in services.clients.clone() {
        let name = client.delete("disks/d2").await.expect("it starts");
        assert!(name.starts_with("disks/d2/operations/"), "{name}");
        let end = end(&services.operations, &name).await.expect("it ends");
        let Some(Outcome::Response(response)) = end.outcome else { panic!("{end:?}") };
        assert_eq!(&*response.type_url, "type.googleapis.com/google.protobuf.Empty");
    }
}

/// The handler's error is the operation's, with its code, its message and every detail (D13, P-170).
#[tokio::test]
async fn the_handlers_error_is_kept_whole() {
    let services = Services::start().await;
    for mut client in services.clients.clone() {
        let end = services.copied(&mut client, "rich").await;
        let Some(Outcome::Error(error)) = end.outcome else { panic!("{end:?}") };
        assert_eq!(error, rich_status());
        assert_eq!(error.details().len(), 3);

        let end = services.copied(&mut client, "plain").await;
        let Some(Outcome::Error(error)) = end.outcome else { panic!("{end:?}") };
        assert_eq!((error.code(), error.message()), (Code::FailedPrecondition, "the disk is in use"));
        assert_eq!(error.reason().as_deref(), Some("FAILED_PRECONDITION"));
    }
}

/// An error whose code is OK is UNKNOWN (P-038).
#[tokio::test]
async fn an_ok_error_is_unknown() {
    let services = Services::start().await;
    for mut client in services.clients.clone() {
        let end = services.copied(&mut client, "ok").await;
        let Some(Outcome::Error(error)) = end.outcome else { panic!("{end:?}") };
        assert_eq!((error.code(), error.message()), (Code::Unknown, "fine"));
    }
}

/// What `validate` refuses is the RPC's error, whole, and leaves no record (P-027).
#[tokio::test]
async fn a_refused_call_is_the_rpcs_error() {
    let services = Services::start().await;
    for mut client in services.clients.clone() {
        let refused = client.copy("", "").await.expect_err("no disk is named");
        assert_eq!(
            (refused.code(), refused.message()),
            (tonic::Code::FailedPrecondition, "the disk is in use")
        );
        assert_eq!(Status::decode(refused.details()).as_ref(), Ok(&rich_status()));
    }
    let page = services.operations.list(&ListRequest::default()).await.expect("a page");
    assert!(page.operations.is_empty());
}

/// What the engine refuses is the RPC's error, too, with its reason.
#[tokio::test]
async fn an_engines_refusal_is_the_rpcs_error() {
    let services = Services::start().await;
    services.operations.shutdown(std::time::Duration::ZERO).await;
    for mut client in services.clients.clone() {
        let refused = client.delete("disks/d3").await.expect_err("the engine is closed");
        assert_eq!(refused.code(), tonic::Code::Unavailable);
        let info = refused.get_details_error_info().expect("an ErrorInfo");
        assert_eq!(info.reason, "SHUTTING_DOWN");
    }
}
