//! The derived messages of `kinds.proto` against those that prost-build generates from it: whoever wrote the bytes, both read the
//! same message from them, and each reads what the other writes.

use std::fmt::Debug;
use std::path::Path;
use std::sync::LazyLock;

use axum::Router;
use axum::routing::get;
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Operations, Payload, UnknownFields};
use proptest::prelude::*;
use proptest::sample::Index;
use prost::{DecodeError, Message};
use prost_reflect::DescriptorPool;
use serde_json::json;

use super::{damage, generated};
use crate::support::http::Server;
use crate::support::{any_message, kinds};

static TYPES: LazyLock<DescriptorPool> = LazyLock::new(|| DescriptorPool::decode(&*types()).unwrap());

fn types() -> Vec<u8> {
    let protos = Path::new(env!("CARGO_MANIFEST_DIR")).join("protos");
    protox::compile(["kinds.proto"], [protos]).expect("it compiles").encode_to_vec()
}

/// Bytes of a message of the file.
fn bytes(name: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let message = TYPES.get_message_by_name(&format!("lro.tests.kinds.v1.{name}")).unwrap();
    any_message::message(&message, 2).prop_map(|message| message.encode_to_vec())
}

/// The same message, by its text: a NaN is one, and 0 is not -0.
fn assert_same(left: &impl Debug, right: &impl Debug) -> Result<(), TestCaseError> {
    prop_assert_eq!(format!("{left:?}"), format!("{right:?}"));
    Ok(())
}

fn alike<M: Message + Default, Twin: Message + Default + Debug>(bytes: &[u8]) -> Result<(), TestCaseError> {
    let ours = M::decode(bytes).expect("we read it");
    let twin = Twin::decode(bytes).expect("the twin reads it");
    let written = ours.encode_to_vec();
    prop_assert_eq!(ours.encoded_len(), written.len());
    assert_same(&Twin::decode(&*written).expect("the twin reads what we write"), &twin)?;
    // Our maps are written sorted: the same bytes are the same message.
    let back = M::decode(&*twin.encode_to_vec()).expect("we read what the twin writes");
    prop_assert_eq!(back.encode_to_vec(), written);
    Ok(())
}

/// Whatever became of the bytes, nothing panics, what the twin refuses is refused, and what is read is no more than was sent.
fn fails_alike<M: Message + Default, Twin: Message + Default>(
    mut bytes: Vec<u8>,
    damage: &[(Index, u8)],
    end: Index,
) -> Result<(), TestCaseError> {
    for (at, byte) in damage.iter().filter(|_| !bytes.is_empty()).collect::<Vec<_>>() {
        let at = at.index(bytes.len());
        bytes[at] = *byte;
    }
    bytes.truncate(end.index(bytes.len() + 1));
    let ours = M::decode(&*bytes);
    if !ours.as_ref().is_err_and(of_a_map_with_another_wire_type) {
        prop_assert_eq!(ours.is_ok(), Twin::decode(&*bytes).is_ok());
    }
    if let Ok(ours) = ours {
        // A number of five bytes may become one of ten, and an entry without key and value one with an empty message.
        prop_assert!(ours.encoded_len() <= 3 * bytes.len(), "{} of {}", ours.encoded_len(), bytes.len());
    }
    Ok(())
}

/// The one thing that the twin reads and we do not: prost takes the entries of a map for such whatever their wire type is, and that of
/// every other field for an error.
fn of_a_map_with_another_wire_type(error: &DecodeError) -> bool {
    let error = error.to_string();
    error.contains("Maps.") && error.contains("invalid wire type")
}

#[test]
fn entries_of_maps_have_their_wire_type() {
    let (map, list) = ([9, 0], [57, 0]);
    let error = kinds::Maps::decode(&map[..]).expect_err("a map of another wire type is refused");
    assert!(of_a_map_with_another_wire_type(&error), "{error}");
    generated::Maps::decode(&map[..]).expect("prost does not look at it");
    generated::Lists::decode(&list[..]).expect_err("as it does in other fields");
}

