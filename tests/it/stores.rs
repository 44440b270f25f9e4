//! The public conformance suite, run over the stores that come with the library.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lro_runtime::store::conformance::{ManualClock, Subject};
use lro_runtime::store::{MemoryStore, Store};

mod memory {
    use super::*;

    struct Memory {
        clock: ManualClock,
        store: MemoryStore,
    }

    impl Memory {
        fn new() -> Self {
            let clock = ManualClock::new();
            Self { store: MemoryStore::with_clock(clock.clone()), clock }
        }
    }

    #[async_trait]
    impl Subject for Memory {
        fn store(&self) -> Arc<dyn Store> {
            Arc::new(self.store.clone())
        }

        async fn advance(&self, by: Duration) {
            self.clock.advance(by);
        }
    }

    lro_runtime::store_conformance!(Memory::new());
}
