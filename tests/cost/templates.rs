//! The text of the crates.

/// What each crate begins with.
pub(crate) const HEAD: &str = "\
#![allow(unused_imports)]

use async_trait::async_trait;
use lro_runtime::__private::{
    Handle, LinkedMethod, Message as _, Method, OnInterrupt, Payload as _, Start, Types, inventory,
};
use lro_runtime::{Context, Operation, Status, long_running};
use shared::*;

";

/// What a method does, in every crate.
pub(crate) const BODY: &str = "        let disk = {service}.find(&request.disk).await?;
        if disk.bytes > request.limit {
            return Err(Status::failed_precondition(format!(\"{} is larger than {} bytes\", disk.name, request.limit)));
        }
        let bytes = {service}.copy(&disk, &request.zone).await?;
        Ok({rpc}Response { disk: disk.name, bytes })
";

pub(crate) const ATTRIBUTE: &str =
    "    #[long_running(parent = request.parent, metadata = CopyDiskMetadata)]\n";

/// The caller is answered with the operation, and the body goes on: with a clone of the service, because it outlives the call.
pub(crate) const BY_HAND: &str = "\
{comment}{public} {
        let service = self.clone();
        let start = Start::new(&{constant}, &self.operations).parent(&request.parent);
        let handler = move |_: Context<CopyDiskMetadata>| async move {
{body}        };
        Types::<_, Result<{rpc}Response, Status>, Handle>::new(start, CopyDiskMetadata::initial()).run(handler).await
    }

";

/// The body goes on in a task of its own, and its response is kept in memory.
pub(crate) const SPAWNED: &str = "\
{comment}{named} {
        let service = self.clone();
        let name = self.outcomes.begin(&request.parent);
        let key = name.clone();
        tokio::spawn(async move {
            let result: Result<{rpc}Response, Status> = async {
{body}            }
            .await;
            service.outcomes.end(key, result.map(|response| response.encode_to_vec()));
        });
        Ok(name)
    }

";

/// What the catalogue, the registry of types and the exported schema know of a method.
pub(crate) const ITEM: &str = "\
static {constant}: Method = Method {
    service: \"{service}\",
    name: \"{rpc}\",
    documentation: \"{documentation}\",
    on_interrupt: OnInterrupt::Fail,
    timeout: None,
    http: None,
};

inventory::submit! {
    LinkedMethod {
        method: &{constant},
        request: || Some({rpc}Request::full_name()),
        keeps_request: false,
        response: {rpc}Response::full_name,
        metadata: CopyDiskMetadata::full_name,
    }
}

";

/// The service, in a crate that all use.
pub(crate) const SHARED: &str = "\
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use lro_runtime::{Operations, Payload, Status};

pub struct Disk {
    pub name: String,
    pub bytes: u64,
}

#[derive(Clone)]
pub struct Disks {
    pub operations: Operations,
    pub outcomes: Outcomes,
}

type Outcome = Result<Vec<u8>, Status>;

#[derive(Clone, Default)]
pub struct Outcomes(Arc<Mutex<HashMap<String, Option<Outcome>>>>);

impl Outcomes {
    pub fn begin(&self, parent: &str) -> String {
        let mut outcomes = self.0.lock().unwrap();
        let name = format!(\"{parent}/operations/{}\", outcomes.len());
        outcomes.insert(name.clone(), None);
        name
    }

    pub fn end(&self, name: String, outcome: Outcome) {
        self.0.lock().unwrap().insert(name, Some(outcome));
    }
}

impl Disks {
    pub async fn find(&self, name: &str) -> Result<Disk, Status> {
        tokio::task::yield_now().await;
        if name.is_empty() {
            return Err(Status::not_found(\"there is no disk without a name\"));
        }
        Ok(Disk { name: name.to_owned(), bytes: 1 << 30 })
    }

    pub async fn copy(&self, disk: &Disk, _zone: &str) -> Result<u64, Status> {
        tokio::task::yield_now().await;
        Ok(disk.bytes)
    }
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = \"cost.v1\")]
pub struct CopyDiskMetadata {
    #[payload(tag = 1)]
    pub progress_percent: u32,
}

";

/// A method's messages, beside it.
pub(crate) const MESSAGES: &str = "\
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = \"cost.v1\")]
pub struct {rpc}Request {
    #[payload(tag = 1)]
    pub parent: String,
    #[payload(tag = 2)]
    pub disk: String,
    #[payload(tag = 3)]
    pub zone: String,
    #[payload(tag = 4)]
    pub limit: u64,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = \"cost.v1\")]
pub struct {rpc}Response {
    #[payload(tag = 1)]
    pub disk: String,
    #[payload(tag = 2)]
    pub bytes: u64,
}

";
