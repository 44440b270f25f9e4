//! One message, in as many encodings as there are: its hash is one. Of two messages it is two.

use std::collections::{BTreeMap, HashSet};

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint};
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet, MessageOptions,
};

use super::delimited;
use crate::data::payload::any::{Any, type_url};
use crate::data::payload::registry::Registry;

/// A message of every kind of field that has more than one encoding.
#[derive(Debug, Clone, Default, PartialEq)]
struct Tree {
    number: i32,
    numbers: Vec<i32>,
    text: String,
    child: Option<Box<Tree>>,
    children: Vec<Tree>,
    named: BTreeMap<String, Tree>,
    texts: BTreeMap<i32, String>,
    any: Option<Box<Tree>>,
    /// The values of a field that the descriptor does not have.
    unknown: Vec<u64>,
}

const NAME: &str = "acme.v1.Tree";

fn registry() -> Registry {
    let field =
        |name: &str, number, scalar: Type, label: Label, type_name: Option<&str>| FieldDescriptorProto {
            name: Some(name.to_owned()),
            number: Some(number),
            label: Some(label.into()),
            r#type: Some(scalar.into()),
            type_name: type_name.map(str::to_owned),
            ..Default::default()
        };
    let one = |name, number, scalar, type_name| field(name, number, scalar, Label::Optional, type_name);
    let many = |name, number, scalar, type_name| field(name, number, scalar, Label::Repeated, type_name);
    let entry = |name: &str, key, value, type_name| DescriptorProto {
        name: Some(name.to_owned()),
        field: vec![one("key", 1, key, None), one("value", 2, value, type_name)],
        options: Some(MessageOptions { map_entry: Some(true), ..Default::default() }),
        ..Default::default()
    };
    let tree = Some(".acme.v1.Tree");
    let message = DescriptorProto {
        name: Some("Tree".to_owned()),
        field: vec![
            one("number", 1, Type::Sint32, None),
            many("numbers", 2, Type::Int32, None),
            one("text", 3, Type::String, None),
            one("child", 4, Type::Message, tree),
            many("children", 5, Type::Message, tree),
            many("named", 6, Type::Message, Some(".acme.v1.Tree.NamedEntry")),
            many("texts", 7, Type::Message, Some(".acme.v1.Tree.TextsEntry")),
            one("any", 8, Type::Message, Some(".google.protobuf.Any")),
        ],
        nested_type: vec![
            entry("NamedEntry", Type::String, Type::Message, tree),
            entry("TextsEntry", Type::Int32, Type::String, None),
        ],
        ..Default::default()
    };
    let file = FileDescriptorProto {
        name: Some("tree.proto".to_owned()),
        package: Some("acme.v1".to_owned()),
        dependency: vec!["google/protobuf/any.proto".to_owned()],
        message_type: vec![message],
        syntax: Some("proto3".to_owned()),
        ..Default::default()
    };
    let set = FileDescriptorSet { file: vec![file] }.encode_to_vec();
    Registry::of(Vec::new(), &[set.into()]).unwrap()
}

/// Chooses between encodings, the same way for the same seed.
struct Choices(u64);

