//! A way to PostgreSQL on which the connections that listen for changes can be cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What becomes of the connections that listen. All others are let alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listeners {
    Heard,
    /// Nothing that the server says arrives any more, and nobody is told: a peer that is gone without a word.
    Silent,
    /// They are closed, and so is whichever listens anew.
    Closed,
}

/// The way, for as long as this is there.
pub(crate) struct Proxy {
    port: u16,
    listeners: watch::Sender<Listeners>,
    swallowed: Arc<AtomicUsize>,
    _connections: JoinSet<()>,
}

impl Proxy {
    /// A way to this server, which is on this machine.
    pub(crate) async fn to(database: &str) -> Self {
        let config: tokio_postgres::Config = database.parse().expect("a URL");
        let server = config.get_ports()[0];
        let entrance = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = entrance.local_addr().expect("an address").port();
        let (listeners, watched) = watch::channel(Listeners::Heard);
        let swallowed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&swallowed);
        let mut connections = JoinSet::new();
        connections.spawn(async move {
            let mut passages = JoinSet::new();
            while let Ok((client, _)) = entrance.accept().await {
                let (watched, count) = (watched.clone(), Arc::clone(&count));
                passages.spawn(async move {
                    if let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await {
                        pass(client, server, watched, &count).await;
                    }
                });
            }
        });
        Self { port, listeners, swallowed, _connections: connections }
    }

    /// The URL of the server's database, by this way.
    pub(crate) fn database(&self) -> String {
        format!("postgres://lro@127.0.0.1:{}/postgres", self.port)
    }

    pub(crate) fn set(&self, listeners: Listeners) {
        self.listeners.send_replace(listeners);
    }

    /// How often the server has said something to a listener that did not arrive.
    pub(crate) fn swallowed(&self) -> usize {
        self.swallowed.load(Ordering::SeqCst)
    }
}

/// Passes on what both sides say, until one of them ends, or the connection is closed as one that listens.
async fn pass(
    mut client: TcpStream,
    mut server: TcpStream,
    mut watched: watch::Receiver<Listeners>,
    swallowed: &AtomicUsize,
) {
    let (mut said, mut answered) = ([0; 16 * 1024], [0; 16 * 1024]);
    let mut listens = false;
    loop {
        if listens && *watched.borrow_and_update() == Listeners::Closed {
            return;
        }
        tokio::select! {
            count = client.read(&mut said) => {
                let Ok(said) = count.map(|count| &said[..count]) else { return };
                listens |= said.windows(7).any(|word| word == b"LISTEN ");
                if said.is_empty() || server.write_all(said).await.is_err() {
                    return;
                }
            }
            count = server.read(&mut answered) => {
                let Ok(answered) = count.map(|count| &answered[..count]) else { return };
                if answered.is_empty() {
                    return;
                }
                if listens && *watched.borrow() == Listeners::Silent {
                    swallowed.fetch_add(1, Ordering::SeqCst);
                } else if client.write_all(answered).await.is_err() {
                    return;
                }
            }
            changed = watched.changed() => if changed.is_err() { return },
        }
    }
}
