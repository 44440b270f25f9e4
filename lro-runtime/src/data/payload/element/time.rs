//! `std::time` as `google.protobuf.Duration` and `Timestamp`.
//!
//! The conversions are our own: prost-types' panic on a time before the earliest timestamp and on the least duration.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType, message};

use super::message::{len, put};
use super::{Codec, Element, Plain, ProtoType, decode_error};

/// The codec of `std::time`'s types. What is past the end of the protobuf type's range is written as the end (P-015).
#[derive(Debug)]
pub struct TimeCodec;

/// 10,000 years of 365.25 days.
const LONGEST: Duration = Duration::from_secs(315_576_000_000);
/// From 0001-01-01T00:00:00Z to the epoch.
const BEFORE_EPOCH: Duration = Duration::from_secs(62_135_596_800);
/// From the epoch to 9999-12-31T23:59:59.999999999Z.
const AFTER_EPOCH: Duration = Duration::new(253_402_300_799, 999_999_999);

macro_rules! times {
    ($($type:ty: $full_name:literal, $initial:expr, $to_wire:ident, $from_wire:ident;)*) => {$(
        impl Element<Plain> for $type {
            type Codec = TimeCodec;
        }

        impl Codec<$type> for TimeCodec {
            const WIRE_TYPE: WireType = WireType::LengthDelimited;

            fn proto_type() -> ProtoType {
                ProtoType::message($full_name)
            }

            fn initial() -> $type {
                $initial
            }

            fn is_initial(_value: &$type) -> bool {
                false
            }

            fn len(value: &$type) -> usize {
                len(&$to_wire(*value))
            }

            fn put(value: &$type, buf: &mut impl BufMut) {
                put(&$to_wire(*value), buf);
            }

            fn merge(
                value: &mut $type,
                wire_type: WireType,
                buf: &mut impl Buf,
                ctx: DecodeContext,
            ) -> Result<(), DecodeError> {
                // Into what is there: a message may come in several parts.
                let mut wire = $to_wire(*value);
                message::merge(wire_type, &mut wire, buf, ctx)?;
                *value = $from_wire(&wire)?;
                Ok(())
            }
        }
    )*};
}

times! {
    Duration: "google.protobuf.Duration", Duration::ZERO, duration_to_wire, duration_from_wire;
    SystemTime: "google.protobuf.Timestamp", UNIX_EPOCH, time_to_wire, time_from_wire;
}

fn duration_to_wire(duration: Duration) -> prost_types::Duration {
    let duration = duration.min(LONGEST);
    prost_types::Duration { seconds: duration.as_secs() as i64, nanos: duration.subsec_nanos() as i32 }
}

fn duration_from_wire(wire: &prost_types::Duration) -> Result<Duration, DecodeError> {
    let wire = wire.normalized();
    match (u64::try_from(wire.seconds), u32::try_from(wire.nanos)) {
        (Ok(seconds), Ok(nanos)) => Ok(Duration::new(seconds, nanos)),
        _ => Err(decode_error("a duration is negative, and `std::time::Duration` cannot be")),
    }
}

fn time_to_wire(time: SystemTime) -> prost_types::Timestamp {
    let wire = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => {
            let after = after.min(AFTER_EPOCH);
            prost_types::Timestamp { seconds: after.as_secs() as i64, nanos: after.subsec_nanos() as i32 }
        }
        Err(before) => {
            let before = before.duration().min(BEFORE_EPOCH);
            prost_types::Timestamp {
                seconds: -(before.as_secs() as i64),
                nanos: -(before.subsec_nanos() as i32),
            }
        }
    };
    // The nanoseconds count forward, before the epoch too.
    wire.normalized()
}

fn time_from_wire(wire: &prost_types::Timestamp) -> Result<SystemTime, DecodeError> {
    let wire = wire.normalized();
    let seconds = Duration::from_secs(wire.seconds.unsigned_abs());
    let time =
        if wire.seconds < 0 { UNIX_EPOCH.checked_sub(seconds) } else { UNIX_EPOCH.checked_add(seconds) };
    // Invariant: a normalized timestamp has nanos in 0..=999,999,999.
    time.and_then(|time| time.checked_add(Duration::from_nanos(wire.nanos.unsigned_abs().into())))
        .ok_or_else(|| decode_error("a timestamp is past the range of the system's clock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_past_the_end_is_written_as_the_end() {
        let wire = duration_to_wire(Duration::MAX);
        assert_eq!((wire.seconds, wire.nanos), (315_576_000_000, 0));
    }

    #[test]
    fn no_duration_of_the_wire_panics() {
        for seconds in [i64::MIN, -1, 0, 1, i64::MAX] {
            for nanos in [i32::MIN, -1, 0, 1, i32::MAX] {
                let read = duration_from_wire(&prost_types::Duration { seconds, nanos });
                let nanoseconds = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
                assert_eq!(read.is_ok(), nanoseconds >= 0, "{seconds} s, {nanos} ns");
            }
        }
    }

    /// Before the epoch the nanoseconds still count forward (P-015).
    #[test]
    fn times_before_the_epoch_survive() {
        let time = UNIX_EPOCH - Duration::new(1, 500_000_000);
        let wire = time_to_wire(time);
        assert_eq!((wire.seconds, wire.nanos), (-2, 500_000_000));
        assert_eq!(time_from_wire(&wire), Ok(time));
    }

    #[test]
    fn no_time_panics() {
        for seconds in [i64::MIN, -62_135_596_801, 0, 253_402_300_800, i64::MAX] {
            for nanos in [i32::MIN, 0, i32::MAX] {
                if let Ok(time) = time_from_wire(&prost_types::Timestamp { seconds, nanos }) {
                    let wire = time_to_wire(time);
                    assert!((-62_135_596_800..=253_402_300_799).contains(&wire.seconds));
                    assert!((0..=999_999_999).contains(&wire.nanos));
                }
            }
        }
    }
}
