//! A server on a port of its own, and a client that sends exactly the bytes it is given: HTTP libraries hide too much.

use std::net::SocketAddr;

use axum::Router;
use axum::serve::ListenerExt as _;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A running server. It stops when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    _task: JoinSet<()>,
}

/// An answer, as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) text: String,
}

impl Server {
    pub(crate) async fn start(app: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("the listener is bound");
        let mut task = JoinSet::new();
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        task.spawn(async move { axum::serve(listener, app).await.expect("the server runs") });
        Self { address, _task: task }
    }

    /// Sends a request without a body.
    pub(crate) async fn send(&self, method: &str, target: &str) -> Answer {
        self.send_raw(&format!("{method} {target} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")).await
    }

    /// Sends a request with a JSON body.
    pub(crate) async fn send_json(&self, method: &str, target: &str, body: &str) -> Answer {
        self.send_body(method, target, "content-type: application/json\r\n", body).await
    }

    /// Sends a request with a body and these header lines.
    pub(crate) async fn send_body(&self, method: &str, target: &str, headers: &str, body: &str) -> Answer {
        let length = body.len();
        self.send_raw(&format!(
            "{method} {target} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
        ))
        .await
    }

    /// Sends bytes, and reads until the server closes.
    pub(crate) async fn send_raw(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.expect("the server listens");
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("the server answers in UTF-8");
        let (head, text) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, head: head.to_ascii_lowercase(), text: text.to_owned() }
    }
}

impl Answer {
    /// The body of a success (P-153, P-155).
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// The name of the code and the reason of an error, after a look at its envelope (P-171, P-172, P-180, P-181).
    pub(crate) fn error(&self) -> (u16, String, String) {
        let body = self.json();
        let error = &body["error"];
        assert_eq!(error["code"], self.status, "{body}");
        assert!(error["message"].is_string(), "{body}");
        let details = error["details"].as_array().expect("there are details");
        let infos =
            details.iter().filter(|detail| detail["@type"] == "type.googleapis.com/google.rpc.ErrorInfo");
        let [info] = &infos.collect::<Vec<_>>()[..] else { panic!("one ErrorInfo was expected: {body}") };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (self.status, text(&error["status"]), text(&info["reason"]))
    }

    fn json(&self) -> Value {
        assert!(self.head.contains("\r\ncontent-type: application/json; charset=utf-8"), "{}", self.head);
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

/// What [`Answer::error`] gives.
pub(crate) fn failed(status: u16, code: &str, reason: &str) -> (u16, String, String) {
    (status, code.to_owned(), reason.to_owned())
}
