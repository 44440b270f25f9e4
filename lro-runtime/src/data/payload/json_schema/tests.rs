//! What is said of a type beside its form. The form itself is proved against Python: `tests/it/foreign/proto_json/schemas.rs`.

use prost_reflect::DescriptorPool;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::source_code_info::Location;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto, FieldOptions,
    FileDescriptorProto, OneofDescriptorProto, SourceCodeInfo,
};
use serde_json::json;

use super::*;

fn field(name: &str, number: i32, kind: Type, type_name: Option<&str>) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(Label::Optional as i32),
        r#type: Some(kind as i32),
        type_name: type_name.map(str::to_owned),
        ..Default::default()
    }
}

fn comment(path: &[i32], text: &str) -> Location {
    Location { path: path.to_vec(), leading_comments: Some(text.to_owned()), ..Default::default() }
}

/// A message with a field of each sort, which may be inside itself.
fn disk() -> MessageDescriptor {
    let old = FieldDescriptorProto {
        options: Some(FieldOptions { deprecated: Some(true), ..Default::default() }),
        ..field("old_size", 1, Type::Int64, None)
    };
    let in_oneof = |field| FieldDescriptorProto { oneof_index: Some(0), ..field };
    let message = DescriptorProto {
        name: Some("Disk".to_owned()),
        field: vec![
            old,
            field("state", 2, Type::Enum, Some(".acme.v1.State")),
            in_oneof(field("copy", 3, Type::Message, Some(".acme.v1.Disk"))),
            in_oneof(field("url", 4, Type::String, None)),
        ],
        oneof_decl: vec![OneofDescriptorProto { name: Some("source".to_owned()), options: None }],
        ..Default::default()
    };
    let value = |name: &str, number| EnumValueDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        options: None,
    };
    let state = EnumDescriptorProto {
        name: Some("State".to_owned()),
        value: vec![value("STATE_UNSPECIFIED", 0), value("READY", 1)],
        ..Default::default()
    };
    let locations = vec![
        comment(&[4, 0], " A disk.\n\n  - of any size\n"),
        comment(&[4, 0, 2, 2], " What it is a copy of.\n"),
        comment(&[5, 0], " How it is.\n"),
        comment(&[5, 0, 2, 1], " Can be\n used.\n"),
    ];
    let file = FileDescriptorProto {
        name: Some("acme.proto".to_owned()),
        package: Some("acme.v1".to_owned()),
        syntax: Some("proto3".to_owned()),
        message_type: vec![message],
        enum_type: vec![state],
        source_code_info: Some(SourceCodeInfo { location: locations }),
        ..Default::default()
    };
    let mut pool = DescriptorPool::new();
    pool.add_file_descriptor_proto(file).unwrap();
    pool.get_message_by_name("acme.v1.Disk").unwrap()
}

#[test]
fn a_message_is_defined_once_with_what_is_written_about_it() {
    let mut schemas = Schemas::at("#/$defs/");
    assert_eq!(schemas.message(&disk()), json!({ "$ref": "#/$defs/acme.v1.Disk" }));
    assert_eq!(schemas.message(&disk()), json!({ "$ref": "#/$defs/acme.v1.Disk" }));
    let int64 = json!({ "type": "string", "format": "int64", "pattern": "^(0|-?[1-9][0-9]{0,18})$", "deprecated": true });
    let int32 = json!({ "type": "integer", "format": "int32", "minimum": i32::MIN, "maximum": i32::MAX });
    let expected = json!({
        "acme.v1.Disk": {
            "description": "A disk.\n\n - of any size",
            "type": "object",
            "properties": {
                "oldSize": int64,
                "state": { "$ref": "#/$defs/acme.v1.State" },
                "copy": { "$ref": "#/$defs/acme.v1.Disk", "description": "What it is a copy of." },
                "url": { "type": "string" },
            },
            "additionalProperties": false,
            "allOf": [{
                "oneOf": [
                    { "required": ["copy"] },
                    { "required": ["url"] },
                    { "properties": { "copy": false, "url": false } },
                ],
            }],
        },
        "acme.v1.State": {
            "description": "How it is.\n\n- `READY`: Can be used.",
            "anyOf": [{ "type": "string", "enum": ["STATE_UNSPECIFIED", "READY"] }, int32],
        },
    });
    assert_eq!(Value::Object(schemas.into_definitions()), expected);
}
