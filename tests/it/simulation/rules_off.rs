//! Each rule is needed: without it, within some seeds, something breaks that the oracle has a name for; and with it, nothing breaks in
//! the same seed. The rules are those of the table of 'obvious versions'.

use super::sabotage::Sabotage;
use super::weather::Weather;
use super::{Rule, report, simulate};

/// Within so many seeds each rule is missed.
const SEEDS: u64 = 60;

fn is_missed(sabotage: Sabotage, weather: &Weather, rule: Rule) {
    for seed in 0..SEEDS {
        let run = simulate(seed, weather, Some(sabotage));
        if run.broken.iter().any(|violation| violation.rule == rule) {
            let with_it = simulate(seed, weather, None);
            assert!(with_it.broken.is_empty(), "{}", report(seed, &with_it, false));
            return;
        }
    }
    panic!("{SEEDS} seeds, and nothing that {sabotage:?} has done broke {rule:?}");
}

/// Every heartbeat compares what the table says that this worker has with what it runs. Otherwise the operation whose creation nobody
/// confirmed has a living owner that does not run it.
#[test]
fn without_reconciliation_an_operation_is_stuck() {
    let weather = Weather { grays: 4, lost: 0.1, events: 24, ..Weather::fair() };
    is_missed(Sabotage::HideLeftovers, &weather, Rule::Live);
}

/// A worker id is minted at each start. One that is kept revives what was condemned.
#[test]
fn with_the_id_of_its_predecessor_a_worker_comes_back_from_condemnation() {
    let weather = Weather { kills: 4, ..Weather::fair() };
    is_missed(Sabotage::KeepWorkerIds, &weather, Rule::Condemned);
}

/// And it keeps the work of a dead process alive: only reconciliation finds that then.
#[test]
fn with_the_id_of_its_predecessor_and_without_reconciliation_an_operation_is_stuck() {
    let weather = Weather { kills: 4, ..Weather::fair() };
    is_missed(Sabotage::KeepWorkerIdsAndHideLeftovers, &weather, Rule::Live);
}

/// The worker's row is condemned before anything is claimed. Otherwise a lease that lapses and is renewed is robbed.
#[test]
fn a_claim_by_expiry_alone_robs_a_worker_that_is_not_condemned() {
    let weather = Weather { pauses: 4, slow: 0.02, ..Weather::fair() };
    is_missed(Sabotage::ClaimByExpiry, &weather, Rule::Condemned);
}

/// A refused renewal drops all handlers, and reconciliation single ones. Otherwise one that writes nothing is never told.
#[test]
fn a_silent_handler_that_nobody_tells_of_its_fencing_runs_on() {
    let weather = Weather { pauses: 4, deaf: 1.0, ..Weather::fair() };
    is_missed(Sabotage::TellNobody, &weather, Rule::Told);
}

/// A hidden record keeps its key, and its lease, until its work ends.
#[test]
fn a_deleted_operation_without_its_key_runs_beside_the_next_one() {
    let weather = Weather { deletes: 0.9, keyed: 1.0, ..Weather::fair() };
    is_missed(Sabotage::FreeDeletedKeys, &weather, Rule::Exclusive);
}

/// What is claimed with a cancel mark ends without another run.
#[test]
fn a_claim_that_does_not_tell_of_a_cancel_runs_what_was_cancelled() {
    let weather = Weather { kills: 4, cancels: 0.9, ..Weather::fair() };
    is_missed(Sabotage::ForgetCancels, &weather, Rule::Cancelled);
}

/// Interruptions are counted apart from attempts.
#[test]
fn hand_overs_that_count_exhaust_the_attempts_without_a_crash() {
    let weather = Weather { leaves: 4, events: 24, ..Weather::fair() };
    is_missed(Sabotage::CountHandOvers, &weather, Rule::Capped);
}

/// Nobody is condemned before the store has answered for a third of a lease.
#[test]
fn condemning_at_once_after_an_outage_robs_healthy_workers() {
    let weather = Weather { outages: 4, ..Weather::fair() };
    is_missed(Sabotage::CondemnAtOnce, &weather, Rule::Robbed);
}

/// What cannot run again is ended by the write that takes it. In two steps, claimers take it from each other.
#[test]
fn a_claim_before_the_error_is_followed_by_another_claim() {
    let worse = Weather { leases: 10, calls: 14, opens: 3, events: 30, ..Weather::fair() };
    let weather = Weather { kills: 4, pauses: 4, slow: 0.1, ..worse };
    is_missed(Sabotage::ClaimThenFail, &weather, Rule::Live);
}

// The oracle's other words. No rule of the protocol is off: the store breaks its own.

#[test]
fn a_second_end_is_missed() {
    let weather = Weather { pauses: 4, ..Weather::fair() };
    is_missed(Sabotage::EndTwice, &weather, Rule::OneEnd);
}

#[test]
fn a_write_of_another_attempt_is_missed() {
    let weather = Weather { pauses: 4, ..Weather::fair() };
    is_missed(Sabotage::IgnoreAttempts, &weather, Rule::Fenced);
}

#[test]
fn an_attempt_that_does_not_rise_is_missed() {
    let weather = Weather { kills: 4, ..Weather::fair() };
    is_missed(Sabotage::KeepAttempts, &weather, Rule::Rising);
}

#[test]
fn what_returns_after_its_deletion_is_missed() {
    let weather = Weather { deletes: 0.9, ..Weather::fair() };
    is_missed(Sabotage::ShowDeleted, &weather, Rule::Gone);
}

#[test]
fn a_creation_that_is_not_kept_is_missed() {
    is_missed(Sabotage::LoseCreations, &Weather::fair(), Rule::Started);
}

#[test]
fn an_end_that_is_taken_back_is_missed() {
    is_missed(Sabotage::ReadThePast, &Weather::fair(), Rule::Seen);
}

#[test]
fn a_checkpoint_that_is_not_kept_is_missed() {
    let weather = Weather { kills: 4, ..Weather::fair() };
    is_missed(Sabotage::LoseCheckpoints, &weather, Rule::Kept);
}

#[test]
fn a_refusal_without_a_reason_is_missed() {
    is_missed(Sabotage::TakeNames, &Weather::fair(), Rule::Answered);
}

#[test]
fn a_deadline_that_comes_early_is_missed() {
    is_missed(Sabotage::EndEarly, &Weather::fair(), Rule::Deadline);
}
