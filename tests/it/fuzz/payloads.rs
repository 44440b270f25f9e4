//! Bytes that stand in the store as a payload, whoever wrote them.

use std::sync::Arc;

use axum::body::Body;
use http::Request;
use lro_runtime::store::{Guard, NewRecord, Patch, Store as _, WorkerId};
use lro_runtime::{Any, Json, OperationName, Outcome, Payload as _, Status};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use prost::Message as _;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Fuzz;
use crate::support::kinds::Kinds;
use crate::support::works::{WorkMetadata, WorkResponse};

const TYPES: &[&str] = &[
    "lro.tests.v1.WorkMetadata",
    "lro.tests.v1.WorkResponse",
    "lro.tests.fuzz.v1.Anything",
    "google.protobuf.Empty",
    "google.protobuf.Any",
    "google.protobuf.Timestamp",
    "google.protobuf.Duration",
    "google.protobuf.FieldMask",
    "google.protobuf.Struct",
    "google.protobuf.Value",
    "google.protobuf.ListValue",
    "google.protobuf.Int64Value",
    "google.protobuf.DoubleValue",
    "google.protobuf.BytesValue",
    "google.protobuf.StringValue",
    "google.rpc.ErrorInfo",
    "google.rpc.Status",
    "google.rpc.BadRequest",
    "google.longrunning.Operation",
    "acme.v1.Unknown",
    "",
    ".",
    "a/b",
    "/",
    "ü",
];

/// A field: its tag and what stands behind it.
fn field(inner: BoxedStrategy<Vec<u8>>) -> BoxedStrategy<Vec<u8>> {
    let number = prop_oneof![6 => 1_u32..14, 1 => any::<u32>().prop_map(|n| n >> 3)];
    let varint = prop_oneof![any::<u64>(), 0..4_u64];
    let content = prop_oneof![
        varint.prop_map(|value| (0_u32, value, Vec::new())),
        vec(any::<u8>(), 8).prop_map(|bytes| (1, 0, bytes)),
        inner.prop_map(|bytes| (2, bytes.len() as u64, bytes)),
        vec(any::<u8>(), 4).prop_map(|bytes| (5, 0, bytes)),
        (3_u32..8).prop_map(|wire_type| (wire_type, 0, Vec::new())),
    ];
    (number, content)
        .prop_map(|(number, (wire_type, head, bytes))| {
            let mut field = Vec::new();
            prost::encoding::encode_varint(u64::from(number << 3 | wire_type), &mut field);
            if matches!(wire_type, 0 | 2) {
                prost::encoding::encode_varint(head, &mut field);
            }
            field.extend(bytes);
            field
        })
        .boxed()
}

fn any_of_any() -> impl Strategy<Value = Vec<u8>> {
    (0_usize..200, prop::sample::select(TYPES)).prop_map(|(depth, full_name)| {
        (0..depth).fold(Vec::new(), |value, level| {
            let full_name = if level == 0 { full_name } else { "google.protobuf.Any" };
            prost_types::Any { type_url: format!("type.googleapis.com/{full_name}"), value }.encode_to_vec()
        })
    })
}

/// Messages that may be some, deep ones, damaged ones, and no messages at all.
pub(super) fn message() -> BoxedStrategy<Vec<u8>> {
    let leaf = prop_oneof![
        vec(any::<u8>(), 0..20),
        any::<String>().prop_map(String::into_bytes),
        prop::sample::select(TYPES).prop_map(|name| format!("type.googleapis.com/{name}").into_bytes()),
    ];
    let nested = leaf
        .boxed()
        .prop_recursive(5, 30, 4, |inner| vec(field(inner.boxed()), 0..4).prop_map(|fields| fields.concat()));
    let deep = (1_u8..12, 0_usize..2_000).prop_map(|(number, depth)| {
        (0..depth).fold(Vec::new(), |inside, _| {
            let mut field = vec![number << 3 | 2];
            prost::encoding::encode_varint(inside.len() as u64, &mut field);
            field.extend(inside);
            field
        })
    });
    let whole = prop_oneof![8 => nested, 1 => deep, 1 => any_of_any()];
    (whole, any::<Option<Index>>())
        .prop_map(|(mut bytes, end)| {
            if let Some(end) = end {
                bytes.truncate(end.index(bytes.len() + 1).max(bytes.len() / 2));
            }
            bytes
        })
        .boxed()
}

