//! Opening: the connections and what each of them is set to, the tables, the tasks.

use std::sync::Arc;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime, Timeouts,
};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex, mpsc};

use super::Inner;
use super::batch::Queue;
use super::error::{OpenError, reason};
use super::listener::Listener;
use super::options::{CONNECT_TIMEOUT, PostgresOptions};
use super::reader::{self, READERS};
use super::schema::{self, quote};
use super::session::Sessions;
use super::writer::{WRITERS, Writer};
use crate::store::feed::Feed;

/// What a session is set to, after its search path.
///
/// - What is acknowledged is durable; a stronger setting is left as it is.
/// - Each statement sees what the one before has waited for.
/// - Primary keys and indexes, whatever the planner thinks of tables that are still empty: it would keep a plan that reads
///   all of the table for each batch.
const SETTINGS: &str = "
    SELECT set_config('synchronous_commit', 'on', false)
        WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write');
    SET default_transaction_isolation = 'read committed';
    SET idle_in_transaction_session_timeout = '10s';
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SET enable_seqscan = off;
    SET enable_bitmapscan = off;
    SET jit = off";

pub(super) async fn open(options: PostgresOptions) -> Result<Inner, OpenError> {
    let server = options.server();
    let unreachable = |reason: String| OpenError::Unreachable { server: server.clone(), reason };
    let tls = options.tls.connector()?;
    let hash: [u8; 32] = Sha256::digest(options.schema.as_bytes()).into();
    let [a, b, c, d, e, f, g, h, ..] = hash;
    let lock = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
    // Channels belong to the whole database, and their names are as long as a schema's: a hash fits.
    let channel = format!("lro_{lock:016x}");

    // Listens before anything is written, so that whoever opens the store is told of all that follows.
    let feed = Arc::new(Feed::new());
    let listener = Listener {
        config: options.config.clone(),
        tls: tls.clone(),
        channel: channel.clone(),
        feed: feed.clone(),
    };
    let listening = tokio::time::timeout(CONNECT_TIMEOUT, listener.connect())
        .await
        .map_err(|_| unreachable("it does not answer".to_owned()))?
        .map_err(|error| unreachable(reason(&error)))?;

    let manager =
        Manager::from_config(options.config, tls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
    let pool = Pool::builder(manager)
        .max_size(options.pool)
        .runtime(Runtime::Tokio1)
        .timeouts(Timeouts { wait: Some(CONNECT_TIMEOUT), create: Some(CONNECT_TIMEOUT), recycle: None })
        .post_create(set_up(&options.schema))
        .build()
        .map_err(|error| unreachable(error.to_string()))?;
    let mut first = pool.get().await.map_err(|error| match error {
        PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
            unreachable(reason(&error))
        }
        other => unreachable(other.to_string()),
    })?;
    let secret = schema::migrate(&mut first, &options.schema, lock).await?;
    drop(first);

    let sessions = Sessions::new(pool);
    let (reads, queue) = mpsc::unbounded_channel();
    let queue = Arc::new(Mutex::new(queue));
    for _ in 0..READERS {
        spawn(reader::run(sessions.clone(), queue.clone()));
    }
    let (writes, queue) = mpsc::unbounded_channel();
    let queue = Arc::new(Queue::new(queue));
    for _ in 0..WRITERS {
        spawn(Writer::new(sessions.clone(), channel.clone()).run(queue.clone()));
    }
    let listener = spawn(listener.run(listening)).abort_handle();
    Ok(Inner { sessions, reads, writes, feed, secret, listener })
}

fn set_up(schema: &str) -> Hook {
    let settings: Arc<str> = format!("SET search_path = {};{SETTINGS}", quote(schema)).into();
    Hook::async_fn(move |client, _| {
        let settings = settings.clone();
        Box::pin(async move { client.batch_execute(&settings).await.map_err(HookError::Backend) })
    })
}

/// The store's own input and output: readers and writers, which end with the last handle, and the listener, which is ended with it.
#[expect(clippy::disallowed_methods, reason = "a store's own input and output")]
fn spawn(task: impl Future<Output = ()> + Send + 'static) -> tokio::task::JoinHandle<()> {
    tokio::spawn(task)
}
