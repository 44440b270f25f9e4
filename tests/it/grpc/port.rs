//! gRPC, gRPC-Web and REST on one port, each with the errors that its clients understand.

use lro_runtime::Operations;
use lro_runtime::grpc::{FILE_DESCRIPTOR_SET, GetOperationRequest, Operation};
use prost::Message;
use prost::bytes::{BufMut as _, Bytes};
use prost_reflect::DescriptorPool;

use super::served;
use crate::support::http::Server;
use crate::support::works::start_endless;

/// A message as gRPC frames it.
fn framed(message: &impl Message) -> Vec<u8> {
    let mut frame = vec![0];
    frame.put_u32(u32::try_from(message.encoded_len()).unwrap());
    message.encode(&mut frame).unwrap();
    frame
}

/// A call over HTTP/2, whose answer is left as it is.
pub(super) async fn raw_call(server: &Server, path: &str, message: &impl Message) -> reqwest::Response {
    raw(server, path, "application/grpc", framed(message)).await
}

async fn raw(server: &Server, path: &str, content_type: &str, body: Vec<u8>) -> reqwest::Response {
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let request =
        client.post(format!("http://{}{path}", server.address)).header("content-type", content_type);
    request.header("te", "trailers").body(body).send().await.unwrap()
}

/// P-141, P-042: what is not there ends as grpc-status 12 with HTTP 200, be it the method or the service.
#[tokio::test]
async fn unknown_methods_and_services_are_unimplemented() {
    let served = served().await;
    for path in ["/google.longrunning.Operations/Pause", "/acme.v1.Disks/Copy", "/nothing"] {
        let answer = raw_call(&served.server, path, &()).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["grpc-status"]),
            (200, &"12".parse().unwrap()),
            "{path}"
        );
        assert_eq!(answer.headers()["content-type"], "application/grpc", "{path}");
    }
}

/// P-041, P-142 and corner case 67: REST is served beside, over both versions of HTTP, and keeps its errors.
#[tokio::test]
async fn rest_is_on_the_same_port() {
    let served = served().await;
    let name = start_endless(&served.operations).await.name().to_string();
    assert_eq!(served.server.send("GET", &format!("/v1/{name}")).await.ok()["name"], *name);
    assert_eq!(served.server.send("GET", "/v1/operations/unknown").await.error().0, 404);
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let answer = client.get(format!("http://{}/v1/{name}", served.server.address)).send().await.unwrap();
    assert_eq!(answer.version(), reqwest::Version::HTTP_2);
    assert!(answer.text().await.unwrap().contains(&name));
}

/// Corner case 67: a wrong content type on a path of gRPC is 415.
#[tokio::test]
async fn another_content_type_is_unsupported() {
    let served = served().await;
    let path = "/google.longrunning.Operations/GetOperation";
    for content_type in ["application/json", "text/plain", "application/protobuf"] {
        let answer = raw(&served.server, path, content_type, framed(&GetOperationRequest::default())).await;
        assert_eq!(answer.status().as_u16(), 415, "{content_type}");
    }
    assert_eq!(served.server.send("GET", path).await.status, 415);
}

/// gRPC-Web over HTTP/1.1: a frame with the message, and one with the trailers.
#[tokio::test]
async fn browsers_speak_grpc_web() {
    let served = served().await;
    let name = start_endless(&served.operations).await.name().to_string();
    let url = format!("http://{}/google.longrunning.Operations/GetOperation", served.server.address);
    let call = |name: &str| {
        let request = reqwest::Client::new().post(&url).header("content-type", "application/grpc-web+proto");
        request.body(framed(&GetOperationRequest { name: name.to_owned() })).send()
    };
    let answer = call(&name).await.unwrap();
    assert_eq!(answer.version(), reqwest::Version::HTTP_11);
    assert_eq!(answer.headers()["content-type"], "application/grpc-web+proto");
    let body: Bytes = answer.bytes().await.unwrap();
    let length = u32::from_be_bytes(body[1..5].try_into().unwrap()) as usize;
    assert_eq!(Operation::decode(&body[5..5 + length]).unwrap().name, name);
    let trailers = &body[5 + length..];
    assert_eq!(trailers[0], 0x80);
    assert!(String::from_utf8_lossy(&trailers[5..]).contains("grpc-status:0"), "{trailers:?}");
    let refused = call("operations/unknown").await.unwrap();
    assert_eq!(refused.headers()["grpc-status"], "5");
}

