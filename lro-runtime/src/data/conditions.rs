//! What a store decides by itself of a filter.

use std::sync::Arc;
use std::time::SystemTime;

use super::operation::Outcome;
use super::record::Record;

/// What the records of a public list must be, beside being visible. What is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Done, or open.
    pub done: Option<bool>,
    /// Created at this instant, or later.
    pub created_from: Option<SystemTime>,
    /// Created at this instant, or earlier.
    pub created_to: Option<SystemTime>,
    /// With metadata of this type URL.
    pub metadata_type: Option<Arc<str>>,
    /// With a response of this type URL.
    pub response_type: Option<Arc<str>>,
}

impl Conditions {
    /// Whether a record is so. Stores that hold records as values call it; stores that speak SQL say the same in SQL.
    pub fn admit(&self, record: &Record) -> bool {
        let response = match &record.outcome {
            Some(Outcome::Response(response)) => Some(&response.type_url),
            _ => None,
        };
        self.done.is_none_or(|done| record.outcome.is_some() == done)
            && self.created_from.is_none_or(|from| record.create_time >= from)
            && self.created_to.is_none_or(|to| record.create_time <= to)
            && self.metadata_type.as_ref().is_none_or(|url| *url == record.metadata.type_url)
            && (self.response_type.is_none() || self.response_type.as_ref() == response)
    }
}
