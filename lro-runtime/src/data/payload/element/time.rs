//! Times and durations of the libraries that have them, as `google.protobuf.Timestamp` and `Duration`.
//!
//! The conversions are our own: prost-types' panic on a time before the earliest timestamp and on the least duration.

use std::marker::PhantomData;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::{Buf, BufMut};
use prost::encoding::{DecodeContext, WireType, message};
use prost::{DecodeError, Message};

use super::message::{len, put};
use super::{Codec, Element, Plain, ProtoType, decode_error};

/// The codec of a Rust type as the message `M`.
///
/// What is past the end of the message's range is written as the end, and is no message when it is read (P-015).
#[derive(Debug)]
pub struct TimeCodec<M>(PhantomData<M>);

/// A time since the epoch, or a duration.
trait Time: Copy {
    const ZERO: Self;
    fn to_nanoseconds(self) -> i128;
    /// `None` if the type has no such value.
    fn from_nanoseconds(nanoseconds: i128) -> Option<Self>;
}

/// One of the two messages.
trait TimeMessage: Message + Sized {
    const FULL_NAME: &'static str;
    /// Why a value in the message's range is refused.
    const REFUSED: &'static str;

    /// The message that is nearest.
    fn nearest(nanoseconds: i128) -> Self;
    /// The value, if it is in the message's range.
    fn nanoseconds(&self) -> Result<i128, DecodeError>;
}

const SECOND: i128 = 1_000_000_000;
/// 0001-01-01T00:00:00Z.
const FIRST: i128 = -62_135_596_800 * SECOND;
/// 9999-12-31T23:59:59.999999999Z.
const LAST: i128 = 253_402_300_800 * SECOND - 1;
/// 10,000 years of 365.25 days, and what is left of the second.
const LONGEST: i128 = 315_576_000_001 * SECOND - 1;

impl TimeMessage for prost_types::Timestamp {
    const FULL_NAME: &'static str = "google.protobuf.Timestamp";
    const REFUSED: &'static str = "the timestamp is past the range of the field's Rust type";

    fn nearest(nanoseconds: i128) -> Self {
        let nanoseconds = nanoseconds.clamp(FIRST, LAST);
        // The nanoseconds count forward, before the epoch too.
        let (seconds, nanos) = (nanoseconds.div_euclid(SECOND), nanoseconds.rem_euclid(SECOND));
        Self { seconds: seconds as i64, nanos: nanos as i32 }
    }

    fn nanoseconds(&self) -> Result<i128, DecodeError> {
        in_range(self.seconds, self.nanos, FIRST, LAST)
            .ok_or_else(|| decode_error("the timestamp is not in the years 0001 to 9999"))
    }
}

impl TimeMessage for prost_types::Duration {
    const FULL_NAME: &'static str = "google.protobuf.Duration";
    const REFUSED: &'static str = "the duration is negative, and the field's Rust type cannot be";

    fn nearest(nanoseconds: i128) -> Self {
        let nanoseconds = nanoseconds.clamp(-LONGEST, LONGEST);
        Self { seconds: (nanoseconds / SECOND) as i64, nanos: (nanoseconds % SECOND) as i32 }
    }

    fn nanoseconds(&self) -> Result<i128, DecodeError> {
        in_range(self.seconds, self.nanos, -LONGEST, LONGEST)
            .ok_or_else(|| decode_error("the duration is longer than 10,000 years"))
    }
}

/// Nanoseconds that are a second or more, or go the other way than the seconds, are added up as prost-types does.
fn in_range(seconds: i64, nanos: i32, first: i128, last: i128) -> Option<i128> {
    let nanoseconds = i128::from(seconds) * SECOND + i128::from(nanos);
    (first..=last).contains(&nanoseconds).then_some(nanoseconds)
}

impl<M: TimeMessage, T: Time> Codec<T> for TimeCodec<M> {
    const WIRE_TYPE: WireType = WireType::LengthDelimited;

    fn proto_type() -> ProtoType {
        ProtoType::message(M::FULL_NAME)
    }

    fn initial() -> T {
        T::ZERO
    }

    fn is_initial(_value: &T) -> bool {
        false
    }

    fn len(value: &T) -> usize {
        len(&M::nearest(value.to_nanoseconds()))
    }

    fn put(value: &T, buf: &mut impl BufMut) {
        put(&M::nearest(value.to_nanoseconds()), buf);
    }

    fn merge(
        value: &mut T,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        // Into what is there: a message may come in several parts.
        let mut wire = M::nearest(value.to_nanoseconds());
        message::merge(wire_type, &mut wire, buf, ctx)?;
        *value = T::from_nanoseconds(wire.nanoseconds()?).ok_or_else(|| decode_error(M::REFUSED))?;
        Ok(())
    }
}

macro_rules! times {
    ($($type:ty: $message:ident, $zero:expr, to = |$value:ident| $to:expr, from = |$nanoseconds:ident| $from:expr;)*) => {$(
        impl Element<Plain> for $type {
            type Codec = TimeCodec<prost_types::$message>;
        }

        impl Time for $type {
            const ZERO: Self = $zero;

            fn to_nanoseconds(self) -> i128 {
                let $value = self;
                $to
            }

            fn from_nanoseconds($nanoseconds: i128) -> Option<Self> {
                $from
            }
        }
    )*};
}

