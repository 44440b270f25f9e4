//! One public suite of properties that every store must have.
//!
//! A property is one function: it takes a fresh store, and panics when the store does not have it.
//! [`store_conformance!`](crate::store_conformance) stamps one test for each of them, so a property that is added here reaches
//! every store that is tested this way. The stamped tests are `#[tokio::test]`s: the crate that holds them depends on
//! tokio, with its features `macros` and `rt-multi-thread`.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use lro_runtime::store::conformance::{ManualClock, Subject};
//! use lro_runtime::store::{MemoryStore, Store};
//!
//! struct InMemory {
//!     clock: ManualClock,
//!     store: MemoryStore,
//! }
//!
//! impl InMemory {
//!     fn new() -> Self {
//!         let clock = ManualClock::new();
//!         Self { store: MemoryStore::with_clock(clock.clone()), clock }
//!     }
//! }
//!
//! #[async_trait::async_trait]
//! impl Subject for InMemory {
//!     fn store(&self) -> Arc<dyn Store> {
//!         Arc::new(self.store.clone())
//!     }
//!
//!     async fn advance(&self, by: Duration) {
//!         self.clock.advance(by);
//!     }
//! }
//!
//! lro_runtime::store_conformance!(InMemory::new());
//! # fn main() {}
//! ```

pub mod changes;
mod clock;
pub mod create;
pub mod durability;
pub mod keys;
pub mod lease;
pub mod list;
pub mod purge;
pub mod races;
pub mod shared;
mod support;
pub mod update;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use self::clock::ManualClock;
use super::Store;

/// A store under test: fresh and empty at first, and alive, with all it needs, as long as this value.
#[async_trait]
pub trait Subject: Send {
    /// The store.
    fn store(&self) -> Arc<dyn Store>;

    /// Lets this much time pass on the store's clock: moves a clock that can be moved, or sleeps. The properties
    /// ask for a few seconds at most.
    async fn advance(&self, by: Duration);

    /// Closes the store and opens it again, as a restart of its process does. No other handle is alive then.
    /// `false` says that the store keeps nothing over a restart, and is not held to it.
    async fn reopen(&mut self) -> bool {
        false
    }
}

/// Stamps one test for each property of the [suite](crate::store::conformance), on the subject that the expression makes.
/// The expression is evaluated once a test, in an async function: it may `.await`.
#[macro_export]
macro_rules! store_conformance {
    ($subject:expr) => {
        $crate::__store_properties! { $crate::__store_conformance_tests { $subject } }
    };
}

