//! What of a filter a store can decide by its columns. It may leave more than matches, and never less: what it leaves is
//! tested once more.

use std::time::{Duration, SystemTime};

use super::literal::{self, Class, Operand};
use super::{Comparator, Filter, Test};
use crate::data::conditions::Conditions;

impl Filter {
    pub(crate) fn conditions(&self) -> Conditions {
        let mut conditions = Conditions::default();
        self.narrow(&mut conditions);
        conditions
    }

    fn narrow(&self, conditions: &mut Conditions) {
        match self {
            Self::All(filters) => filters.iter().for_each(|filter| filter.narrow(conditions)),
            Self::Test(test) => test.narrow(conditions),
            Self::Any(_) | Self::Not(_) => {}
        }
    }
}

impl Test {
    fn narrow(&self, conditions: &mut Conditions) {
        let path: Vec<_> = self.path.iter().map(String::as_str).collect();
        let is_equal = matches!(self.comparator, Comparator::Equal | Comparator::Has);
        match &path[..] {
            ["done"] if is_equal => {
                conditions.done = conditions.done.or_else(|| literal::boolean(&self.value));
            }
            ["metadata", "@type"] if is_equal && !self.value.contains('*') => {
                conditions.metadata_type.get_or_insert_with(|| self.value.as_str().into());
            }
            ["response", "@type"] if is_equal && !self.value.contains('*') => {
                conditions.response_type.get_or_insert_with(|| self.value.as_str().into());
            }
            ["create_time" | "createTime"] => {
                let Some((from, to)) = self.instant() else { return };
                let Conditions { created_from, created_to, .. } = conditions;
                match self.comparator {
                    Comparator::Greater | Comparator::GreaterOrEqual => {
                        *created_from = later(*created_from, from)
                    }
                    Comparator::Less | Comparator::LessOrEqual => *created_to = earlier(*created_to, to),
                    Comparator::Equal | Comparator::Has => {
                        *created_from = later(*created_from, from);
                        *created_to = earlier(*created_to, to);
                    }
                    Comparator::NotEqual => {}
                }
            }
            _ => {}
        }
    }

    /// The value as an instant: the whole microseconds before and after it, since that is what stores keep.
    fn instant(&self) -> Option<(SystemTime, SystemTime)> {
        let Operand::Time(seconds, nanos) = Class::Timestamp.read(&self.value)? else { return None };
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let whole = match seconds {
            0.. => SystemTime::UNIX_EPOCH.checked_add(whole)?,
            _ => SystemTime::UNIX_EPOCH.checked_sub(whole)?,
        };
        let micros = |nanos: u32| whole.checked_add(Duration::from_micros(nanos.into()));
        let nanos = u32::try_from(nanos).ok()?;
        Some((micros(nanos / 1_000)?, micros(nanos.div_ceil(1_000))?))
    }
}

fn later(known: Option<SystemTime>, time: SystemTime) -> Option<SystemTime> {
    Some(known.map_or(time, |known| known.max(time)))
}

fn earlier(known: Option<SystemTime>, time: SystemTime) -> Option<SystemTime> {
    Some(known.map_or(time, |known| known.min(time)))
}
