//! PostgreSQL for the tests: a server for each process that needs one, or for a single test that stops it, made of the binaries
//! that are installed. `LRO_TEST_POSTGRES`, the URL of a database, is used in the place of the first.
//!
//! `initdb` runs once a machine, under a lock; each server gets a copy of what it made. `fsync` is off: the tests kill
//! servers, and do not cut the power. A server ends with the process that started it, however that ends.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// What a server is set to. The order of its texts is not the order of their bytes, as in many databases.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
fsync = off
full_page_writes = off
";

/// The URL of a schema that no other test uses.
pub(crate) async fn fresh_schema() -> String {
    let database = blocking(database).await;
    in_schema(&database, &format!("t_{}", Uuid::new_v4().simple()))
}

/// Runs what blocks beside the test's tasks.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("it does not panic")
}

/// What is escaped in a URL.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_');

/// The URL of a store in this schema of a database.
pub(crate) fn in_schema(database: &str, schema: &str) -> String {
    let separator = if database.contains('?') { '&' } else { '?' };
    let schema = utf8_percent_encode(schema, ESCAPED);
    format!("{database}{separator}schema={schema}")
}

/// A connection of the test's own.
pub(crate) struct Sql {
    client: Client,
    _connection: JoinSet<()>,
}

impl Sql {
    pub(crate) async fn connect(database: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(database, NoTls).await.expect("a connection");
        let mut driver = JoinSet::new();
        driver.spawn(async move { drop(connection.await) });
        Self { client, _connection: driver }
    }
}

impl std::ops::Deref for Sql {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// The database of this process, or the one that was given.
pub(crate) fn database() -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    if let Ok(url) = std::env::var("LRO_TEST_POSTGRES") {
        return url;
    }
    SERVER.get_or_init(Server::start).database()
}

/// A server of a test's own. It stops when this is dropped, and when the process ends.
pub(crate) struct Server {
    folder: PathBuf,
    port: u16,
    /// Ends the server, and removes its folder, when its standard input is closed.
    janitor: Child,
}

impl Server {
    /// Starts a server with an empty database.
    pub(crate) fn start() -> Self {
        let folder = root().join(Uuid::new_v4().simple().to_string());
        run(unprivileged("cp").arg("-R").arg(template()).arg(&folder));
        let script = r#"read -r _; "$1" -D "$2" -m immediate stop; rm -rf "$2""#;
        let janitor = unprivileged("sh")
            .args(["-c", script, "sh"])
            .arg(binary("pg_ctl"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // An interrupt from the terminal is for the tests.
            .process_group(0)
            .spawn()
            .expect("a shell");
        let mut server = Self { folder, port: 0, janitor };
        for _ in 0..10 {
            let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
            server.port = free.expect("a free port").port();
            // Somebody else may take the port in between.
            if server.control(&["start"]).status().is_ok_and(|status| status.success()) {
                return server;
            }
        }
        panic!("PostgreSQL does not start: {}", server.log());
    }

    /// The URL of its database.
    pub(crate) fn database(&self) -> String {
        format!("postgres://lro@127.0.0.1:{}/postgres", self.port)
    }

    /// What it has written to its log.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).expect("there is a log")
    }

    /// Puts a file into its folder, which nobody else may read.
    pub(crate) fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.join(name);
        fs::write(&path, text).expect("it can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("it is ours");
        if let Some((user, group)) = user() {
            chown(&path, Some(user), Some(group)).expect("root can give it away");
        }
        path
    }

    /// Adds settings, for the next start.
    pub(crate) fn set(&self, settings: &str) {
        let path = self.folder.join("postgresql.conf");
        let text = fs::read_to_string(&path).expect("there is one");
        fs::write(&path, text + settings).expect("it can be written");
    }

    /// Stops it as a crash does: nobody is told, and nothing is written any more.
    pub(crate) async fn stop(&self) {
        let mut stop = self.control(&["-m", "immediate", "stop"]);
        blocking(move || run(&mut stop)).await;
    }

    /// Starts it again, on the same port, with what was committed.
    pub(crate) async fn start_again(&self) {
        let mut start = self.control(&["start"]);
        blocking(move || run(&mut start)).await;
    }

    fn control(&self, arguments: &[&str]) -> Command {
        let mut command = unprivileged(binary("pg_ctl"));
        command.arg("-D").arg(&self.folder).arg("-l").arg(self.folder.join("log"));
        command.args(["-o", &format!("-p {}", self.port), "-w", "-t", "60"]).args(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.janitor.stdin.take());
        let _ = self.janitor.wait();
    }
}

fn run(command: &mut Command) {
    let status = command.status();
    assert!(status.as_ref().is_ok_and(|status| status.success()), "{command:?}: {status:?}");
}

/// A folder with an empty database, made once.
fn template() -> PathBuf {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let template = root().join("template");
        let lock = File::create(root().join("lock")).expect("a lock file");
        lock.lock().expect("the lock");
        if !template.exists() {
            let unfinished = root().join("unfinished");
            let _ = fs::remove_dir_all(&unfinished);
            let mut initdb = unprivileged(binary("initdb"));
            initdb.arg("-D").arg(&unfinished).stdout(Stdio::null());
            initdb.args([
                "--username=lro",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-sync",
                "--wal-segsize=1",
            ]);
            initdb.args(["--locale=C", "--locale-provider=icu", "--icu-locale=und"]);
            run(&mut initdb);
            let configuration = unfinished.join("postgresql.conf");
            let text = fs::read_to_string(&configuration).expect("initdb has written it");
            fs::write(&configuration, text + SETTINGS).expect("it can be written");
            fs::rename(&unfinished, &template).expect("it can be renamed");
        }
        template
    };
    TEMPLATE.get_or_init(make).clone()
}

/// The folder of all servers of this user: short, and where an unprivileged user can go.
fn root() -> PathBuf {
    let id = user().map_or_else(String::new, |(id, _)| format!("-{id}"));
    let root = std::env::temp_dir().join(format!("lro-test-postgres{id}"));
    fs::create_dir_all(&root).expect("a folder");
    if let Some((user, group)) = user() {
        chown(&root, Some(user), Some(group)).expect("root can give it away");
    }
    root
}

/// A command as a user whom PostgreSQL accepts: it refuses root.
fn unprivileged(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = user() {
        command.uid(user).gid(group);
    }
    command.current_dir(std::env::temp_dir());
    command
}

/// The user and the group to change to when the tests run as root.
fn user() -> Option<(u32, u32)> {
    static USER: OnceLock<Option<(u32, u32)>> = OnceLock::new();
    *USER.get_or_init(|| {
        let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
        is_root.then(|| {
            let users = fs::read_to_string("/etc/passwd").expect("there are users");
            let find = |name: &str| {
                let fields = |line: &str| line.split(':').map(str::to_owned).collect::<Vec<_>>();
                let fields = users.lines().map(fields).find(|fields| fields[0] == name)?;
                Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
            };
            find("postgres").or_else(|| find("nobody")).expect("a user who is not root")
        })
    })
}

/// A program of PostgreSQL: in the path, or where Debian puts it.
fn binary(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).collect();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        let mut versions: Vec<_> = versions.flatten().map(|version| version.path().join("bin")).collect();
        versions.sort();
        folders.extend(versions.into_iter().rev());
    }
    let programs = folders.into_iter().map(|folder| folder.join(name));
    programs.into_iter().find(|program| program.is_file()).unwrap_or_else(|| {
        panic!(
            "{name} is not installed: install PostgreSQL, or give the URL of a database in LRO_TEST_POSTGRES"
        )
    })
}