impl Choices {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

fn varint(number: u32, value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    encode_key(number, WireType::Varint, &mut out);
    encode_varint(value, &mut out);
    out
}

fn int32(value: i32) -> u64 {
    i64::from(value) as u64
}

/// One of the encodings of a tree.
fn encode(tree: &Tree, choices: &mut Choices) -> Vec<u8> {
    // What stands in one list keeps its order; the lists are shuffled into each other.
    let mut lists: Vec<Vec<Vec<u8>>> = Vec::new();
    if tree.number != 0 || choices.below(2) == 0 {
        let zigzag = ((tree.number << 1) ^ (tree.number >> 31)) as u32;
        lists.push(vec![varint(1, zigzag.into())]);
    }
    lists.push(if choices.below(2) == 0 {
        tree.numbers.iter().map(|number| varint(2, int32(*number))).collect()
    } else {
        let mut packed = Vec::new();
        tree.numbers.iter().for_each(|number| encode_varint(int32(*number), &mut packed));
        vec![delimited(2, &packed)]
    });
    if !tree.text.is_empty() || choices.below(2) == 0 {
        lists.push(vec![delimited(3, tree.text.as_bytes())]);
    }
    lists.extend(tree.child.iter().map(|child| vec![delimited(4, &encode(child, choices))]));
    lists.push(tree.children.iter().map(|child| delimited(5, &encode(child, choices))).collect());
    for (key, value) in &tree.named {
        let mut entry = [delimited(1, key.as_bytes()), delimited(2, &encode(value, choices))];
        if choices.below(2) == 0 {
            entry.reverse();
        }
        lists.push(vec![delimited(6, &entry.concat())]);
    }
    for (key, value) in &tree.texts {
        let entry = [varint(1, int32(*key)), delimited(2, value.as_bytes())].concat();
        lists.push(vec![delimited(7, &entry)]);
    }
    lists.extend(tree.any.iter().map(|inner| {
        let url = ["type.googleapis.com/", "types.acme.com/v1/"][choices.below(2)].to_owned() + NAME;
        let parts = [delimited(1, url.as_bytes()), delimited(2, &encode(inner, choices))];
        vec![delimited(8, &parts.concat())]
    }));
    lists.push(tree.unknown.iter().map(|value| varint(100, *value)).collect());
    let mut out = Vec::new();
    lists.iter_mut().for_each(|list| list.reverse());
    lists.retain(|list| !list.is_empty());
    while !lists.is_empty() {
        let at = choices.below(lists.len());
        out.extend(lists[at].pop().unwrap_or_default());
        lists.retain(|list| !list.is_empty());
    }
    out
}

fn digest(registry: &Registry, bytes: Vec<u8>) -> [u8; 32] {
    registry.digest(&Any { type_url: type_url(NAME).into(), value: bytes.into() }).expect("it can be read")
}

fn trees() -> impl Strategy<Value = Tree> {
    let small = -2..3_i32;
    let leaf = (small.clone(), vec(small.clone(), 0..4), "[a-c]{0,2}", vec(0..3_u64, 0..3)).prop_map(
        |(number, numbers, text, unknown)| Tree { number, numbers, text, unknown, ..Tree::default() },
    );
    leaf.prop_recursive(3, 24, 3, move |inner| {
        let parts = (
            inner.clone(),
            proptest::option::of(inner.clone()),
            vec(inner.clone(), 0..3),
            btree_map("[a-c]{0,2}", inner.clone(), 0..4),
            btree_map(-3..3_i32, "[a-c]{0,2}", 0..4),
            proptest::option::of(inner),
        );
        parts.prop_map(|(base, child, children, named, texts, any)| Tree {
            child: child.map(Box::new),
            children,
            named,
            texts,
            any: any.map(Box::new),
            ..base
        })
    })
}

proptest! {
    #[test]
    fn equal_messages_have_one_hash_whatever_their_encoding(tree in trees(), seeds in any::<[u64; 4]>()) {
        let registry = registry();
        let bytes = seeds.map(|seed| encode(&tree, &mut Choices(seed)));
        let hashes: HashSet<_> = bytes.iter().map(|bytes| digest(&registry, bytes.clone())).collect();
        prop_assert_eq!(hashes.len(), 1, "{:?}", bytes);
    }

    #[test]
    fn different_messages_have_different_hashes(one in trees(), other in trees(), seed in any::<u64>()) {
        prop_assume!(one != other);
        let registry = registry();
        let hash = |tree: &Tree| digest(&registry, encode(tree, &mut Choices(seed)));
        prop_assert_ne!(hash(&one), hash(&other));
    }
}

/// The least that can be different.
#[test]
fn order_counts_where_it_is_part_of_the_message() {
    let registry = registry();
    let hash = |tree: Tree| digest(&registry, encode(&tree, &mut Choices(0)));
    let numbers = |numbers: &[i32]| Tree { numbers: numbers.to_vec(), ..Tree::default() };
    assert_ne!(hash(numbers(&[1, 2])), hash(numbers(&[2, 1])));
    let unknown = |unknown: &[u64]| Tree { unknown: unknown.to_vec(), ..Tree::default() };
    assert_ne!(hash(unknown(&[1, 2])), hash(unknown(&[2, 1])));
    assert_ne!(hash(unknown(&[])), hash(unknown(&[0])), "an unknown field is part of the message");
    let child = || Some(Box::new(Tree::default()));
    assert_ne!(hash(Tree { child: child(), ..Tree::default() }), hash(Tree::default()), "so is presence");
}

/// The type is part of what is compared, and what has no descriptor cannot be.
#[test]
fn the_type_counts() {
    let registry = registry();
    let empty = |name: &str| registry.digest(&Any::new(name, ""));
    assert_ne!(empty(NAME), empty("google.protobuf.Empty"));
    assert_eq!(empty("acme.v1.Unknown"), None);
    assert_eq!(registry.digest(&Any::new(NAME, "\u{1}")), None, "no such message");
}

/// An `Any` in an `Any` costs a few bytes, and must not cost stack.
#[test]
fn deep_nests_of_any_are_hashed() {
    let registry = registry();
    let nest = |depth: u32| {
        let mut bytes = Vec::new();
        for _ in 0..depth {
            let any = [delimited(1, type_url(NAME).as_bytes()), delimited(2, &bytes)].concat();
            bytes = delimited(8, &any);
        }
        bytes
    };
    assert_ne!(digest(&registry, nest(1_000)), digest(&registry, nest(1_001)));
}
