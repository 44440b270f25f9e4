//! Who may do what: decided before anything is looked up, and the same on both wires (P-040, P-043, P-117, P-184).

use lro_runtime::grpc::{
    CancelOperationRequest, DeleteOperationRequest, GetOperationRequest, ListOperationsRequest,
    WaitOperationRequest,
};
use lro_runtime::{Access, Builder, Status, Verb};
use tonic::Request;

use super::{Served, served_with};
use crate::support::http::failed;
use crate::support::works::{done, work};

/// Callers name their tenant, and may do everything below it but delete.
fn tenants(builder: Builder) -> Builder {
    builder.authorize(|access: Access| async move {
        let Some(tenant) = access.headers.get("x-tenant") else {
            return Err(Status::unauthenticated("say who you are"));
        };
        let own = access.name.strip_prefix("tenants/").and_then(|rest| rest.split('/').next());
        let own = own.is_some_and(|own| own.as_bytes() == tenant.as_bytes());
        if own && access.verb != Verb::Delete { Ok(()) } else { Err(access.denied()) }
    })
}

fn from<T>(tenant: &'static str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    if !tenant.is_empty() {
        request.metadata_mut().insert("x-tenant", tenant.parse().unwrap());
    }
    request
}

impl Served {
    /// The code of each method's answer over gRPC, for one tenant and one name: Get, Cancel, Wait, Delete.
    async fn codes(&mut self, tenant: &'static str, name: &str) -> [(tonic::Code, String); 4] {
        let name = name.to_owned();
        let client = &mut self.client;
        let get = client.get_operation(from(tenant, GetOperationRequest { name: name.clone() })).await.err();
        let cancel =
            client.cancel_operation(from(tenant, CancelOperationRequest { name: name.clone() })).await.err();
        let wait = WaitOperationRequest { name: name.clone(), timeout: None };
        let wait = client.wait_operation(from(tenant, wait)).await.err();
        let delete =
            client.delete_operation(from(tenant, DeleteOperationRequest { name: name.clone() })).await.err();
        [get, cancel, wait, delete].map(|status| {
            status.map_or((tonic::Code::Ok, String::new()), |status| {
                (status.code(), status.message().replace(&name, "NAME"))
            })
        })
    }

    /// The same over REST.
    async fn answers(&self, tenant: &str, name: &str) -> [(u16, String, String); 4] {
        let header = if tenant.is_empty() { String::new() } else { format!("x-tenant: {tenant}\r\n") };
        let mut answers = Vec::new();
        for (method, verb) in [("GET", ""), ("POST", ":cancel"), ("POST", ":wait"), ("DELETE", "")] {
            let answer = self.server.send_body(method, &format!("/v1/{name}{verb}"), &header, "").await;
            answers.push(if answer.status == 200 { failed(200, "", "") } else { answer.error() });
        }
        answers.try_into().unwrap()
    }
}

/// P-043, P-184 and corner case 58: who may not, learns nothing; the words are the same for what exists and what does not.
#[tokio::test]
async fn a_foreign_operation_looks_like_a_missing_one() {
    let mut served = served_with(tenants).await;
    let operation =
        work(served.operations.clone(), "tenants/a".into(), |_| async { done("x") }).await.unwrap();
    let exists = operation.name().to_string();
    operation.await.unwrap();
    let missing = "tenants/a/operations/0190-missing";
    assert_eq!(served.codes("b", &exists).await, served.codes("b", missing).await);
    assert!(served.codes("b", &exists).await.iter().all(|(code, _)| *code == tonic::Code::PermissionDenied));
    assert_eq!(served.answers("b", &exists).await, served.answers("b", missing).await);
    let denied = failed(403, "PERMISSION_DENIED", "PERMISSION_DENIED");
    assert_eq!(served.answers("b", &exists).await, [0; 4].map(|_| denied.clone()));
}

