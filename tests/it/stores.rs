//! The public conformance suite, run over the stores that come with the library.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lro_runtime::store::conformance::{ManualClock, Subject};
use lro_runtime::store::{MemoryStore, SqliteStore, Store};

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

mod sqlite {
    use super::*;

    struct Sqlite {
        clock: ManualClock,
        // `None` only between closing and reopening.
        store: Option<Arc<SqliteStore>>,
        directory: tempfile::TempDir,
    }

    impl Sqlite {
        async fn new() -> Self {
            let directory = tempfile::tempdir().expect("a temporary directory");
            let mut sqlite = Self { clock: ManualClock::new(), store: None, directory };
            assert!(sqlite.reopen().await);
            sqlite
        }
    }

    #[async_trait]
    impl Subject for Sqlite {
        fn store(&self) -> Arc<dyn Store> {
            self.store.clone().expect("the store is open")
        }

        async fn advance(&self, by: Duration) {
            self.clock.advance(by);
        }

        async fn reopen(&mut self) -> bool {
            self.store = None;
            let path = self.directory.path().join("operations.db");
            let store = SqliteStore::open_with_clock(path, self.clock.clone()).await;
            self.store = Some(Arc::new(store.expect("the store opens")));
            true
        }
    }

    lro_runtime::store_conformance!(Sqlite::new().await);
}
