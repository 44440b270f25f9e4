//! Instants as every store keeps them: whole microseconds.

use std::time::{Duration, SystemTime};

/// Microseconds since 1970, rounded down. An instant past what 64 bits hold becomes the last that they do.
pub(crate) fn to_micros(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(before) => {
            let micros = before.duration().as_nanos().div_ceil(1000);
            i64::try_from(micros).map_or(i64::MIN, |micros| -micros)
        }
    }
}

/// The instant of a number that [`to_micros`] made.
pub(crate) fn from_micros(micros: i64) -> SystemTime {
    let distance = Duration::from_micros(micros.unsigned_abs());
    let time = if micros < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    };
    // A platform whose instants end earlier than 64 bits of microseconds would land here; none that we know.
    time.unwrap_or(SystemTime::UNIX_EPOCH)
}

/// The instant that every store keeps of this one.
pub(crate) fn whole_micros(time: SystemTime) -> SystemTime {
    from_micros(to_micros(time))
}

/// An instant after a duration; `None`, which is never, when there is no such instant.
pub(crate) fn later(now: SystemTime, duration: Duration) -> Option<SystemTime> {
    now.checked_add(duration).map(whole_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_keep_their_microseconds_on_both_sides_of_1970() {
        let epoch = SystemTime::UNIX_EPOCH;
        let nanos = Duration::from_nanos;
        for (time, micros) in [
            (epoch, 0),
            (epoch + nanos(1_999), 1),
            (epoch - nanos(1), -1),
            (epoch - nanos(1_000), -1),
            (epoch - nanos(1_001), -2),
            (epoch + Duration::from_secs(u64::MAX >> 2), i64::MAX),
        ] {
            assert_eq!(to_micros(time), micros);
        }
        for micros in [i64::MIN, -1, 0, 1, i64::MAX] {
            assert_eq!(to_micros(from_micros(micros)), micros);
        }
    }
}
