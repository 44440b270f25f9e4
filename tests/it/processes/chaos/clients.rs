//! The clients: each asks for something at random, of a worker at random, and writes down what it saw.

use std::sync::Mutex;
use std::time::Duration;

use fastrand::Rng;
use futures_util::future::join_all;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::crew::Urls;
use super::history::{Call, History, Saw};
use crate::processes::eventually;
use crate::support::programs::client_within;

/// So many operations may be open before no more are started: enough for some to wait for their turn.
const MOST_OPEN: usize = 40;

/// Where the clients meet.
pub(super) struct Stage {
    http: Client,
    urls: Urls,
    pub(super) until: Instant,
    history: Mutex<History>,
}

impl Stage {
    pub(super) fn new(urls: Urls, until: Instant) -> Self {
        // A paused worker takes the call, and does not answer.
        let http = client_within(Duration::from_millis(1_500));
        Self { http, urls, until, history: Mutex::default() }
    }

    /// One client, until the end.
    pub(super) async fn client(&self, mut rng: Rng) {
        while Instant::now() < self.until {
            let (known, open) = {
                let history = self.history.lock().unwrap();
                (history.any_name(&mut rng), history.open())
            };
            match (rng.u32(..100), known) {
                (0..25, Some(name)) if open > MOST_OPEN => self.wait(&name, &mut rng).await,
                (0..25, _) | (_, None) => {
                    let call = self.new_call(&mut rng);
                    self.start(&call, &mut rng).await;
                }
                (25..30, _) => {
                    let again = self.history.lock().unwrap().any_call(&mut rng);
                    if let Some(call) = again {
                        self.start(&call, &mut rng).await;
                    }
                }
                (30..60, Some(name)) => self.get(&name, &mut rng).await,
                (60..80, Some(name)) => self.wait(&name, &mut rng).await,
                (80..88, Some(name)) => self.cancel(&name, &mut rng).await,
                (88..92, Some(name)) => self.delete(&name, &mut rng).await,
                (_, Some(_)) => self.list(&mut rng).await,
            }
        }
    }

    fn new_call(&self, rng: &mut Rng) -> Call {
        let restarts = rng.u32(..5) > 0;
        let number = self.history.lock().unwrap().next_number();
        let stuck = rng.u32(..10) == 0;
        let timeout = if stuck || rng.u32(..10) == 0 { rng.u32(300..3_000) } else { 0 };
        let steps = rng.u32(1..6);
        Call {
            path: if restarts { "works" } else { "tries" },
            request_id: if rng.u32(..10) < 7 { format!("r{number}") } else { String::new() },
            key: if rng.u32(..10) < 4 { format!("k{}", rng.u32(..5)) } else { String::new() },
            steps,
            step_millis: rng.u32(5..250),
            stuck_at: if stuck { rng.u32(1..=steps) } else { 0 },
            fails: rng.u32(..10) == 0,
            heeds_cancel: rng.bool(),
            timeout_millis: timeout,
        }
    }

    /// Starts an operation. One that has a request id is asked for until there is an answer.
    async fn start(&self, call: &Call, rng: &mut Rng) {
        loop {
            let (sent, answer) = self.ask(Method::POST, call.path, Some(call.to_json()), rng).await;
            let Some((status, body)) = answer else {
                if call.request_id.is_empty() || Instant::now() > self.until + Duration::from_secs(20) {
                    return;
                }
                continue;
            };
            let saw = match status {
                200 => Saw::Started(call.clone(), body),
                _ => Saw::Refused(call.clone(), body),
            };
            return self.saw(sent, saw);
        }
    }

    async fn get(&self, name: &str, rng: &mut Rng) {
        let (sent, answer) = self.ask(Method::GET, name, None, rng).await;
        self.saw_of(name, sent, answer);
    }

    async fn wait(&self, name: &str, rng: &mut Rng) {
        let body = json!({ "timeout": "0.5s" });
        let (sent, answer) = self.ask(Method::POST, &format!("{name}:wait"), Some(body), rng).await;
        self.saw_of(name, sent, answer);
    }

    async fn cancel(&self, name: &str, rng: &mut Rng) {
        // Noted before: it may happen, even when nobody answers.
        self.saw(Instant::now(), Saw::CancelSent(name.to_owned()));
        let (sent, answer) = self.ask(Method::POST, &format!("{name}:cancel"), None, rng).await;
        match answer {
            Some((200, _)) | None => {}
            answer => self.saw_of(name, sent, answer),
        }
    }

    async fn delete(&self, name: &str, rng: &mut Rng) {
        self.saw(Instant::now(), Saw::DeleteSent(name.to_owned()));
        let (sent, answer) = self.ask(Method::DELETE, name, None, rng).await;
        match answer {
            Some((200, _)) => self.saw(sent, Saw::Deleted(name.to_owned())),
            None => {}
            answer => self.saw_of(name, sent, answer),
        }
    }

    async fn list(&self, rng: &mut Rng) {
        let (sent, answer) = self.ask(Method::GET, "operations?pageSize=50", None, rng).await;
        match answer {
            Some((200, mut page)) => {
                let Value::Array(operations) = page["operations"].take() else { return };
                for operation in operations {
                    self.saw(sent, Saw::Operation(operation));
                }
            }
            Some((_, body)) => self.saw(sent, Saw::Strange(body)),
            None => {}
        }
    }

    fn saw_of(&self, name: &str, sent: Instant, answer: Option<(u16, Value)>) {
        match answer {
            Some((200, body)) => self.saw(sent, Saw::Operation(body)),
            Some((404, _)) => self.saw(sent, Saw::Gone(name.to_owned())),
            Some((_, body)) => self.saw(sent, Saw::Strange(body)),
            None => {}
        }
    }

    fn saw(&self, sent: Instant, saw: Saw) {
        self.history.lock().unwrap().add(sent, Instant::now(), saw);
    }

    /// Asks any worker. No answer is one of a worker that is dead, paused, without its store or shutting down.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        rng: &mut Rng,
    ) -> (Instant, Option<(u16, Value)>) {
        let url = rng.choice(&*self.urls.lock().unwrap()).expect("a worker").clone();
        let sent = Instant::now();
        let request = self.http.request(method, format!("{url}/v1/{path}"));
        let request = match &body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = async {
            let response = request.send().await.ok()?;
            let status = response.status().as_u16();
            (status != 503).then_some((status, response.json().await.ok()?))
        };
        let answer = answer.await;
        if answer.is_none() {
            // Not as fast as the machine can: the worker is not there.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        (sent, answer)
    }

    /// Waits for the end of everything that was acknowledged.
    pub(super) async fn watch_all_end(&self) {
        let mut rng = Rng::with_seed(0);
        let names = self.history.lock().unwrap().names();
        join_all(names.into_iter().map(|name| {
            let mut rng = rng.fork();
            async move {
                let what = format!("{name} ends");
                eventually(&what, async || {
                    self.wait(&name, &mut rng).await;
                    self.history.lock().unwrap().is_over(&name).then_some(())
                })
                .await;
            }
        }))
        .await;
    }

    /// Reads everything that was ever acknowledged once more.
    pub(super) async fn read_all(&self) {
        let mut rng = Rng::with_seed(0);
        let names = self.history.lock().unwrap().names();
        join_all(names.into_iter().map(|name| {
            let mut rng = rng.fork();
            async move { self.get(&name, &mut rng).await }
        }))
        .await;
    }

    pub(super) fn into_history(self) -> History {
        self.history.into_inner().unwrap()
    }
}
