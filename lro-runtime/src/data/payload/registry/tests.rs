//! What the registry accepts and refuses. The types here are described by hand: the derive would link them into every
//! test of this crate.

use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet};

use super::*;
use crate::data::method::{Method, OnInterrupt};
use crate::data::payload::describe::{EnumBuilder, FieldName, MessageBuilder};
use crate::data::payload::element::{Codec, Element, Plain, ProtoType};
use crate::data::payload::field::Field;

const fn field(name: &'static str, number: u32) -> FieldName {
    FieldName { name, number, documentation: "" }
}

fn message(name: &'static str) -> MessageBuilder {
    MessageBuilder::new("crate::Rust", "acme.v1", name, "")
}

/// A message with one field of another type.
fn pointing(package: &'static str, name: &'static str, to: &str) -> TypeDescription {
    let mut builder = MessageBuilder::new(name, package, name, "");
    builder.single(field("other", 1), ProtoType { scalar: Type::Message, name: Some(to.to_owned()) });
    builder.finish()
}

fn given(package: &str, message: DescriptorProto) -> Bytes {
    let file = FileDescriptorProto {
        name: Some("acme.proto".to_owned()),
        package: Some(package.to_owned()),
        message_type: vec![message],
        syntax: Some("proto3".to_owned()),
        ..Default::default()
    };
    FileDescriptorSet { file: vec![file] }.encode_to_vec().into()
}

fn given_field(name: &str, number: i32, scalar: Type) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(Label::Optional.into()),
        r#type: Some(scalar.into()),
        ..Default::default()
    }
}

fn given_disk(fields: Vec<FieldDescriptorProto>) -> Bytes {
    given("acme.v1", DescriptorProto { name: Some("Disk".to_owned()), field: fields, ..Default::default() })
}

fn disk() -> TypeDescription {
    let mut disk = message("Disk");
    <String as Field<Plain>>::describe(&mut disk, field("name", 1));
    <u64 as Field<Plain>>::describe(&mut disk, field("size", 2));
    disk.finish()
}