/// Every property of the suite, once.
#[doc(hidden)]
#[macro_export]
macro_rules! __store_properties {
    ($($then:ident)::+ { $($with:tt)* }) => { $($then)::+! { { $($with)* }
        create {
            a_created_record_reads_back
            a_new_record_has_a_create_time_only
            a_time_limit_sets_the_deadline
            an_endless_time_limit_is_accepted
            a_taken_name_is_answered_with_its_record
            the_name_of_a_removed_record_stays_taken
            payloads_survive_byte_for_byte
            get_answers_in_the_order_of_the_names
            get_takes_a_thousand_names
            get_shows_removed_and_hides_expired_records
        }
        update {
            a_patch_changes_what_it_sets
            an_update_answers_with_the_head_after_it
            an_update_of_an_absent_record_is_absent
            an_update_of_an_expired_record_is_absent
            the_attempt_guard_fences
            a_claim_fences_the_attempt_before_it
            the_attempt_never_falls
            the_open_guard_refuses_done_and_removed_records
            the_visible_guard_refuses_removed_records
            the_first_outcome_stands
            outcomes_survive
            a_retention_sets_the_expire_time
            a_cancel_is_marked_once
            a_record_removed_while_open_becomes_a_tombstone_at_its_end
            a_record_removed_when_done_becomes_a_tombstone
        }
        keys {
            a_taken_request_key_is_answered_with_its_record
            a_record_is_found_by_its_request_key
            a_taken_exclusive_key_is_answered_with_its_record
            conflicts_are_decided_in_order
            keys_of_two_kinds_do_not_meet
            an_exclusive_key_is_free_once_the_record_is_done
            an_exclusive_key_is_kept_while_a_hidden_record_runs
            a_request_key_lives_on_in_the_tombstone
            an_expired_record_is_a_tombstone_for_its_key
            a_request_key_is_free_after_its_retention
        }
        list {
            the_newest_record_is_listed_first
            the_order_is_total
            a_listed_record_is_complete
            a_parent_is_matched_by_whole_segments
            the_root_is_not_everywhere
            removed_and_expired_records_are_not_listed
            done_and_open_records_can_be_told_apart
            records_are_selected_by_creation
            records_are_selected_by_type
            pages_cover_everything_once
            pages_survive_what_happens_between_them
        }
        lease {
            a_reaped_worker_is_condemned_for_ever
            a_lapsed_worker_revives_before_the_reaper_comes
            only_lapsed_leases_are_reaped
            a_reaper_spares_itself
            a_first_lease_can_be_asked_for_again
            an_unknown_worker_is_condemned
            a_retired_worker_gives_its_work_up
            work_is_claimable_after_the_condemnation_only
            work_that_was_handed_over_is_claimable
            restartable_work_is_claimable_by_method
            hidden_work_is_claimable_and_done_work_is_not
            a_worker_finds_what_it_owns
            open_work_past_its_deadline_is_overdue
            work_that_nobody_can_run_again_is_found
            work_is_paged_by_name
        }
        purge {
            spent_records_are_deleted
            open_and_kept_records_are_not_purged
            a_purge_keeps_to_its_limit
            kept_tombstones_do_not_stand_in_the_way
            a_key_that_has_expired_too_is_not_kept
        }
        changes {
            ends_removals_cancels_and_hand_overs_are_told
            progress_is_not_told
            every_subscriber_is_told
            what_is_told_can_be_read
            a_dropped_wait_loses_nothing
            a_subscription_outlives_the_store
        }
        shared {
            the_last_descriptor_wins
            a_name_is_taken_over
            the_secret_is_stable
        }
        durability {
            records_survive_a_restart
            keys_survive_a_restart
            what_is_shared_survives_a_restart
            work_is_claimable_after_a_restart
        }
        races {
            one_creation_wins_a_name
            one_creation_wins_a_request_key
            one_creation_wins_an_exclusive_key
            a_conflict_does_not_disturb_its_neighbours
            one_completion_wins
            one_claim_wins
            an_acknowledged_write_is_read
        }
    } };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __store_conformance_tests {
    ($subject:tt $($theme:ident { $($property:ident)* })*) => {
        $($(
            #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $property() {
                let mut subject = $subject;
                $crate::store::conformance::$theme::$property(&mut subject).await;
            }
        )*)*
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    macro_rules! table {
        ({} $($theme:ident { $($property:ident)* })*) => {
            &[$($((stringify!($theme), stringify!($property)),)*)*]
        };
    }

    const TABLE: &[(&str, &str)] = crate::__store_properties! { table {} };

    #[test]
    fn every_property_is_in_the_table_once() {
        let mut written = BTreeSet::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/conformance");
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let theme = path.file_stem().unwrap().to_str().unwrap().to_owned();
            for line in std::fs::read_to_string(&path).unwrap().lines() {
                if let Some(rest) = line.strip_prefix("pub async fn ") {
                    written.insert((theme.clone(), rest.split('(').next().unwrap().to_owned()));
                }
            }
        }
        let listed: BTreeSet<_> =
            TABLE.iter().map(|(theme, name)| (theme.to_string(), name.to_string())).collect();
        assert_eq!(listed, written);
        // The stamped tests have the properties' names alone.
        let names: BTreeSet<_> = TABLE.iter().map(|(_, name)| name).collect();
        assert_eq!(names.len(), TABLE.len());
    }
}
