//! What happened in one simulation, in order: what the table did, what handlers did, what clients were told, and what was done to the
//! replicas. The oracle reads nothing else.

use std::fmt;
use std::time::{Duration, SystemTime};

use lro_runtime::Outcome;
use lro_runtime::store::{Guard, Key};

/// A replica, by the order in which they were started.
pub(super) type ReplicaId = u32;

/// An operation: the call that it came from, and which of that call's names it has. Names have chance in them, and labels have not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Op {
    pub(super) call: u32,
    pub(super) nth: u32,
}

/// A worker: a replica, and which of its incarnations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Worker {
    pub(super) replica: ReplicaId,
    pub(super) nth: u32,
}

/// A record, as far as the protocol looks at it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) worker: Option<Worker>,
    pub(super) attempt: u32,
    pub(super) interruptions: u32,
    pub(super) outcome: Option<Outcome>,
    pub(super) restartable: bool,
    pub(super) cancelled: bool,
    pub(super) removed: bool,
    pub(super) deadline: Option<SystemTime>,
    pub(super) expires: Option<SystemTime>,
}

/// What the table was asked to write.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Request {
    Create { request_key: Option<Key>, exclusive_key: Option<Key> },
    Update(Guard),
}

/// A request that has arrived at the table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Write {
    pub(super) by: ReplicaId,
    pub(super) op: Op,
    pub(super) request: Request,
    pub(super) accepted: bool,
    pub(super) before: Option<Row>,
    pub(super) after: Option<Row>,
    /// The store's clock.
    pub(super) now: SystemTime,
}

/// What a client knows of an operation after a call.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Seen {
    Open,
    Done(Outcome),
    Gone,
}

/// The answer to a client's call.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    Started,
    Saw(Seen),
    Cancelled,
    Deleted,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Life {
    Opened,
    Paused,
    Resumed,
    /// It shuts down.
    Leaving,
    Left,
    Killed,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Wrote(Box<Write>),
    Renewed {
        worker: Worker,
        alive: bool,
    },
    /// `asked`: when the caller sent it.
    Reaped {
        by: ReplicaId,
        asked: Duration,
        gone: Vec<Worker>,
    },
    Retired {
        worker: Worker,
    },
    Began {
        replica: ReplicaId,
        op: Op,
        attempt: u32,
    },
    Stopped {
        replica: ReplicaId,
        op: Op,
        attempt: u32,
    },
    /// A checkpoint was acknowledged.
    Kept {
        op: Op,
        attempt: u32,
        step: i64,
    },
    Restored {
        op: Op,
        attempt: u32,
        step: i64,
    },
    /// `asked`: how long the history was when the client asked.
    Answered {
        op: Op,
        asked: usize,
        answer: Answer,
    },
    /// A client was answered with an error that no fault of the store explains.
    Failed {
        call: u32,
        error: String,
    },
    Replica {
        replica: ReplicaId,
        life: Life,
    },
    /// The replica's own way to the store is not what it should be, up to then.
    Disturbed {
        replica: ReplicaId,
        until: Duration,
    },
    Outage {
        until: Duration,
    },
    Calm,
}

/// Something that happened, and when.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) at: Duration,
    pub(super) what: What,
}

impl Event {
    /// Whether it helps to understand what happened to an operation.
    pub(super) fn is_about(&self, op: Option<Op>) -> bool {
        let of = match &self.what {
            What::Wrote(write) => write.op,
            What::Began { op, .. }
            | What::Stopped { op, .. }
            | What::Kept { op, .. }
            | What::Restored { op, .. }
            | What::Answered { op, .. } => *op,
            What::Renewed { alive, .. } => return !alive,
            What::Reaped { gone, .. } => return !gone.is_empty(),
            _ => return true,
        };
        op.is_none_or(|op| op.call == of.call)
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "op {}.{}", self.call, self.nth)
    }
}

impl fmt::Display for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "worker {}.{}", self.replica, self.nth)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.worker {
            Some(worker) => write!(f, "{worker}")?,
            None => f.write_str("nobody")?,
        }
        write!(f, " attempt {} after {} interruptions", self.attempt, self.interruptions)?;
        for (flag, word) in [(self.cancelled, "cancelled"), (self.removed, "removed")] {
            if flag {
                write!(f, ", {word}")?;
            }
        }
        self.outcome.as_ref().map_or(Ok(()), |outcome| write!(f, ", {}", of(outcome)))
    }
}

/// An outcome without the names that are in its texts.
pub(super) fn of(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Response(response) => format!("response {:?}", response.value),
        Outcome::Error(error) => format!("{:?} {}", error.code(), error.reason().unwrap_or_default()),
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>8.3} ", self.at.as_secs_f64())?;
        match &self.what {
            What::Wrote(write) => {
                let Write { by, op, request, accepted, before, after, .. } = &**write;
                let text = |row: &Option<Row>| row.as_ref().map_or("nothing".to_owned(), Row::to_string);
                let request = match request {
                    Request::Create { .. } => "create".to_owned(),
                    Request::Update(guard) => format!("{guard:?}"),
                };
                let verdict = if *accepted { "accepted" } else { "refused" };
                write!(f, "{op}: {request} by {by} {verdict}: {} -> {}", text(before), text(after))
            }
            What::Answered { op, answer, asked } => match answer {
                Answer::Saw(Seen::Done(outcome)) => {
                    write!(f, "{op}: the client that asked at {asked} saw {}", of(outcome))
                }
                answer => write!(f, "{op}: the client that asked at {asked} was told {answer:?}"),
            },
            What::Renewed { worker, alive } => write!(f, "{worker}: renewed: {alive}"),
            What::Retired { worker } => write!(f, "{worker}: retired"),
            What::Reaped { by, asked, gone } => {
                let gone: Vec<_> = gone.iter().map(Worker::to_string).collect();
                write!(f, "replica {by} condemned, as it wished at {asked:?}, {gone:?}")
            }
            What::Began { replica, op, attempt } => {
                write!(f, "{op}: attempt {attempt} began at replica {replica}")
            }
            What::Stopped { replica, op, attempt } => {
                write!(f, "{op}: attempt {attempt} stopped at replica {replica}")
            }
            What::Kept { op, attempt, step } => write!(f, "{op}: attempt {attempt} kept step {step}"),
            What::Restored { op, attempt, step } => write!(f, "{op}: attempt {attempt} restored step {step}"),
            What::Failed { call, error } => write!(f, "call {call}: {error}"),
            What::Replica { replica, life } => write!(f, "replica {replica}: {life:?}"),
            What::Disturbed { replica, until } => write!(f, "replica {replica}: disturbed until {until:?}"),
            What::Outage { until } => write!(f, "outage until {until:?}"),
            What::Calm => f.write_str("calm"),
        }
    }
}