fn refusal(types: Vec<TypeDescription>, sets: &[Bytes]) -> String {
    Registry::of(types, sets).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn googles_types_are_always_there() {
    let registry = Registry::build(&[]).unwrap();
    for name in ["google.rpc.Status", "google.rpc.ErrorInfo", "google.protobuf.Empty", "google.protobuf.Any"]
    {
        assert!(registry.contains(name), "{name}");
    }
    assert!(!registry.contains("acme.v1.Unknown"));
}

#[test]
fn a_given_type_that_agrees_is_used() {
    let fields = vec![given_field("name", 1, Type::String), given_field("size", 2, Type::Uint64)];
    let registry = Registry::of(vec![disk()], &[given_disk(fields)]).unwrap();
    let file = registry.pool().get_message_by_name("acme.v1.Disk").unwrap().parent_file();
    assert_eq!(file.name(), "acme.proto");
}

#[test]
fn a_given_type_that_differs_is_refused_with_the_field() {
    let name = given_field("name", 1, Type::String);
    let cases = [
        (
            vec![name.clone(), given_field("size", 2, Type::Int64)],
            "`size` differs: `uint64 size = 2` is derived, `int64 size = 2` is given",
        ),
        (
            vec![name.clone(), given_field("size", 3, Type::Uint64)],
            "`size` differs: `uint64 size = 2` is derived, `uint64 size = 3` is given",
        ),
        (
            vec![name.clone(), given_field("bytes", 2, Type::Uint64)],
            "`size` differs: `uint64 size = 2` is derived, `uint64 bytes = 2` is given",
        ),
        (vec![name.clone()], "there without `uint64 size = 2`"),
        (
            vec![name, given_field("size", 2, Type::Uint64), given_field("owner", 3, Type::String)],
            "there with `string owner = 3`, which the derived type does not have",
        ),
    ];
    for (fields, expected) in cases {
        let refusal = refusal(vec![disk()], &[given_disk(fields)]);
        assert!(refusal.contains(expected) && refusal.contains("`acme.v1.Disk`"), "{refusal}");
    }
}

#[test]
fn a_field_of_an_unknown_type_is_named() {
    let refusal = refusal(vec![pointing("acme.v1", "Disk", "elsewhere.v1.Zone")], &[]);
    assert!(refusal.contains("`other` of `Disk`: `elsewhere.v1.Zone`"), "{refusal}");
}

#[test]
fn a_field_of_a_given_type_imports_its_file() {
    let zone = given("elsewhere.v1", DescriptorProto { name: Some("Zone".to_owned()), ..Default::default() });
    let registry = Registry::of(vec![pointing("acme.v1", "Disk", "elsewhere.v1.Zone")], &[zone]).unwrap();
    let file = registry.pool().get_message_by_name("acme.v1.Disk").unwrap().parent_file();
    assert_eq!(file.dependencies().map(|file| file.name().to_owned()).collect::<Vec<_>>(), ["acme.proto"]);
}

#[test]
fn types_in_a_circle_share_a_file_and_others_have_their_own() {
    let types = vec![
        pointing("acme.v1", "Chain", "acme.v1.Left"),
        pointing("acme.v1", "Left", "acme.v1.Right"),
        pointing("acme.v1", "Right", "acme.v1.Left"),
        pointing("other.v1", "Itself", "other.v1.Itself"),
    ];
    let registry = Registry::of(types, &[]).unwrap();
    let file = |name: &str| registry.pool().get_message_by_name(name).unwrap().parent_file();
    assert_eq!(file("acme.v1.Left"), file("acme.v1.Right"));
    assert_ne!(file("acme.v1.Chain"), file("acme.v1.Left"));
    assert_eq!(file("acme.v1.Chain").dependencies().next(), Some(file("acme.v1.Left")));
    assert_eq!(file("other.v1.Itself").dependencies().len(), 0);
}

#[test]
fn a_circle_through_packages_is_refused() {
    let types = vec![pointing("a.v1", "Left", "b.v1.Right"), pointing("b.v1", "Right", "a.v1.Left")];
    assert!(refusal(types, &[]).contains("a.v1.Left, b.v1.Right"));
}

#[test]
fn nested_types_stand_in_their_outer_type_with_their_comments() {
    let step = MessageBuilder::new("crate::Step", "acme.v1", "Plan.Step", "A step.");
    let mut status = EnumBuilder::new("crate::Status", "acme.v1", "Plan.Step.Status", "A status.");
    status.value("UNSPECIFIED", 0, "Nothing is known.");
    let types = vec![status.finish(), step.finish(), message("Plan").finish()];
    let registry = Registry::of(types, &[]).unwrap();
    assert!(registry.contains("acme.v1.Plan.Step"));
    let status = registry.pool().get_enum_by_name("acme.v1.Plan.Step.Status").unwrap();
    let file = status.parent_file();
    let comment = |path: &[i32]| {
        let info = file.file_descriptor_proto().source_code_info.as_ref().unwrap();
        let location = info.location.iter().find(|location| location.path == path).unwrap();
        location.leading_comments().trim_end().to_owned()
    };
    assert_eq!(comment(registry.pool().get_message_by_name("acme.v1.Plan.Step").unwrap().path()), "A step.");
    assert_eq!(comment(status.path()), "A status.");
    assert_eq!(comment(status.default_value().path()), "Nothing is known.");
}

#[test]
fn a_nested_type_without_its_outer_type_is_refused() {
    let refusal = refusal(vec![message("Plan.Step").finish()], &[]);
    assert!(refusal.contains("`acme.v1.Plan.Step`, says that it is nested in `acme.v1.Plan`"), "{refusal}");
}

#[test]
fn two_types_of_one_name_are_refused_and_one_type_linked_twice_is_not() {
    let other = MessageBuilder::new("crate::other::Rust", "acme.v1", "Disk", "").finish();
    assert!(refusal(vec![disk(), other], &[]).contains("`crate::Rust` and `crate::other::Rust`"));
    assert!(Registry::of(vec![disk(), disk()], &[]).is_ok());
}

/// The values of an enum stand beside it, so two enums of a package cannot both have `UNSPECIFIED`.
#[test]
fn enum_values_that_meet_are_refused_with_both_types() {
    let status = |rust, name| {
        let mut status = EnumBuilder::new(rust, "acme.v1", name, "");
        status.value("UNSPECIFIED", 0, "");
        status.finish()
    };
    let refusal = refusal(vec![status("crate::A", "A"), status("crate::B", "B")], &[]);
    assert!(
        refusal.contains("`crate::A` and `crate::B` both have the value `acme.v1.UNSPECIFIED`"),
        "{refusal}"
    );
    let nested = vec![status("crate::A", "A"), message("M").finish(), status("crate::B", "M.B")];
    assert!(Registry::of(nested, &[]).is_ok());
}

#[test]
fn sets_may_overlap_and_must_be_whole() {
    let fields = vec![given_field("name", 1, Type::String)];
    let set = given_disk(fields.clone());
    let google = Bytes::from_static(tonic_types::pb::FILE_DESCRIPTOR_SET);
    assert!(Registry::of(Vec::new(), &[set.clone(), set.clone(), google]).is_ok());
    let other = given("other.v1", DescriptorProto { name: Some("Other".to_owned()), ..Default::default() });
    assert!(refusal(Vec::new(), &[set.clone(), other]).contains("`acme.proto`"));
    assert!(refusal(Vec::new(), &[Bytes::from_static(b"\xff\xff")]).contains("cannot be read"));
    let truncated = set.slice(..set.len() - 1);
    assert!(refusal(Vec::new(), &[truncated]).contains("cannot be read"));
}

#[test]
fn methods_without_descriptors_are_all_listed() {
    let registry = Registry::of(vec![disk()], &[]).unwrap();
    let method = |name| {
        &*Box::leak(Box::new(Method {
            service: "acme.v1.Disks",
            name,
            documentation: "",
            on_interrupt: OnInterrupt::Fail,
            timeout: None,
            http: None,
        }))
    };
    let known: fn() -> String = || "acme.v1.Disk".to_owned();
    let unknown: fn() -> String = || "acme.v1.Nothing".to_owned();
    let linked = |name, keeps_request, response, metadata| LinkedMethod {
        method: method(name),
        request: || Some("acme.v1.Nothing".to_owned()),
        keeps_request,
        response,
        metadata,
    };
    let methods = [
        // What is only told of need not be described.
        linked("CreateDisk", false, known, known),
        linked("DeleteDisk", false, unknown, known),
        linked("GrowDisk", false, known, unknown),
        linked("MoveDisk", true, known, known),
    ];
    assert!(registry.check(methods[..1].iter()).is_ok());
    let refusal = registry.check(methods.iter()).unwrap_err().to_string();
    assert!(refusal.contains("acme.v1.Disks/DeleteDisk: its response type `acme.v1.Nothing`"), "{refusal}");
    assert!(refusal.contains("acme.v1.Disks/GrowDisk: its metadata type `acme.v1.Nothing`"), "{refusal}");
    assert!(refusal.contains("acme.v1.Disks/MoveDisk: its request type `acme.v1.Nothing`"), "{refusal}");
    assert!(!refusal.contains("CreateDisk"), "{refusal}");
}

/// Thousands of types, each referring to the next, do not exhaust the stack.
#[test]
fn long_chains_of_types_are_in_order() {
    let name = |n: usize| -> &'static str { Box::leak(format!("T{n:05}").into_boxed_str()) };
    let types = (1..2_000).map(|n| pointing("acme.v1", name(n), &format!("acme.v1.{}", name(n + 1))));
    let types = types.chain([message(name(2_000)).finish()]).collect();
    assert!(Registry::of(types, &[]).unwrap().contains("acme.v1.T00001"));
}

#[test]
fn codecs_name_the_types_that_descriptors_name() {
    type TimestampCodec = <prost_types::Timestamp as Element<Plain>>::Codec;
    let name = <TimestampCodec as Codec<prost_types::Timestamp>>::proto_type().name.unwrap();
    assert!(Registry::build(&[]).unwrap().contains(&name));
}
