//! The public conformance suite, run over the stores that come with the library.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lro_runtime::store::conformance::{ManualClock, Subject};
use lro_runtime::store::{
    Clock as _, Guard, MemoryStore, NewRecord, Patch, PostgresStore, SqliteStore, Store, WorkerId,
};
use lro_runtime::{Any, OperationName, Outcome};
use uuid::Uuid;

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

mod postgres {
    use super::*;
    use crate::support::postgres;

    struct Postgres {
        url: String,
        // `None` only between closing and reopening.
        store: Option<Arc<PostgresStore>>,
    }

    impl Postgres {
        async fn new() -> Self {
            let mut postgres = Self { url: postgres::fresh_schema().await, store: None };
            assert!(postgres.reopen().await);
            postgres
        }
    }

    #[async_trait]
    impl Subject for Postgres {
        fn store(&self) -> Arc<dyn Store> {
            self.store.clone().expect("the store is open")
        }

        async fn advance(&self, by: Duration) {
            // The server's clock cannot be moved.
            tokio::time::sleep(by).await;
        }

        async fn reopen(&mut self) -> bool {
            self.store = None;
            let store = PostgresStore::connect(&self.url).await;
            self.store = Some(Arc::new(store.expect("the store opens")));
            true
        }
    }

    lro_runtime::store_conformance!(Postgres::new().await);
}

/// P-106: the clock of the machine is put back while an operation runs.
#[tokio::test]
async fn an_end_is_not_before_its_beginning() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let clock = ManualClock::new();
    let sqlite = SqliteStore::open_with_clock(folder.path().join("operations.db"), clock.clone()).await;
    let stores: [Box<dyn Store>; 2] =
        [Box::new(MemoryStore::with_clock(clock.clone())), Box::new(sqlite.expect("the store opens"))];
    for store in stores {
        let name = OperationName::parse("operations/a").expect("it is a name");
        let empty = || Any::new("google.protobuf.Empty", "");
        let record = NewRecord {
            name: name.clone(),
            method: Arc::from("acme.v1.Disks/CopyDisk"),
            restartable: false,
            request: None,
            request_hash: None,
            request_key: None,
            exclusive_key: None,
            metadata: empty(),
            worker: WorkerId(Uuid::now_v7()),
            attempt: 1,
        };
        store.create(record, None).await.expect("it is created");
        clock.set(clock.now() - Duration::from_secs(3_600));
        let patch = Patch { outcome: Some(Outcome::Response(empty())), ..Patch::default() };
        store.update(&name, Guard::Attempt(1), patch).await.expect("it ends");
        let read = store.get(std::slice::from_ref(&name)).await.expect("it is read").remove(0);
        let read = read.expect("it is there");
        assert_eq!(read.end_time, Some(read.create_time));
    }
}
