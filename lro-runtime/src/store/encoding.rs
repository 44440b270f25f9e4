//! A record as one value, for stores that keep values by key: a log, a folder of files, a key-value server.
//!
//! The bytes are a protobuf message, so that what one release wrote a later one reads, whatever fields a record has by then. SQL stores
//! have columns instead, for their indices.

use std::time::SystemTime;

use prost::Message;
use uuid::Uuid;

use super::{Key, Record, StoreError, WorkerId};
use crate::data::instant::{from_micros, to_micros};
use crate::data::operation::Outcome;
use crate::{Any, OperationName, Status};

#[derive(Clone, PartialEq, Message)]
struct Stored {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    method: String,
    #[prost(bool, tag = "3")]
    restartable: bool,
    #[prost(message, optional, tag = "4")]
    request: Option<prost_types::Any>,
    #[prost(bytes = "vec", optional, tag = "5")]
    request_hash: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "6")]
    request_key: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "7")]
    exclusive_key: Option<Vec<u8>>,
    #[prost(message, optional, tag = "8")]
    metadata: Option<prost_types::Any>,
    #[prost(bytes = "bytes", optional, tag = "9")]
    state: Option<bytes::Bytes>,
    #[prost(bytes = "vec", optional, tag = "10")]
    worker: Option<Vec<u8>>,
    #[prost(uint32, tag = "11")]
    attempt: u32,
    #[prost(uint32, tag = "12")]
    interruptions: u32,
    #[prost(message, optional, tag = "13")]
    response: Option<prost_types::Any>,
    /// A `google.rpc.Status`.
    #[prost(bytes = "vec", optional, tag = "14")]
    error: Option<Vec<u8>>,
    /// Instants are microseconds since 1970.
    #[prost(sint64, tag = "15")]
    create_time: i64,
    #[prost(sint64, optional, tag = "16")]
    end_time: Option<i64>,
    #[prost(sint64, optional, tag = "17")]
    expire_time: Option<i64>,
    #[prost(sint64, optional, tag = "18")]
    deadline: Option<i64>,
    #[prost(sint64, optional, tag = "19")]
    cancel_time: Option<i64>,
    #[prost(sint64, optional, tag = "20")]
    remove_time: Option<i64>,
}

impl Record {
    /// The whole record as bytes, for stores that keep it as one value. Whichever release wrote them, [`decode`](Self::decode) reads them.
    pub fn encode(&self) -> Vec<u8> {
        // Taken apart by name, so that a new field cannot be forgotten here.
        let Self {
            name,
            method,
            restartable,
            request,
            request_hash,
            request_key,
            exclusive_key,
            metadata,
            state,
            worker,
            attempt,
            interruptions,
            outcome,
            create_time,
            end_time,
            expire_time,
            deadline,
            cancel_time,
            remove_time,
        } = self;
        let (response, error) = match outcome {
            Some(Outcome::Response(response)) => (Some(response.into()), None),
            Some(Outcome::Error(error)) => (None, Some(error.encode())),
            None => (None, None),
        };
        let micros = |time: &Option<SystemTime>| time.map(to_micros);
        Stored {
            name: name.to_string(),
            method: method.to_string(),
            restartable: *restartable,
            request: request.as_ref().map(Into::into),
            request_hash: request_hash.map(Vec::from),
            request_key: request_key.map(|key| key.0.into()),
            exclusive_key: exclusive_key.map(|key| key.0.into()),
            metadata: Some(metadata.into()),
            state: state.clone(),
            worker: worker.map(|worker| worker.0.into_bytes().into()),
            attempt: *attempt,
            interruptions: *interruptions,
            response,
            error,
            create_time: to_micros(*create_time),
            end_time: micros(end_time),
            expire_time: micros(expire_time),
            deadline: micros(deadline),
            cancel_time: micros(cancel_time),
            remove_time: micros(remove_time),
        }
        .encode_to_vec()
    }

    /// Reads what [`encode`](Self::encode) wrote.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the bytes are no record.
    pub fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let stored = Stored::decode(bytes).map_err(StoreError::corrupt)?;
        let outcome = match (stored.response, stored.error) {
            (None, None) => None,
            (Some(response), None) => Some(Outcome::Response(response.into())),
            (None, Some(error)) => Some(Outcome::Error(Status::decode(&error).map_err(StoreError::corrupt)?)),
            (Some(_), Some(_)) => return Err(StoreError::corrupt("a record has a response and an error")),
        };
        let time = |micros: Option<i64>| micros.map(from_micros);
        Ok(Self {
            name: OperationName::parse(&stored.name).map_err(StoreError::corrupt)?,
            method: stored.method.into(),
            restartable: stored.restartable,
            request: stored.request.map(Any::from),
            request_hash: fixed(stored.request_hash)?,
            request_key: fixed(stored.request_key)?.map(Key),
            exclusive_key: fixed(stored.exclusive_key)?.map(Key),
            metadata: stored.metadata.ok_or_else(|| StoreError::corrupt("a record has no metadata"))?.into(),
            state: stored.state,
            worker: fixed(stored.worker)?.map(|id| WorkerId(Uuid::from_bytes(id))),
            attempt: stored.attempt,
            interruptions: stored.interruptions,
            outcome,
            create_time: from_micros(stored.create_time),
            end_time: time(stored.end_time),
            expire_time: time(stored.expire_time),
            deadline: time(stored.deadline),
            cancel_time: time(stored.cancel_time),
            remove_time: time(stored.remove_time),
        })
    }
}