fn payload() -> impl Strategy<Value = Any> {
    (prop::sample::select(TYPES), message(), any::<bool>()).prop_map(|(full_name, value, is_plain)| {
        let any = Any::new(full_name, value);
        if is_plain { any } else { Any { type_url: full_name.into(), ..any } }
    })
}

/// Bytes are a message or an error, for every kind of payload.
#[test]
fn bytes_are_read_or_refused() {
    let fuzz = Fuzz::new();
    fuzz.run(message(), async |bytes| {
        if let Ok(read) = WorkResponse::from_wire(&bytes) {
            prop_assert_eq!(WorkResponse::from_wire(&read.to_wire().unwrap()).unwrap(), read);
        }
        if let Ok(read) = Kinds::from_wire(&bytes) {
            // By its bytes: a NaN is not equal to itself.
            let written = read.to_wire().unwrap();
            prop_assert!(written.len() <= 3 * bytes.len());
            prop_assert_eq!(Kinds::from_wire(&written).unwrap().to_wire().unwrap(), written);
        }
        let _ = WorkMetadata::from_wire(&bytes);
        let _ = <()>::from_wire(&bytes);
        let _ = prost_types::Any::decode(&*bytes);
        if let Ok(Json(read)) = Json::<Map<String, Value>>::from_wire(&bytes) {
            prop_assert!(Json(read).to_wire().is_ok());
        }
        if let Ok(status) = Status::decode(&bytes) {
            prop_assert_eq!(Status::decode(&status.encode()).unwrap(), status);
        }
        Ok(())
    });
}

/// P-166: what is stored is rendered, or INTERNAL where it is read alone; and a page always arrives.
#[test]
fn stored_bytes_are_rendered_or_internal() {
    let fuzz = Fuzz::new();
    fuzz.run((payload(), payload(), 0..3), async |(metadata, content, kind)| {
        // A parent for each case: the name of what was removed stays taken.
        let parent = format!("projects/{}", Uuid::now_v7());
        let name = OperationName::parse(&format!("{parent}/operations/a")).unwrap();
        let new = NewRecord {
            name: name.clone(),
            method: Arc::from("acme.v1.Disks/CopyDisk"),
            restartable: false,
            request: None,
            request_hash: None,
            request_key: None,
            exclusive_key: None,
            metadata,
            worker: WorkerId(Uuid::nil()),
            attempt: 1,
        };
        fuzz.store.create(new, None).await.unwrap();
        let outcome = match kind {
            0 => None,
            1 => Some(Outcome::Response(content)),
            _ => Some(Outcome::Error(failure(&content))),
        };
        let patch = Patch { outcome, ..Patch::default() };
        fuzz.store.update(&name, Guard::Attempt(1), patch).await.unwrap();
        let read = |path: String| fuzz.send(Request::get(path).body(Body::empty()).unwrap());
        let get = read(format!("/v1/{name}")).await?;
        prop_assert!(get.status == 200 || get.reason == "OPERATION_UNREADABLE", "{}", get.body);
        let page = read(format!("/v1/{parent}/operations")).await?;
        prop_assert_eq!(page.status, 200);
        let listed = &page.body["operations"][0];
        prop_assert_eq!(&listed["name"], name.as_str());
        let results = ["error", "response"].iter().filter(|result| listed.get(result).is_some()).count();
        prop_assert_eq!(results, usize::from(kind > 0), "P-019, P-020: {}", listed);
        if get.status == 200 {
            prop_assert_eq!(&get.body, listed);
        }
        fuzz.operations.delete(name.as_str()).await.unwrap();
        Ok(())
    });
    fuzz.assert_answered(&[200, 500]);
}

/// An error with this detail, as a store may give it back.
fn failure(detail: &Any) -> Status {
    let details = vec![prost_types::Any::from(detail)];
    let status = tonic_types::pb::Status { code: 9, message: "failed".to_owned(), details };
    Status::decode(&status.encode_to_vec()).unwrap()
}
