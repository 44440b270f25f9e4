//! The descriptors that a store keeps: what one build wrote, another one renders (D3).

use std::sync::Arc;

use lro_runtime::store::{Guard, NewRecord, Patch, Store as _, WorkerId};
use lro_runtime::{Any, OperationName, Outcome};
use prost::Message as _;
use prost::bytes::Bytes;
use prost_reflect::DescriptorPool;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet};
use uuid::Uuid;

use crate::support::{FaultyStore, open, store};

/// A type that this program has never heard of: one field `text`.
fn foreign() -> Bytes {
    let field = FieldDescriptorProto {
        name: Some("text".into()),
        number: Some(1),
        label: Some(Label::Optional.into()),
        r#type: Some(Type::String.into()),
        ..Default::default()
    };
    let message = DescriptorProto { name: Some("Thing".into()), field: vec![field], ..Default::default() };
    let file = FileDescriptorProto {
        name: Some("thing.proto".into()),
        package: Some("lro.tests.another.build".into()),
        message_type: vec![message],
        syntax: Some("proto3".into()),
        ..Default::default()
    };
    FileDescriptorSet { file: vec![file] }.encode_to_vec().into()
}

/// An operation that the other build ended with a thing.
async fn put_thing(store: &FaultyStore) -> OperationName {
    let name = OperationName::parse("operations/foreign").unwrap();
    let record = NewRecord {
        name: name.clone(),
        method: Arc::from("lro.tests.another.Build/Make"),
        restartable: false,
        request: None,
        request_hash: None,
        request_key: None,
        exclusive_key: None,
        metadata: Any::new("google.protobuf.Empty", ""),
        worker: WorkerId(Uuid::now_v7()),
        attempt: 1,
    };
    store.create(record, None).await.unwrap();
    let thing = Any::new("lro.tests.another.build.Thing", b"\x0a\x02hi".as_slice());
    let patch = Patch { outcome: Some(Outcome::Response(thing)), ..Patch::default() };
    store.update(&name, Guard::Attempt(1), patch).await.unwrap();
    name
}

#[tokio::test]
async fn what_another_build_wrote_is_rendered() {
    let store = store();
    let name = put_thing(&store).await;
    let before = open(&store, |builder| builder).await;
    let snapshot = before.get(name.as_str()).await.unwrap();
    assert!(before.to_json(&snapshot).is_err(), "nobody knows the type");
    store.put_descriptor("type.googleapis.com/lro.tests.another.build.Thing", foreign()).await.unwrap();
    store.put_descriptor("type.googleapis.com/lro.tests.another.build.Broken", "\u{1}".into()).await.unwrap();
    let after = open(&store, |builder| builder).await;
    let json = after.to_json(&snapshot).unwrap();
    assert!(
        json.ends_with(
            r#""response":{"@type":"type.googleapis.com/lro.tests.another.build.Thing","text":"hi"}}"#
        ),
        "{json}"
    );
}

#[tokio::test]
async fn the_types_of_this_build_are_kept_in_the_store() {
    let store = store();
    open(&store, |builder| builder).await;
    let kept = store.descriptors().await.unwrap();
    let of =
        |name: &str| kept.iter().find(|(type_url, _)| *type_url == format!("type.googleapis.com/{name}"));
    for name in ["lro.tests.v1.WorkResponse", "lro.tests.v1.WorkMetadata"] {
        let Some((_, set)) = of(name) else { panic!("{name} is not in the store") };
        let pool = DescriptorPool::decode(set.clone()).expect("it has all that it imports");
        assert!(pool.get_message_by_name(name).is_some());
    }
    assert!(of("google.protobuf.Empty").is_none(), "everybody has it");
    open(&store, |builder| builder).await;
    let mut again = store.descriptors().await.unwrap();
    let mut kept = kept;
    again.sort_unstable();
    kept.sort_unstable();
    assert_eq!(again, kept);
}
