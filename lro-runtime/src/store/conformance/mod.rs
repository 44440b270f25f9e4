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

mod clock;
pub mod create;
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