times! {
    Duration: Duration, Self::ZERO,
        to = |duration| duration.as_nanos() as i128,
        from = |nanoseconds| {
            let (seconds, nanos) = (nanoseconds.div_euclid(SECOND), nanoseconds.rem_euclid(SECOND));
            Some(Self::new(u64::try_from(seconds).ok()?, nanos as u32))
        };
    SystemTime: Timestamp, UNIX_EPOCH,
        to = |time| match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.to_nanoseconds(),
            Err(before) => -before.duration().to_nanoseconds(),
        },
        from = |nanoseconds| {
            let magnitude = Duration::from_nanoseconds(nanoseconds.abs())?;
            if nanoseconds < 0 { UNIX_EPOCH.checked_sub(magnitude) } else { UNIX_EPOCH.checked_add(magnitude) }
        };
}

#[cfg(feature = "jiff")]
times! {
    ::jiff::SignedDuration: Duration, Self::ZERO,
        to = |duration| duration.as_nanos(),
        from = |nanoseconds| Some(Self::new((nanoseconds / SECOND) as i64, (nanoseconds % SECOND) as i32));
    ::jiff::Timestamp: Timestamp, Self::UNIX_EPOCH,
        to = |time| time.as_nanosecond(),
        from = |nanoseconds| Self::from_nanosecond(nanoseconds).ok();
}

#[cfg(feature = "chrono")]
times! {
    ::chrono::TimeDelta: Duration, Self::zero(),
        to = |duration| i128::from(duration.num_seconds()) * SECOND + i128::from(duration.subsec_nanos()),
        from = |nanoseconds| Self::new(nanoseconds.div_euclid(SECOND) as i64, nanoseconds.rem_euclid(SECOND) as u32);
    ::chrono::DateTime<::chrono::Utc>: Timestamp, Self::UNIX_EPOCH,
        to = |time| i128::from(time.timestamp()) * SECOND + i128::from(time.timestamp_subsec_nanos()),
        from = |nanoseconds| {
            Self::from_timestamp(nanoseconds.div_euclid(SECOND) as i64, nanoseconds.rem_euclid(SECOND) as u32)
        };
}

#[cfg(feature = "time")]
times! {
    ::time::Duration: Duration, Self::ZERO,
        to = |duration| duration.whole_nanoseconds(),
        from = |nanoseconds| Some(Self::new((nanoseconds / SECOND) as i64, (nanoseconds % SECOND) as i32));
    ::time::OffsetDateTime: Timestamp, Self::UNIX_EPOCH,
        to = |time| time.unix_timestamp_nanos(),
        from = |nanoseconds| Self::from_unix_timestamp_nanos(nanoseconds).ok();
}

#[cfg(test)]
mod tests {
    use prost_types::Timestamp;

    use super::*;

    #[test]
    fn a_duration_past_the_end_is_written_as_the_end() {
        let wire = prost_types::Duration::nearest(Duration::MAX.to_nanoseconds());
        assert_eq!((wire.seconds, wire.nanos), (315_576_000_000, 999_999_999));
        assert_eq!(wire.nanoseconds(), Ok(LONGEST));
    }

    #[test]
    fn a_duration_of_the_wire_is_read_or_refused() {
        for seconds in [i64::MIN, -315_576_000_001, -1, 0, 1, 315_576_000_000, i64::MAX] {
            for nanos in [i32::MIN, -1, 0, 1, i32::MAX] {
                let read = prost_types::Duration { seconds, nanos }.nanoseconds();
                let nanoseconds = i128::from(seconds) * SECOND + i128::from(nanos);
                assert_eq!(
                    read.ok(),
                    Some(nanoseconds).filter(|n| n.abs() <= LONGEST),
                    "{seconds} s, {nanos} ns"
                );
                assert_eq!(Duration::from_nanoseconds(nanoseconds).is_some(), nanoseconds >= 0);
            }
        }
    }

    /// Before the epoch the nanoseconds still count forward (P-015).
    #[test]
    fn times_before_the_epoch_survive() {
        let time = UNIX_EPOCH - Duration::new(1, 500_000_000);
        let wire = Timestamp::nearest(time.to_nanoseconds());
        assert_eq!((wire.seconds, wire.nanos), (-2, 500_000_000));
        assert_eq!(SystemTime::from_nanoseconds(wire.nanoseconds().unwrap()), Some(time));
    }

    #[test]
    fn a_timestamp_of_the_wire_is_read_or_refused() {
        for seconds in
            [i64::MIN, -62_135_596_801, -62_135_596_800, 0, 253_402_300_799, 253_402_300_800, i64::MAX]
        {
            for nanos in [i32::MIN, 0, i32::MAX] {
                let read = Timestamp { seconds, nanos }.nanoseconds();
                let nanoseconds = i128::from(seconds) * SECOND + i128::from(nanos);
                assert_eq!(read.ok(), Some(nanoseconds).filter(|n| (FIRST..=LAST).contains(n)));
                let nearest = Timestamp::nearest(nanoseconds);
                assert!((-62_135_596_800..=253_402_300_799).contains(&nearest.seconds));
                assert!((0..=999_999_999).contains(&nearest.nanos));
            }
        }
    }
}
