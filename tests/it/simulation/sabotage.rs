//! The rules of the protocol, and other promises, each of which can be switched off: from outside, by a store or a way to it that breaks
//! what the rule relies on, or does what the obvious version would do. The engine is the real one, and has no switches.

/// What is done wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sabotage {
    /// The heartbeat finds nothing that this worker has and does not run.
    HideLeftovers,
    /// Whoever runs on a host has the worker id of who ran there before.
    KeepWorkerIds,
    /// The same, and the heartbeat finds no leftovers.
    KeepWorkerIdsAndHideLeftovers,
    /// The work of a worker whose lease has lapsed can be claimed, though nobody has condemned it.
    ClaimByExpiry,
    /// A condemned worker hears that its lease was renewed, and that it still has what was taken from it.
    TellNobody,
    /// Delete frees the exclusivity key of what still runs.
    FreeDeletedKeys,
    /// A claim does not say that a cancel was asked for.
    ForgetCancels,
    /// A hand-over counts as an interruption.
    CountHandOvers,
    /// Lapsed workers are condemned whenever somebody looks for their work.
    CondemnAtOnce,
    /// What cannot run again is claimed, and its error is written in a second step.
    ClaimThenFail,

    // Not rules of the protocol, but promises of a store; the oracle must miss these as well.
    /// A second end replaces the first one.
    EndTwice,
    /// A write of an attempt is accepted in the name of the present one.
    IgnoreAttempts,
    /// A claim does not raise the attempt.
    KeepAttempts,
    /// What was deleted can be read.
    ShowDeleted,
    /// Some creations are acknowledged, and not kept.
    LoseCreations,
    /// Some reads answer with what was true before.
    ReadThePast,
    /// Checkpoints are acknowledged, and not kept.
    LoseCheckpoints,
    /// Some names are said to be taken.
    TakeNames,
    /// Whatever is open is said to be overdue.
    EndEarly,
}

impl Sabotage {
    pub(super) fn hides_leftovers(self) -> bool {
        matches!(self, Self::HideLeftovers | Self::KeepWorkerIdsAndHideLeftovers)
    }

    pub(super) fn keeps_worker_ids(self) -> bool {
        matches!(self, Self::KeepWorkerIds | Self::KeepWorkerIdsAndHideLeftovers)
    }
}