/// A request that is no message, or one of no end, is refused; the connection lives on.
#[tokio::test]
async fn broken_and_endless_requests_are_refused() {
    let served = served().await;
    let path = "/google.longrunning.Operations/GetOperation";
    let status = |answer: reqwest::Response| answer.headers().get("grpc-status").cloned();
    let broken = raw(&served.server, path, "application/grpc", vec![0, 0, 0, 0, 2, 0xff, 0xff]).await;
    assert!(status(broken).is_some_and(|status| status != "0"));
    let huge = raw(
        &served.server,
        path,
        "application/grpc",
        framed(&GetOperationRequest { name: "x".repeat(5 << 20) }),
    )
    .await;
    assert!(status(huge).is_some_and(|status| status == "11"), "past tonic's 4 MiB");
}

/// P-001…P-007: the numbers, types and paths of the contract, as reflection shows them.
#[test]
fn the_descriptors_are_the_contract() {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
    let fields = |message: &str| {
        let message = pool.get_message_by_name(&format!("google.longrunning.{message}")).unwrap();
        let mut fields: Vec<_> =
            message.fields().map(|field| (field.number(), field.name().to_owned())).collect();
        fields.sort();
        fields.into_iter().map(|(number, name)| format!("{name} {number}")).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(fields("Operation"), "name 1, metadata 2, done 3, error 4, response 5");
    assert_eq!(fields("GetOperationRequest"), "name 1");
    assert_eq!(fields("CancelOperationRequest"), "name 1");
    assert_eq!(fields("DeleteOperationRequest"), "name 1");
    assert_eq!(fields("WaitOperationRequest"), "name 1, timeout 2");
    assert_eq!(
        fields("ListOperationsRequest"),
        "filter 1, page_size 2, page_token 3, name 4, return_partial_success 5"
    );
    assert_eq!(fields("ListOperationsResponse"), "operations 1, next_page_token 2, unreachable 3");
    assert_eq!(fields("OperationInfo"), "response_type 1, metadata_type 2");
    let info = pool.get_extension_by_name("google.longrunning.operation_info").unwrap();
    assert_eq!(
        (info.number(), info.containing_message().full_name()),
        (1049, "google.protobuf.MethodOptions")
    );
    let service = pool.get_service_by_name("google.longrunning.Operations").unwrap();
    let methods: Vec<_> = service
        .methods()
        .map(|method| {
            assert!(!method.is_client_streaming() && !method.is_server_streaming());
            (method.name().to_owned(), method.output().full_name().to_owned())
        })
        .collect();
    let expected = [
        ("ListOperations", "google.longrunning.ListOperationsResponse"),
        ("GetOperation", "google.longrunning.Operation"),
        ("DeleteOperation", "google.protobuf.Empty"),
        ("CancelOperation", "google.protobuf.Empty"),
        ("WaitOperation", "google.longrunning.Operation"),
    ];
    assert_eq!(methods, expected.map(|(name, output)| (name.to_owned(), output.to_owned())));
}

/// Whoever gives the descriptors of a service with long-running methods gives those of google.longrunning and google.rpc along.
#[tokio::test]
async fn the_descriptors_can_be_given_to_an_engine() {
    let builder = Operations::builder().descriptors(FILE_DESCRIPTOR_SET);
    let builder = builder.descriptors(tonic_types::pb::FILE_DESCRIPTOR_SET);
    builder.open("memory:").await.unwrap();
}
