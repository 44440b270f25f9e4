//! What becomes of an operation: running → succeeded, failed or cancelled, once (P-188…P-191).

use super::errors;
use crate::data::method::OnInterrupt;
use crate::data::name::OperationName;
use crate::data::operation::{Outcome, Snapshot};
use crate::data::payload::any::Any;
use crate::data::record::{Head, Record, WorkerId};
use crate::data::status::Status;

/// What a client may see of a record; `None` once it was removed (P-062).
pub(crate) fn visible(record: &Record) -> Option<Snapshot> {
    if record.remove_time.is_some() {
        return None;
    }
    let Record { name, metadata, outcome, .. } = record;
    Some(Snapshot { name: name.clone(), metadata: metadata.clone(), outcome: outcome.clone() })
}

/// How a handler's run ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// It returned.
    Returned(Result<Any, Status>),
    /// It panicked; the text went to the log.
    Panicked,
    /// It was dropped at the end of the cancel grace, or never ran.
    Cancelled,
    /// It was dropped when its time was over, or did not begin before.
    DeadlineExceeded,
    /// It was dropped at the end of the shutdown grace, or its task was lost.
    Interrupted,
    /// It was interrupted, and may not run again.
    AttemptsExhausted,
}

/// The outcome that an ending writes. `domain` is the method's service.
pub(crate) fn outcome(ending: Ending, record: &OperationName, domain: &str) -> Outcome {
    match ending {
        Ending::Returned(Ok(response)) => Outcome::Response(response),
        Ending::Returned(Err(error)) => Outcome::Error(error.into_error(domain)),
        Ending::Panicked => Outcome::Error(errors::panicked(domain)),
        Ending::Cancelled => Outcome::Error(errors::cancelled(record, domain)),
        Ending::DeadlineExceeded => Outcome::Error(errors::deadline_exceeded(record, domain)),
        Ending::Interrupted => Outcome::Error(errors::interrupted(record, domain)),
        Ending::AttemptsExhausted => Outcome::Error(errors::attempts_exhausted(record, domain)),
    }
}

/// What becomes of an open operation whose worker is gone, or has handed it over.
#[derive(Debug)]
pub(crate) enum Recovery {
    /// It ends, by one write that raises the attempt.
    End(Ending),
    /// Its handler runs again; this many of its runs were interrupted.
    Again { interruptions: u32 },
}

/// The rule of recovery (D7, D9). No attempt starts after an acknowledged cancel (I7), and only interruptions count (I8).
pub(crate) fn recovery(record: &Record, on_interrupt: OnInterrupt) -> Recovery {
    let interruptions = interruptions(record);
    match on_interrupt {
        _ if record.cancel_time.is_some() => Recovery::End(Ending::Cancelled),
        OnInterrupt::Fail => Recovery::End(Ending::Interrupted),
        OnInterrupt::Restart { max_attempts } if interruptions >= max_attempts => {
            Recovery::End(Ending::AttemptsExhausted)
        }
        OnInterrupt::Restart { .. } => Recovery::Again { interruptions },
    }
}

/// How many runs of an operation that nobody runs were interrupted: not one that waited for its turn, nor one that was handed over.
pub(crate) fn interruptions(record: &Record) -> u32 {
    record.interruptions + u32::from(record.attempt > 0 && record.worker.is_some())
}

/// What a worker learns about an operation that it runs from a reading of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Nothing new.
    Mine,
    /// A cancel was asked for.
    Cancelled,
    /// The record is done, gone, or another attempt's.
    Lost,
}

/// Reads a record with the eyes of the worker that runs this attempt of it.
pub(crate) fn seen(record: Option<&Record>, worker: WorkerId, attempt: u32) -> Seen {
    match record {
        Some(record) if record.worker == Some(worker) => head_seen(&record.head(), attempt),
        _ => Seen::Lost,
    }
}

/// The same from the head that a write answered with.
pub(crate) fn head_seen(head: &Head, attempt: u32) -> Seen {
    match *head {
        Head { done: true, .. } => Seen::Lost,
        Head { attempt: other, .. } if other != attempt => Seen::Lost,
        Head { cancelled: true, .. } => Seen::Cancelled,
        _ => Seen::Mine,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::status::Code;

    /// Every head, seen by attempt 1.
    #[test]
    fn a_worker_loses_what_is_done_or_another_attempts_and_hears_of_cancels() {
        for attempt in [0, 1, 2] {
            for done in [false, true] {
                for cancelled in [false, true] {
                    for removed in [false, true] {
                        let seen = head_seen(&Head { attempt, done, cancelled, removed }, 1);
                        let expected = match (attempt == 1 && !done, cancelled) {
                            (false, _) => Seen::Lost,
                            (true, true) => Seen::Cancelled,
                            (true, false) => Seen::Mine,
                        };
                        assert_eq!(seen, expected, "{attempt} {done} {cancelled} {removed}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_ending_has_one_outcome_whose_code_is_never_ok() {
        let name = OperationName::parse("operations/a").unwrap();
        let error = |ending| match outcome(ending, &name, "acme.v1.Disks") {
            Outcome::Error(error) => (error.code(), error.reason().unwrap_or_default()),
            Outcome::Response(_) => panic!("an error was expected"),
        };
        let returned = |status| error(Ending::Returned(Err(status)));
        assert_eq!(returned(Status::ok("fine")), (Code::Unknown, "UNKNOWN".into()), "P-038");
        assert_eq!(returned(Status::not_found("x")), (Code::NotFound, "NOT_FOUND".into()), "P-180");
        assert_eq!(returned(Status::cancelled("x")), (Code::Cancelled, "CANCELLED".into()), "P-191");
        assert_eq!(error(Ending::Panicked), (Code::Internal, "HANDLER_PANICKED".into()), "P-037");
        assert_eq!(error(Ending::Cancelled), (Code::Cancelled, "OPERATION_CANCELLED".into()), "P-054");
        let exceeded = (Code::DeadlineExceeded, "OPERATION_DEADLINE_EXCEEDED".into());
        assert_eq!(error(Ending::DeadlineExceeded), exceeded, "P-195");
        assert_eq!(error(Ending::Interrupted), (Code::Aborted, "OPERATION_INTERRUPTED".into()));
        let response = Any::new("google.protobuf.Empty", "");
        assert_eq!(outcome(Ending::Returned(Ok(response.clone())), &name, "d"), Outcome::Response(response));
    }
}
