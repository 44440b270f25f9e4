//! Messages of gRPC calls.

use axum::body::{Body, to_bytes};
use http::Request;
use lro_runtime::grpc::{
    self, CancelOperationRequest, DeleteOperationRequest, GetOperationRequest, ListOperationsRequest,
    ListOperationsResponse, Operation, WaitOperationRequest,
};
use proptest::prelude::*;
use prost::Message;
use tower::ServiceExt as _;

use super::{Fuzz, payloads};
use crate::support::works::start_endless;

/// A method, what it takes, and what it gives.
type Call = (&'static str, fn(&[u8]) -> bool, fn(&[u8]) -> bool);

fn is<M: Message + Default>(bytes: &[u8]) -> bool {
    M::decode(bytes).is_ok()
}

const CALLS: [Call; 5] = [
    ("GetOperation", is::<GetOperationRequest>, is::<Operation>),
    ("ListOperations", is::<ListOperationsRequest>, is::<ListOperationsResponse>),
    ("CancelOperation", is::<CancelOperationRequest>, is::<()>),
    ("DeleteOperation", is::<DeleteOperationRequest>, is::<()>),
    ("WaitOperation", is::<WaitOperationRequest>, is::<Operation>),
];

/// What may be wrong with a request that can be read: INVALID_ARGUMENT, NOT_FOUND, UNIMPLEMENTED.
const REFUSALS: [&str; 3] = ["3", "5", "12"];

/// Requests with a name that is there, before whatever else is in them.
fn request(name: String) -> impl Strategy<Value = Vec<u8>> {
    let known = GetOperationRequest { name }.encode_to_vec();
    let list = (any::<String>(), any::<i32>(), any::<String>(), "|operations|projects/p|a//b", any::<bool>());
    let list = list.prop_map(|(filter, page_size, page_token, name, return_partial_success)| {
        ListOperationsRequest { filter, page_size, page_token, name, return_partial_success }.encode_to_vec()
    });
    let wait = (any::<i64>(), any::<i32>(), Just(known.clone())).prop_map(|(seconds, nanos, known)| {
        let timeout = Some(prost_types::Duration { seconds, nanos });
        [known, WaitOperationRequest { name: String::new(), timeout }.encode_to_vec()].concat()
    });
    let mixed = (Just(known), payloads::message()).prop_map(|(known, more)| [known, more].concat());
    prop_oneof![payloads::message(), list, wait, mixed]
}

/// What can be read as a request has an answer or is refused for what it says; what cannot is refused by tonic, as INTERNAL.
#[test]
fn a_message_is_answered_or_refused() {
    let fuzz = Fuzz::new();
    let name = fuzz.runtime.block_on(start_endless(&fuzz.operations)).name().to_string();
    let routes = grpc::routes(&fuzz.operations);
    fuzz.run((prop::sample::select(&CALLS[..]), request(name)), async |((method, takes, gives), message)| {
        let mut frame = vec![0];
        frame.extend(u32::try_from(message.len()).expect("it is short").to_be_bytes());
        frame.extend(&message);
        let request = Request::post(format!("/google.longrunning.Operations/{method}"))
            .version(http::Version::HTTP_2)
            .header("content-type", "application/grpc")
            .body(Body::from(frame))
            .expect("it is a request");
        let response = routes.clone().oneshot(request).await.expect("routes do not fail");
        prop_assert_eq!(response.status(), 200);
        // An error is in the head; a success has its status behind the message.
        let status = response.headers().get("grpc-status").map(|status| status.to_str().unwrap().to_owned());
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("the answer is whole");
        match status {
            None => prop_assert!(takes(&message) && gives(&body[5..]), "{method}: {body:?}"),
            Some(status) if takes(&message) => prop_assert!(REFUSALS.contains(&&*status), "{status}"),
            Some(status) => prop_assert_eq!(status, "13"),
        }
        Ok(())
    });
}
