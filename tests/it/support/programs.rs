//! The example programs: built once, run as children, killed when dropped.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::{Client, Method};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// A command that runs one of the programs in this folder.
pub(crate) fn program(name: &str, folder: &Path) -> Command {
    static PROGRAMS: OnceLock<HashMap<String, PathBuf>> = OnceLock::new();
    let path = &PROGRAMS.get_or_init(build)[name];
    let mut command = Command::new(path);
    command.current_dir(folder);
    command
}

/// Builds the programs, as cargo is set up, and asks it where it put them.
fn build() -> HashMap<String, PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--package", "lro-examples", "--bins", "--message-format", "json"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "the examples do not build");
    let artifacts = output.stdout.lines().filter_map(|line| serde_json::from_str::<Value>(&line.ok()?).ok());
    let program = |artifact: Value| {
        let path = artifact["executable"].as_str()?.into();
        Some((artifact["target"]["name"].as_str()?.to_owned(), path))
    };
    artifacts.filter_map(program).collect()
}

/// What a program wrote, with its exit code.
pub(crate) fn written(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// A running server.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) url: String,
    /// Open as long as this is: waiting for the child would close its own.
    _stdin: Option<ChildStdin>,
    _stdout: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts it, and waits for the line that says where it listens.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let line = stdout.next().expect("a line is written").expect("it is UTF-8");
        let url = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { _stdin: child.stdin.take(), child, url, _stdout: stdout }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a child that was not waited for yet.
pub(crate) fn signal(child: &Child, signal: Signal) {
    let id = Pid::from_child(child);
    kill_process(id, signal).expect("it is ours");
}

/// A client of servers on this machine, whatever proxy the environment has.
pub(crate) fn client() -> Client {
    Client::builder().no_proxy().build().expect("a client")
}

/// The same, which waits for an answer only so long.
pub(crate) fn client_within(timeout: Duration) -> Client {
    Client::builder().no_proxy().timeout(timeout).build().expect("a client")
}

/// A running `api-keys`.
pub(crate) struct ApiKeys {
    server: Server,
    client: Client,
}

impl std::ops::Deref for ApiKeys {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl std::ops::DerefMut for ApiKeys {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.server
    }
}

impl ApiKeys {
    /// Starts the server on its default store in this folder.
    pub(crate) fn start(folder: &Path, work: &str) -> Self {
        Self::start_with(folder, &["--work", work])
    }

    /// Starts the server with these arguments.
    pub(crate) fn start_with(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = program("api-keys", folder);
        command.args(["--listen", "127.0.0.1:0"]).args(arguments);
        Self { server: Server::start(command), client: client() }
    }

    /// Sends a request, and answers with its status and its JSON.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = self.client.request(method, format!("{}{path}", self.url));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let response = request.send().await.expect("the server answers");
        let (status, text) = (response.status().as_u16(), response.text().await.expect("a body"));
        (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
    }

    /// Sends a PATCH as a client does that cannot send one (P-143).
    pub(crate) async fn patch_by_post(&self, path: &str, body: &Value) -> Value {
        let request = self.client.post(format!("{}{path}", self.url)).json(body);
        let response =
            request.header("X-HTTP-Method-Override", "PATCH").send().await.expect("the server answers");
        assert_eq!(response.status(), 200);
        response.json().await.expect("a body")
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.send(Method::GET, path, None).await
    }

    /// Sends a request that starts an operation, and answers with the operation's name.
    pub(crate) async fn start_operation(&self, method: Method, path: &str, body: Option<Value>) -> String {
        let (status, operation) = self.send(method, path, body).await;
        assert_eq!(status, 200, "{operation}");
        assert!(operation.get("done").is_none(), "it is answered at once: {operation}");
        let name = operation["name"].as_str().expect("a name").to_owned();
        assert!(name.starts_with("operations/akmf."), "{name}");
        name
    }

    /// Waits for the end of an operation.
    pub(crate) async fn end(&self, name: &str) -> Value {
        loop {
            let (status, operation) = self.send(Method::POST, &format!("/v2/{name}:wait"), None).await;
            assert_eq!(status, 200, "{operation}");
            if operation["done"] == true {
                return operation;
            }
        }
    }
}