macro_rules! twins {
    ($($module:ident: $message:ident;)*) => {$(
        mod $module {
            use super::*;

            proptest! {
                #[test]
                fn are_alike(bytes in bytes(stringify!($message))) {
                    alike::<kinds::$message, generated::$message>(&bytes)?;
                }

                #[test]
                fn merge_alike(first in bytes(stringify!($message)), second in bytes(stringify!($message))) {
                    alike::<kinds::$message, generated::$message>(&[first, second].concat())?;
                }

                #[test]
                fn fail_alike(bytes in bytes(stringify!($message)), damage in damage(), end in any::<Index>()) {
                    fails_alike::<kinds::$message, generated::$message>(bytes, &damage, end)?;
                }
            }
        }
    )*};
}

twins! {
    scalars: Scalars;
    optionals: Optionals;
    special: Special;
    lists: Lists;
    maps: Maps;
    names: Names;
    all: Kinds;
}

/// Numbers, names and types are those of the file, or the engine would not open.
#[tokio::test]
async fn the_descriptors_agree() {
    Operations::builder().descriptors(types()).open("memory:").await.unwrap();
}

/// `Kinds` as an older program knows it.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.older.v1", name = "Kinds")]
struct Older {
    #[payload(tag = 1)]
    scalars: Option<OlderScalars>,
    #[payload(unknown)]
    rest: UnknownFields,
    #[payload(tag = 18)]
    children: Vec<Older>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.older.v1", name = "Scalars")]
struct OlderScalars {
    #[payload(tag = 7, sint)]
    sint32_value: i32,
    #[payload(unknown)]
    rest: UnknownFields,
}

proptest! {
    /// What goes through a program that does not know the half of it comes back whole.
    #[test]
    fn unknown_fields_are_kept(first in bytes("Kinds"), second in bytes("Kinds")) {
        let bytes = [first, second].concat();
        let older = Older::from_wire(&bytes).unwrap();
        let written = older.to_wire().unwrap();
        prop_assert_eq!(older.encoded_len(), written.len());
        assert_same(&generated::Kinds::decode(&*written).unwrap(), &generated::Kinds::decode(&*bytes).unwrap())?;
        prop_assert_eq!(Older::from_wire(&written).unwrap(), older);
    }

    #[test]
    fn unknown_fields_fail_as_those_that_are_passed_over(
        bytes in bytes("Kinds"),
        damage in damage(),
        end in any::<Index>(),
    ) {
        /// The same without a place for them.
        #[derive(Clone, PartialEq, Message)]
        struct Forgetful {
            #[prost(message, optional, tag = "1")]
            scalars: Option<ForgetfulScalars>,
            #[prost(message, repeated, tag = "18")]
            children: Vec<Forgetful>,
        }

        #[derive(Clone, PartialEq, Message)]
        struct ForgetfulScalars {
            #[prost(sint32, tag = "7")]
            sint32_value: i32,
        }

        fails_alike::<Older, Forgetful>(bytes, &damage, end)?;
    }
}

/// P-167: what the schema does not have is not in JSON.
#[tokio::test]
async fn unknown_fields_are_not_in_json() {
    // Besides what is known, field 8 of the inner message and field 5 of the outer one.
    let older = Older::from_wire(b"\x0a\x04\x38\x01\x40\x09\x2a\x00").unwrap();
    let show = || async move { ProtoJson(older) };
    let server = Server::start(Router::new().route("/", get(show))).await;
    assert_eq!(server.send("GET", "/").await.ok(), json!({ "scalars": { "sint32Value": -1 } }));
}

/// Readers take lists of numbers packed or not, in any mixture.
#[test]
fn lists_are_read_packed_and_not() {
    // int32s: 1, then 2 and 3; sint32s: -1, then 1; fixed32s: 7, then 8.
    let bytes =
        b"\x18\x01\x1a\x02\x02\x03\xa8\x01\x01\xaa\x01\x01\x02\xbd\x01\x07\0\0\0\xba\x01\x04\x08\0\0\0";
    let lists = kinds::Lists::from_wire(bytes).unwrap();
    assert_eq!(
        (&lists.int32s[..], &lists.sint32s[..], &lists.fixed32s[..]),
        (&[1, 2, 3][..], &[-1, 1][..], &[7, 8][..])
    );
    assert_eq!(&lists.to_wire().unwrap()[..5], b"\x1a\x03\x01\x02\x03", "written packed");
    alike::<kinds::Lists, generated::Lists>(bytes).unwrap();
}
