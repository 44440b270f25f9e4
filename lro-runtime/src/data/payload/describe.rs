//! What a derived type says of itself: its descriptor and its documentation, and the link-time list of all of them.
//!
//! How the descriptions become files is the [`registry`](super::registry)'s matter.

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto, MessageOptions,
    OneofDescriptorProto,
};

use super::element::ProtoType;

/// A message or an enum that derives `Payload`.
pub trait Described {
    /// Describes the type.
    fn describe() -> TypeDescription;
}

/// A derived type, submitted by the derive when the program is linked.
#[derive(Debug)]
pub struct LinkedType {
    /// Describes the type.
    pub describe: fn() -> TypeDescription,
}

inventory::collect!(LinkedType);

/// Every derived type that is linked into this program.
pub(crate) fn linked() -> impl Iterator<Item = TypeDescription> {
    inventory::iter::<LinkedType>.into_iter().map(|linked| (linked.describe)())
}

/// A derived type's descriptor, before it stands in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeDescription {
    /// The Rust type, for error messages.
    pub(crate) rust_type: &'static str,
    pub(crate) package: &'static str,
    /// The name within the package: more than one segment when the type is nested.
    pub(crate) name: &'static str,
    pub(crate) definition: Definition,
    pub(crate) comments: Vec<Comment>,
}

/// A message or an enum.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Definition {
    Message(DescriptorProto),
    Enum(EnumDescriptorProto),
}

/// The documentation of an element of a descriptor.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Comment {
    /// Where it is within the type, as in `google.protobuf.SourceCodeInfo.Location`. Empty for the type itself.
    pub(crate) path: Vec<i32>,
    pub(crate) text: &'static str,
}

/// The numbers of the fields of `DescriptorProto` and `EnumDescriptorProto` that comments' paths are made of.
mod path {
    pub(super) const FIELD: i32 = 2;
    pub(super) const ONEOF: i32 = 8;
    pub(super) const ENUM_VALUE: i32 = 2;
}

impl TypeDescription {
    /// `acme.v1.Outer.Inner`.
    pub(crate) fn full_name(&self) -> String {
        format!("{}.{}", self.package, self.name)
    }
}

/// The name, the number and the documentation of a field.
#[derive(Debug, Clone, Copy)]
pub struct FieldName {
    /// The protobuf name.
    pub name: &'static str,
    /// The number.
    pub number: u32,
    /// The doc comment.
    pub documentation: &'static str,
}

/// Collects a message's descriptor.
#[derive(Debug)]
pub struct MessageBuilder {
    description: TypeDescription,
    message: DescriptorProto,
    /// The indices of fields whose presence is told by a oneof of their own. Those come after all others.
    synthetic: Vec<usize>,
}

impl MessageBuilder {
    /// A message without fields.
    pub fn new(
        rust_type: &'static str,
        package: &'static str,
        name: &'static str,
        documentation: &'static str,
    ) -> Self {
        let message = DescriptorProto { name: Some(simple_name(name)), ..Default::default() };
        // The definition is put in its place at the end.
        let definition = Definition::Message(DescriptorProto::default());
        let mut description = TypeDescription { rust_type, package, name, definition, comments: Vec::new() };
        description.comment(&[], documentation);
        Self { description, message, synthetic: Vec::new() }
    }

    /// The whole.
    pub fn finish(mut self) -> TypeDescription {
        for index in self.synthetic {
            let field = &mut self.message.field[index];
            field.proto3_optional = Some(true);
            field.oneof_index = Some(self.message.oneof_decl.len() as i32);
            let name = Some(format!("_{}", field.name()));
            self.message.oneof_decl.push(OneofDescriptorProto { name, options: None });
        }
        self.description.definition = Definition::Message(self.message);
        self.description
    }

    pub(crate) fn single(&mut self, field: FieldName, proto_type: ProtoType) {
        self.push(field, proto_type, Label::Optional);
    }

    pub(crate) fn optional(&mut self, field: FieldName, proto_type: ProtoType) {
        // A message has presence without a oneof.
        if proto_type.scalar != Type::Message {
            self.synthetic.push(self.message.field.len());
        }
        self.push(field, proto_type, Label::Optional);
    }

    pub(crate) fn repeated(&mut self, field: FieldName, proto_type: ProtoType) {
        self.push(field, proto_type, Label::Repeated);
    }

