//! An operation that answers with a message of ten fields.

use lro_runtime::store::Store;
use lro_runtime::{Operations, Payload, Status, long_running};

/// A message of ten fields, as metadata often is.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.bench.v1")]
pub(crate) struct Ten {
    #[payload(tag = 1)]
    name: String,
    #[payload(tag = 2)]
    size: i64,
    #[payload(tag = 3)]
    count: u32,
    #[payload(tag = 4)]
    ratio: f64,
    #[payload(tag = 5)]
    ready: bool,
    #[payload(tag = 6)]
    digest: Vec<u8>,
    #[payload(tag = 7)]
    create_time: Option<prost_types::Timestamp>,
    #[payload(tag = 8)]
    parts: Vec<String>,
    #[payload(tag = 9)]
    labels: std::collections::BTreeMap<String, String>,
    #[payload(tag = 10)]
    note: Option<String>,
}

pub(crate) fn ten() -> Ten {
    Ten {
        name: "projects/p/disks/d".into(),
        size: 1 << 40,
        count: 7,
        ratio: 0.5,
        ready: true,
        digest: vec![7; 32],
        create_time: Some(prost_types::Timestamp { seconds: 1_800_000_000, nanos: 500_000_000 }),
        parts: (0..4).map(|part| format!("part-{part}")).collect(),
        labels: [("env", "prod"), ("team", "storage")].map(|(k, v)| (k.into(), v.into())).into(),
        note: Some("ten fields".into()),
    }
}

/// Ends at once.
#[long_running(response = Ten, service = "lro.bench.v1.Bench", operations = operations)]
pub(crate) async fn answer(operations: Operations) -> Result<Ten, Status> {
    Ok(ten())
}

pub(crate) async fn open(store: impl Store) -> Operations {
    Operations::builder().running(usize::MAX).open_store(store).await.expect("the engine opens")
}

/// The name of an operation that is done.
pub(crate) async fn done(operations: &Operations) -> String {
    let operation = answer(operations.clone()).await.expect("it starts");
    let name = operation.name().to_string();
    operation.await.expect("it ends");
    name
}
