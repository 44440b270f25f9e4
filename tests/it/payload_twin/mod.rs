//! Derived messages against twins that prost derives: the same bytes, both ways, for every kind of field.

/// By prost-build. `it::generated` keeps it fresh.
#[allow(clippy::all, clippy::pedantic, unreachable_pub, reason = "generated")]
mod generated {
    include!("generated/lro.tests.kinds.v1.rs");
}
mod kinds;
mod messages;
mod values;

use proptest::collection::vec;
use proptest::prelude::*;
use prost::Message;

use self::messages::{
    Lists, ListsTwin, Maps, MapsTwin, Nested, NestedTwin, Optionals, OptionalsTwin, Phase, Scalars,
    ScalarsTwin,
};

/// Through the twin and back it is the same value, and the length is the one announced.
fn goes_both_ways<M: Message + Default + PartialEq + std::fmt::Debug, Twin: Message + Default>(
    value: &M,
) -> Result<(), TestCaseError> {
    let bytes = value.encode_to_vec();
    prop_assert_eq!(value.encoded_len(), bytes.len());
    let twin = Twin::decode(bytes.as_slice()).expect("the twin reads what is written");
    let back = M::decode(twin.encode_to_vec().as_slice()).expect("what the twin writes is read");
    prop_assert_eq!(&back, value);
    Ok(())
}

/// Two encodings, one after the other, are one message in protobuf: the twin says which.
fn merges_alike<M: Message + Default + PartialEq + std::fmt::Debug, Twin: Message + Default>(
    first: &M,
    second: &M,
) -> Result<(), TestCaseError> {
    let bytes = [first.encode_to_vec(), second.encode_to_vec()].concat();
    let twin = Twin::decode(bytes.as_slice()).expect("the twin reads what is written");
    let expected = M::decode(twin.encode_to_vec().as_slice()).expect("what the twin writes is read");
    prop_assert_eq!(M::decode(bytes.as_slice()), Ok(expected));
    Ok(())
}

/// Whatever became of the bytes, nothing panics, and what the twin refuses is refused.
fn fails_alike<M: Message + Default, Twin: Message + Default>(
    value: &M,
    damage: &[(prop::sample::Index, u8)],
    end: prop::sample::Index,
) -> Result<(), TestCaseError> {
    let mut bytes = value.encode_to_vec();
    for (at, byte) in damage {
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
    }
    bytes.truncate(end.index(bytes.len() + 1));
    prop_assert_eq!(M::decode(bytes.as_slice()).is_ok(), Twin::decode(bytes.as_slice()).is_ok());
    Ok(())
}

fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    vec(any::<(prop::sample::Index, u8)>(), 0..3)
}

macro_rules! twins {
    ($($message:ident, $twin:ident, $strategy:ident;)*) => {$(
        mod $strategy {
            use super::*;

            proptest! {
                #[test]
                fn goes_both_ways(value in values::$strategy()) {
                    super::goes_both_ways::<$message, $twin>(&value)?;
                }

                #[test]
                fn merges_alike(first in values::$strategy(), second in values::$strategy()) {
                    super::merges_alike::<$message, $twin>(&first, &second)?;
                }

                #[test]
                fn fails_alike(
                    value in values::$strategy(),
                    damage in super::damage(),
                    end in any::<prop::sample::Index>(),
                ) {
                    super::fails_alike::<$message, $twin>(&value, &damage, end)?;
                }

                #[test]
                fn anything_is_read_alike(bytes in vec(any::<u8>(), 0..40)) {
                    prop_assert_eq!(
                        $message::decode(bytes.as_slice()).is_ok(),
                        $twin::decode(bytes.as_slice()).is_ok()
                    );
                }
            }
        }
    )*};
}

twins! {
    Scalars, ScalarsTwin, scalars;
    Optionals, OptionalsTwin, optionals;
    Lists, ListsTwin, lists;
    Maps, MapsTwin, maps;
    Nested, NestedTwin, nested;
}

/// Without maps of messages and oneofs, whose order prost leaves open, the bytes are equal too.
#[test]
fn the_bytes_are_those_of_prost() {
    let twin = ScalarsTwin { int32: -5, text: "x".to_owned(), phase: 7, ..Default::default() };
    let ours = Scalars { int32: -5, text: "x".to_owned(), phase: Phase::Done, ..Default::default() };
    assert_eq!(ours.encode_to_vec(), twin.encode_to_vec());
    let twin = ListsTwin {
        int32s: vec![1, -1],
        floats: vec![1.5],
        texts: vec![String::new()],
        ..Default::default()
    };
    let ours =
        Lists { int32s: vec![1, -1], floats: vec![1.5], texts: vec![String::new()], ..Default::default() };
    assert_eq!(ours.encode_to_vec(), twin.encode_to_vec());
    let twin = MapsTwin { by_number: [(0, "a".to_owned()), (1, String::new())].into(), ..Default::default() };
    let ours = Maps { by_number: [(0, "a".to_owned()), (1, String::new())].into(), ..Default::default() };
    assert_eq!(ours.encode_to_vec(), twin.encode_to_vec());
}