    pub(crate) fn map(&mut self, field: FieldName, key: ProtoType, value: ProtoType) {
        let entry = format!("{}Entry", upper_camel_case(field.name));
        let full_name = format!("{}.{entry}", self.description.full_name());
        self.message.nested_type.push(DescriptorProto {
            name: Some(entry),
            field: vec![
                descriptor("key", 1, key, Label::Optional),
                descriptor("value", 2, value, Label::Optional),
            ],
            options: Some(MessageOptions { map_entry: Some(true), ..Default::default() }),
            ..Default::default()
        });
        let entry = ProtoType { scalar: Type::Message, name: Some(full_name) };
        self.push(field, entry, Label::Repeated);
    }

    pub(crate) fn oneof_builder(
        &mut self,
        name: &'static str,
        documentation: &'static str,
    ) -> OneofBuilder<'_> {
        let index = self.message.oneof_decl.len() as i32;
        self.message.oneof_decl.push(OneofDescriptorProto { name: Some(name.to_owned()), options: None });
        self.description.comment(&[path::ONEOF, index], documentation);
        OneofBuilder { message: self, index }
    }

    fn push(&mut self, field: FieldName, proto_type: ProtoType, label: Label) {
        let index = self.message.field.len() as i32;
        self.description.comment(&[path::FIELD, index], field.documentation);
        self.message.field.push(descriptor(field.name, field.number, proto_type, label));
    }
}

/// Collects the fields of a oneof.
#[derive(Debug)]
pub struct OneofBuilder<'a> {
    message: &'a mut MessageBuilder,
    index: i32,
}

impl OneofBuilder<'_> {
    pub(crate) fn push(&mut self, field: FieldName, proto_type: ProtoType) {
        self.message.push(field, proto_type, Label::Optional);
        if let Some(field) = self.message.message.field.last_mut() {
            field.oneof_index = Some(self.index);
        }
    }
}

/// Collects an enum's descriptor.
#[derive(Debug)]
pub struct EnumBuilder {
    description: TypeDescription,
    definition: EnumDescriptorProto,
}

impl EnumBuilder {
    /// An enum without values.
    pub fn new(
        rust_type: &'static str,
        package: &'static str,
        name: &'static str,
        documentation: &'static str,
    ) -> Self {
        let definition = Definition::Enum(EnumDescriptorProto::default());
        let mut description = TypeDescription { rust_type, package, name, definition, comments: Vec::new() };
        description.comment(&[], documentation);
        Self {
            description,
            definition: EnumDescriptorProto { name: Some(simple_name(name)), ..Default::default() },
        }
    }

    /// Adds a value.
    pub fn value(&mut self, name: &'static str, number: i32, documentation: &'static str) {
        let index = self.definition.value.len() as i32;
        self.description.comment(&[path::ENUM_VALUE, index], documentation);
        self.definition.value.push(EnumValueDescriptorProto {
            name: Some(name.to_owned()),
            number: Some(number),
            options: None,
        });
    }

    /// The whole.
    pub fn finish(mut self) -> TypeDescription {
        self.description.definition = Definition::Enum(self.definition);
        self.description
    }
}

impl TypeDescription {
    fn comment(&mut self, path: &[i32], text: &'static str) {
        if !text.is_empty() {
            self.comments.push(Comment { path: path.to_vec(), text });
        }
    }
}

fn descriptor(name: &str, number: u32, proto_type: ProtoType, label: Label) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        // Invariant: the derive accepts no number past 2^29 - 1.
        number: Some(number as i32),
        label: Some(label.into()),
        r#type: Some(proto_type.scalar.into()),
        type_name: proto_type.name.map(|name| format!(".{name}")),
        ..Default::default()
    }
}

fn simple_name(name: &str) -> String {
    name.rsplit('.').next().unwrap_or_default().to_owned()
}

/// The name that protoc gives a map's entry: `node_labels` is `NodeLabels`.
fn upper_camel_case(name: &str) -> String {
    let mut upper = true;
    let mut camel = String::new();
    for character in name.chars() {
        if character == '_' {
            upper = true;
        } else {
            camel.push(if upper { character.to_ascii_uppercase() } else { character });
            upper = false;
        }
    }
    camel
}