/// P-043: authentication, authorization, what is wrong with the request, existence: in this order.
#[tokio::test]
async fn checks_come_in_order() {
    use tonic::Code::{InvalidArgument, NotFound, Ok, PermissionDenied, Unauthenticated};
    let mut served = served_with(tenants).await;
    let operation =
        work(served.operations.clone(), "tenants/a".into(), |_| async { done("x") }).await.unwrap();
    let exists = operation.name().to_string();
    operation.await.unwrap();
    let cases = [
        ("", "tenants/a/operations/../x", [Unauthenticated; 4], [401; 4]),
        ("", &*exists, [Unauthenticated; 4], [401; 4]),
        ("b", "tenants/a/operations/../x", [PermissionDenied; 4], [403; 4]),
        (
            "a",
            "tenants/a/operations/../x",
            [InvalidArgument, InvalidArgument, InvalidArgument, PermissionDenied],
            [400, 400, 400, 403],
        ),
        (
            "a",
            "tenants/a/operations/x",
            [NotFound, NotFound, NotFound, PermissionDenied],
            [404, 404, 404, 403],
        ),
        ("a", &*exists, [Ok, Ok, Ok, PermissionDenied], [200, 200, 200, 403]),
    ];
    for (tenant, name, codes, statuses) in cases {
        assert_eq!(served.codes(tenant, name).await.map(|(code, _)| code), codes, "{tenant:?} {name}");
        assert_eq!(
            served.answers(tenant, name).await.map(|(status, ..)| status),
            statuses,
            "{tenant:?} {name}"
        );
    }
    let header = "x-tenant: b\r\n";
    let wrong =
        served.server.send_body("GET", "/v1/tenants/a/operations?pageSize=abc&no=1", header, "").await;
    assert_eq!(wrong.status, 403);
}

/// P-117: a token of somebody else's list grants nothing; every page is asked about.
#[tokio::test]
async fn each_page_is_authorized() {
    let mut served = served_with(tenants).await;
    for _ in 0..3 {
        work(served.operations.clone(), "tenants/a".into(), |_| async { done("x") }).await.unwrap();
    }
    let request = ListOperationsRequest { name: "tenants/a".into(), page_size: 2, ..Default::default() };
    let page = served.client.list_operations(from("a", request.clone())).await.unwrap().into_inner();
    let next = ListOperationsRequest { page_token: page.next_page_token.clone(), ..request };
    let stolen = served.client.list_operations(from("b", next.clone())).await.unwrap_err();
    assert_eq!(stolen.code(), tonic::Code::PermissionDenied);
    let elsewhere = ListOperationsRequest { name: "tenants/b".into(), ..next.clone() };
    let elsewhere = served.client.list_operations(from("b", elsewhere)).await.unwrap_err();
    assert_eq!(elsewhere.code(), tonic::Code::InvalidArgument);
    assert_eq!(
        served.client.list_operations(from("a", next)).await.unwrap().into_inner().operations.len(),
        1
    );
    let url = |parent: &str| format!("/v1/{parent}/operations?pageToken={}", page.next_page_token);
    assert_eq!(served.server.send_body("GET", &url("tenants/a"), "x-tenant: b\r\n", "").await.status, 403);
    assert_eq!(served.server.send_body("GET", &url("tenants/b"), "x-tenant: b\r\n", "").await.status, 400);
}

/// What layers of the application found out reaches the hook, and a hook's sloppy error still is one.
#[tokio::test]
async fn extensions_reach_the_hook_and_its_errors_are_errors() {
    #[derive(Clone)]
    struct Role(&'static str);
    let store = crate::support::store();
    let operations = crate::support::open(&store, |builder| {
        builder.authorize(|access| async move {
            match access.extensions.get::<Role>() {
                Some(Role("admin")) => Ok(()),
                _ => Err(Status::ok("not really")),
            }
        })
    })
    .await;
    for (role, grpc_code, http) in
        [("admin", tonic::Code::NotFound, 404), ("guest", tonic::Code::Unknown, 500)]
    {
        let routes = lro_runtime::grpc::routes(&operations).layer(axum::Extension(Role(role)));
        let mut client = lro_runtime::grpc::operations_client::OperationsClient::new(routes);
        let refused =
            client.get_operation(GetOperationRequest { name: "operations/x".into() }).await.unwrap_err();
        assert_eq!(refused.code(), grpc_code);
        let app = lro_runtime::rest::router(&operations).layer(axum::Extension(Role(role)));
        let server = crate::support::http::Server::start(app).await;
        assert_eq!(server.send("GET", "/v1/operations/x").await.status, http);
    }
}
