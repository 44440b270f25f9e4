//! `std`, `jiff`, `chrono` and `time` as `google.protobuf.Timestamp` and `Duration` (P-015).

use std::collections::BTreeMap;

use axum::Router;
use axum::routing::post;
use lro_runtime::Payload;
use lro_runtime::rest::ProtoJson;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use prost::Message;
use prost_types::{Duration, Timestamp};
use serde_json::{Value, json};

use crate::support::http::Server;

const SECOND: i128 = 1_000_000_000;
const FIRST: i128 = -62_135_596_800 * SECOND;
const LAST: i128 = 253_402_300_800 * SECOND - 1;
const LONGEST: i128 = 315_576_000_001 * SECOND - 1;

/// What each library's message is on the wire.
#[derive(Clone, PartialEq, Message)]
struct Twin {
    #[prost(message, optional, tag = "1")]
    at: Option<Timestamp>,
    #[prost(message, optional, tag = "2")]
    length: Option<Duration>,
    #[prost(message, repeated, tag = "3")]
    times: Vec<Timestamp>,
    #[prost(btree_map = "string, message", tag = "4")]
    lengths: BTreeMap<String, Duration>,
    #[prost(message, required, tag = "5")]
    always: Timestamp,
}

impl Twin {
    fn times(&self) -> impl Iterator<Item = i128> {
        let times = self.at.iter().chain(&self.times).chain([&self.always]);
        times.map(|time| i128::from(time.seconds) * SECOND + i128::from(time.nanos))
    }

    fn durations(&self) -> impl Iterator<Item = i128> {
        let durations = self.length.iter().chain(self.lengths.values());
        durations.map(|duration| i128::from(duration.seconds) * SECOND + i128::from(duration.nanos))
    }

    /// With nanoseconds within the second and of the right sign.
    fn normal(&self) -> Self {
        Self {
            at: self.at.map(|time| time.normalized()),
            length: self.length.map(|duration| duration.normalized()),
            times: self.times.iter().map(Timestamp::normalized).collect(),
            lengths: self.lengths.iter().map(|(name, length)| (name.clone(), length.normalized())).collect(),
            always: self.always.normalized(),
        }
    }
}

fn timestamp_of(nanoseconds: i128) -> Timestamp {
    let (seconds, nanos) = (nanoseconds.div_euclid(SECOND), nanoseconds.rem_euclid(SECOND));
    Timestamp { seconds: seconds as i64, nanos: nanos as i32 }
}

fn duration_of(nanoseconds: i128) -> Duration {
    Duration { seconds: (nanoseconds / SECOND) as i64, nanos: (nanoseconds % SECOND) as i32 }
}

fn twin() -> impl Strategy<Value = Twin> {
    let lengths = btree_map("[a-z]{0,3}", duration(), 0..2);
    let parts =
        (option::of(timestamp()), option::of(duration()), vec(timestamp(), 0..2), lengths, timestamp());
    parts.prop_map(|(at, length, times, lengths, always)| Twin { at, length, times, lengths, always })
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    const EDGES: [i64; 9] = [
        i64::MIN,
        -62_135_596_801,
        -62_135_596_800,
        -1,
        0,
        253_402_207_200,
        253_402_300_799,
        253_402_300_800,
        i64::MAX,
    ];
    let seconds =
        prop_oneof![20 => -62_135_596_800..=253_402_300_799_i64, 1 => prop::sample::select(&EDGES[..])];
    (seconds, nanos()).prop_map(|(seconds, nanos)| Timestamp { seconds, nanos })
}

fn duration() -> impl Strategy<Value = Duration> {
    const EDGES: [i64; 9] =
        [i64::MIN, -315_576_000_001, -315_576_000_000, -1, 0, 1, 315_576_000_000, 315_576_000_001, i64::MAX];
    let seconds = prop_oneof![
        20 => 0..=315_576_000_000_i64,
        2 => -315_576_000_000..0_i64,
        1 => prop::sample::select(&EDGES[..]),
    ];
    (seconds, nanos()).prop_map(|(seconds, nanos)| Duration { seconds, nanos })
}

fn nanos() -> impl Strategy<Value = i32> {
    prop_oneof![8 => 0..=999_999_999, 1 => prop::sample::select(&[i32::MIN, -1, 0, 1, i32::MAX][..])]
}

/// A message that comes back in the JSON that it was sent in.
async fn echo<T: Payload>(body: &Value) -> Value {
    let echo = |ProtoJson(read): ProtoJson<T>| async { ProtoJson(read) };
    let server = Server::start(Router::new().route("/echo", post(echo))).await;
    server.send_json("POST", "/echo", &body.to_string()).await.ok()
}

