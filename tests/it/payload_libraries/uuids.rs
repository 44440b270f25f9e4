//! `uuid::Uuid` as a `string`.

use std::collections::{BTreeMap, HashMap};

use lro_runtime::Payload;
use proptest::collection::{btree_map, hash_map, vec};
use proptest::option;
use proptest::prelude::*;
use prost::Message;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.libraries.v1")]
struct Ids {
    #[payload(tag = 1)]
    id: Uuid,
    #[payload(tag = 2)]
    maybe: Option<Uuid>,
    #[payload(tag = 3)]
    ids: Vec<Uuid>,
    #[payload(tag = 4)]
    names: BTreeMap<Uuid, String>,
    #[payload(tag = 5)]
    by_name: HashMap<String, Uuid>,
    #[payload(oneof)]
    choice: Option<Choice>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
enum Choice {
    #[payload(tag = 6)]
    Chosen(Uuid),
}

#[derive(Clone, PartialEq, Message)]
struct Twin {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(string, optional, tag = "2")]
    maybe: Option<String>,
    #[prost(string, repeated, tag = "3")]
    ids: Vec<String>,
    #[prost(btree_map = "string, string", tag = "4")]
    names: BTreeMap<String, String>,
    #[prost(hash_map = "string, string", tag = "5")]
    by_name: HashMap<String, String>,
    #[prost(string, optional, tag = "6")]
    chosen: Option<String>,
}

fn uuid() -> impl Strategy<Value = Uuid> {
    prop_oneof![1 => Just(Uuid::nil()), 4 => any::<u128>().prop_map(Uuid::from_u128)]
}

fn ids() -> impl Strategy<Value = Ids> {
    let names = btree_map(uuid(), "[a-z]{0,2}", 0..3);
    let by_name = hash_map("[a-z]{0,2}", uuid(), 0..3);
    let choice = option::of(uuid().prop_map(Choice::Chosen));
    (uuid(), option::of(uuid()), vec(uuid(), 0..3), names, by_name, choice)
        .prop_map(|(id, maybe, ids, names, by_name, choice)| Ids { id, maybe, ids, names, by_name, choice })
}

/// The text of a UUID. At the default of its field it is not written.
fn text(id: &Uuid) -> String {
    id.to_string()
}

fn text_or_default(id: &Uuid) -> String {
    if id.is_nil() { String::new() } else { text(id) }
}

proptest! {
    #[test]
    fn the_text_is_the_usual_one(ids in ids()) {
        let written = ids.to_wire().unwrap();
        prop_assert_eq!(ids.encoded_len(), written.len());
        let twin = Twin {
            id: text_or_default(&ids.id),
            maybe: ids.maybe.as_ref().map(text),
            ids: ids.ids.iter().map(text).collect(),
            names: ids.names.iter().map(|(id, name)| (text_or_default(id), name.clone())).collect(),
            by_name: ids.by_name.iter().map(|(name, id)| (name.clone(), text_or_default(id))).collect(),
            chosen: ids.choice.as_ref().map(|Choice::Chosen(id)| text(id)),
        };
        prop_assert_eq!(Ids::from_wire(&twin.encode_to_vec()).unwrap(), ids);
        prop_assert_eq!(Twin::decode(written).unwrap(), twin);
    }

    #[test]
    fn any_text_is_a_uuid_or_an_error(text in prop_oneof![
        any::<String>(),
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-g]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "(urn:uuid:)?[{]?[0-9A-F]{32}[}]?",
    ]) {
        let twin = Twin { id: text.clone(), ..Twin::default() };
        let read = Ids::from_wire(&twin.encode_to_vec());
        let expected = if text.is_empty() { Some(Uuid::nil()) } else { Uuid::try_parse(&text).ok() };
        match (read, expected) {
            (Ok(read), expected) => prop_assert_eq!(Some(read.id), expected),
            (Err(error), expected) => {
                prop_assert_eq!(expected, None);
                let error = error.to_string();
                prop_assert!(error.contains("Ids.id") && error.contains("not a UUID"), "{}", error);
            }
        }
    }
}