fn fixed<const N: usize>(bytes: Option<Vec<u8>>) -> Result<Option<[u8; N]>, StoreError> {
    let wrong = |_| StoreError::corrupt("a key, a hash or an id has the wrong length");
    bytes.map(|bytes| bytes.try_into().map_err(wrong)).transpose()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn payload()(name in "[a-z.]{0,9}", value in any::<Vec<u8>>()) -> Any { Any::new(&name, value) }
    }

    fn outcome() -> impl Strategy<Value = Outcome> {
        let error = |text: String| Status::aborted(text).with_reason("R", "d", [("k", "v")]);
        prop_oneof![
            payload().prop_map(Outcome::Response),
            any::<String>().prop_map(move |text| Outcome::Error(error(text))),
        ]
    }

    prop_compose! {
        fn record()(
            (name, method, restartable) in ("([a-z]/)?operations/[a-zé: ]{1,9}[a-z]", any::<String>(), any::<bool>()),
            (request, metadata, outcome) in (option(payload()), payload(), option(outcome())),
            (request_hash, request_key, exclusive_key) in any::<(Option<[u8; 32]>, Option<[u8; 32]>, Option<[u8; 32]>)>(),
            (state, worker, attempt, interruptions) in any::<(Option<Vec<u8>>, Option<u128>, u32, u32)>(),
            times in any::<[Option<i64>; 5]>(),
            create_time in any::<i64>(),
        ) -> Record {
            let [end_time, expire_time, deadline, cancel_time, remove_time] = times.map(|time| time.map(from_micros));
            Record {
                name: OperationName::parse(&name).unwrap(),
                method: method.into(),
                restartable,
                request,
                request_hash,
                request_key: request_key.map(Key),
                exclusive_key: exclusive_key.map(Key),
                metadata,
                state: state.map(Into::into),
                worker: worker.map(|id| WorkerId(Uuid::from_u128(id))),
                attempt,
                interruptions,
                outcome,
                create_time: from_micros(create_time),
                end_time,
                expire_time,
                deadline,
                cancel_time,
                remove_time,
            }
        }
    }

    fn option<S: Strategy>(strategy: S) -> impl Strategy<Value = Option<S::Value>> {
        proptest::option::of(strategy)
    }

    proptest! {
        #[test]
        fn a_record_reads_back(record in record()) {
            prop_assert_eq!(Record::decode(&record.encode()).unwrap(), record);
        }

        #[test]
        fn what_is_no_record_is_refused(record in record(), cut in any::<prop::sample::Index>(), bytes in any::<Vec<u8>>()) {
            let whole = record.encode();
            // A prefix may be a record with fewer fields; neither it nor any other bytes may panic.
            let _ = Record::decode(&whole[..cut.index(whole.len())]);
            let _ = Record::decode(&bytes);
        }
    }

    #[test]
    fn faults_are_told() {
        let stored =
            Stored { name: "operations/a".into(), metadata: Some(Default::default()), ..Default::default() };
        assert!(Record::decode(&stored.encode_to_vec()).is_ok());
        for faulty in [
            Stored { name: "a".into(), ..stored.clone() },
            Stored { metadata: None, ..stored.clone() },
            Stored { request_key: Some(vec![7; 31]), ..stored.clone() },
            Stored { worker: Some(vec![7; 17]), ..stored.clone() },
            Stored { response: Some(Default::default()), error: Some(Vec::new()), ..stored },
        ] {
            assert!(
                matches!(Record::decode(&faulty.encode_to_vec()), Err(StoreError::Corrupt { .. })),
                "{faulty:?}"
            );
        }
    }

    /// Files of earlier releases stay readable: field numbers are for ever.
    #[test]
    fn the_bytes_never_change() {
        let name = OperationName::parse("operations/a").unwrap();
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let payload = || Any::new("x.Y", vec![1]);
        let record = Record {
            name,
            method: "s/M".into(),
            restartable: true,
            request: Some(payload()),
            request_hash: Some([1; 32]),
            request_key: Some(Key([2; 32])),
            exclusive_key: Some(Key([3; 32])),
            metadata: payload(),
            state: Some(vec![4].into()),
            worker: Some(WorkerId(Uuid::from_u128(5))),
            attempt: 6,
            interruptions: 7,
            outcome: Some(Outcome::Error(Status::aborted("e"))),
            create_time: at(8),
            end_time: Some(at(9)),
            expire_time: Some(at(10)),
            deadline: Some(at(11)),
            cancel_time: Some(at(12)),
            remove_time: Some(at(13)),
        };
        let hex: String = record.encode().iter().map(|byte| format!("{byte:02x}")).collect();
        let golden = "0a0c6f7065726174696f6e732f611203732f4d1801221c0a17747970652e676f6f676c65617069732e636f6d\
            2f782e591201012a200101010101010101010101010101010101010101010101010101010101010101322002\
            020202020202020202020202020202020202020202020202020202020202023a200303030303030303030303\
            030303030303030303030303030303030303030303421c0a17747970652e676f6f676c65617069732e636f6d\
            2f782e591201014a0104521000000000000000000000000000000005580660077205080a1201657880c8d007\
            800180d1ca08880180dac409900180e3be0a980180ecb80ba00180f5b20c";
        assert_eq!(hex, golden);
    }
}