macro_rules! libraries {
    ($($module:ident, $name:literal: $time:ty, $duration:ty,
        times = $times:expr, durations = $durations:expr, ends = $ends:expr;)*) => {$(
        mod $module {
            use super::*;

            #[derive(Clone, Debug, PartialEq, Payload)]
            #[payload(package = "lro.tests.libraries.v1", name = $name)]
            struct Times {
                #[payload(tag = 1)]
                at: Option<$time>,
                #[payload(tag = 2)]
                length: Option<$duration>,
                #[payload(tag = 3)]
                times: Vec<$time>,
                #[payload(tag = 4)]
                lengths: BTreeMap<String, $duration>,
                #[payload(tag = 5)]
                always: $time,
            }

            /// What is read is written as it was; what protobuf or the type does not have is an error.
            fn is_read_or_refused(twin: &Twin) -> Result<(), TestCaseError> {
                let fits = twin.times().all(|time| $times.contains(&time))
                    && twin.durations().all(|duration| $durations.contains(&duration));
                let read = Times::from_wire(&twin.encode_to_vec());
                prop_assert_eq!(read.is_ok(), fits);
                if let Ok(read) = read {
                    let written = read.to_wire().unwrap();
                    prop_assert_eq!(read.encoded_len(), written.len());
                    prop_assert_eq!(Twin::decode(written).unwrap(), twin.normal());
                }
                Ok(())
            }

            proptest! {
                #[test]
                fn messages_are_read_or_refused(twin in twin()) {
                    is_read_or_refused(&twin)?;
                }

                #[test]
                fn damaged_bytes_are_read_or_refused(
                    twin in twin(),
                    damage in vec(any::<(Index, u8)>(), 0..3),
                    end in any::<Index>(),
                ) {
                    let mut bytes = twin.encode_to_vec();
                    for (at, byte) in &damage {
                        let at = at.index(bytes.len());
                        bytes[at] = *byte;
                    }
                    bytes.truncate(end.index(bytes.len() + 1));
                    match Twin::decode(&*bytes) {
                        // A time in two parts is held to the ranges after each of them.
                        Ok(twin) if Times::from_wire(&bytes).is_ok() => is_read_or_refused(&twin)?,
                        Ok(_) => {}
                        Err(_) => prop_assert!(Times::from_wire(&bytes).is_err()),
                    }
                }
            }

            /// The last nanosecond on each side, and the next.
            #[test]
            fn ranges_end_where_they_end() {
                for nanoseconds in [FIRST - 1, FIRST, LAST, LAST + 1] {
                    is_read_or_refused(&Twin { at: Some(timestamp_of(nanoseconds)), ..Twin::default() }).unwrap();
                }
                for nanoseconds in [-LONGEST - 1, -LONGEST, -1, LONGEST, LONGEST + 1] {
                    let length = Some(duration_of(nanoseconds));
                    is_read_or_refused(&Twin { length, ..Twin::default() }).unwrap();
                }
            }

            /// What a library has and protobuf has not is written as the end of protobuf's range.
            #[test]
            fn what_is_past_the_end_is_written_as_the_end() {
                for ((at, length), (time, duration)) in $ends {
                    let times = Times { at: Some(at), length: Some(length), ..Times::default() };
                    let twin = Twin::decode(times.to_wire().unwrap()).unwrap();
                    assert_eq!(twin.times().next(), Some(time), "{at:?}");
                    assert_eq!(twin.durations().next(), Some(duration), "{length:?}");
                }
            }

            /// P-164.
            #[tokio::test]
            async fn json_is_that_of_the_messages() {
                let body = json!({
                    "at": "1969-12-31T23:59:58.500Z",
                    "length": "1.000000001s",
                    "times": ["0001-01-01T00:00:00Z", "9999-12-30T21:59:59.999999Z"],
                    "lengths": { "a": "0s" },
                    "always": "1970-01-01T00:00:00Z",
                });
                assert_eq!(echo::<Times>(&body).await, body);
            }
        }
    )*};
}

libraries! {
    of_std, "StdTimes": std::time::SystemTime, std::time::Duration,
        times = (FIRST..=LAST), durations = (0..=LONGEST),
        ends = {
            use std::time::{Duration, UNIX_EPOCH};
            let far = Duration::from_secs(300_000_000_000);
            [
                ((UNIX_EPOCH - far, Duration::ZERO), (FIRST, 0)),
                ((UNIX_EPOCH + far, Duration::MAX), (LAST, LONGEST)),
            ]
        };
    // Its last time is 26 hours before protobuf's, so that every time has a date in every zone.
    of_jiff, "JiffTimes": jiff::Timestamp, jiff::SignedDuration,
        times = (FIRST..=jiff::Timestamp::MAX.as_nanosecond()), durations = (-LONGEST..=LONGEST),
        ends = [
            ((jiff::Timestamp::MIN, jiff::SignedDuration::MIN), (FIRST, -LONGEST)),
            ((jiff::Timestamp::MAX, jiff::SignedDuration::MAX), (jiff::Timestamp::MAX.as_nanosecond(), LONGEST)),
        ];
    of_chrono, "ChronoTimes": chrono::DateTime<chrono::Utc>, chrono::TimeDelta,
        times = (FIRST..=LAST), durations = (-LONGEST..=LONGEST),
        ends = [
            ((chrono::DateTime::<chrono::Utc>::MIN_UTC, chrono::TimeDelta::MIN), (FIRST, -LONGEST)),
            ((chrono::DateTime::<chrono::Utc>::MAX_UTC, chrono::TimeDelta::MAX), (LAST, LONGEST)),
        ];
    of_time, "TimeTimes": time::OffsetDateTime, time::Duration,
        times = (FIRST..=LAST), durations = (-LONGEST..=LONGEST),
        ends = [
            ((time::PrimitiveDateTime::MIN.assume_utc(), time::Duration::MIN), (FIRST, -LONGEST)),
            ((time::PrimitiveDateTime::MAX.assume_utc(), time::Duration::MAX), (LAST, LONGEST)),
        ];
}
