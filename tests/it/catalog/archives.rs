//! A service that is written in Rust first: its `.proto` files are exported, and its gRPC code is generated from these.

use std::collections::BTreeMap;
use std::time::Duration;

use lro_runtime::catalog::Catalog;
use lro_runtime::{Context, Operations, Payload, Status, long_running};
use prost_types::Timestamp;

pub(crate) const PACKAGE: &str = "lro.tests.archives.v1";

/// What is kept.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.archives.v1")]
pub(crate) struct Archive {
    /// `shelves/{shelf}/archives/{archive}`.
    #[payload(tag = 1)]
    pub(crate) name: String,
    #[payload(tag = 2)]
    pub(crate) size_bytes: u64,
    /// How long it is kept.
    ///
    /// For ever, if there is nothing.
    #[payload(tag = 4)]
    pub(crate) retention: Option<Duration>,
    #[payload(tag = 5)]
    pub(crate) format: Format,
    #[payload(oneof)]
    pub(crate) source: Option<Source>,
    #[payload(tag = 8)]
    pub(crate) labels: BTreeMap<String, String>,
    #[payload(tag = 9)]
    pub(crate) entries: Vec<Entry>,
    #[payload(tag = 10)]
    pub(crate) checksum: Option<u32>,
    #[payload(tag = 11)]
    pub(crate) create_time: Option<Timestamp>,
    /// Another package's.
    #[payload(tag = 12)]
    pub(crate) shelf: Option<Shelf>,
}

/// How it is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Payload)]
#[payload(package = "lro.tests.archives.v1", name = "Archive.Format")]
pub(crate) enum Format {
    #[payload(tag = 0, name = "FORMAT_UNSPECIFIED")]
    Unspecified,
    /// As it is.
    #[payload(tag = 1, name = "FORMAT_PLAIN")]
    Plain,
}

/// Where it came from.
#[derive(Clone, Debug, PartialEq, Payload)]
pub(crate) enum Source {
    /// A disk's name.
    #[payload(tag = 6)]
    Disk(String),
    #[payload(tag = 7)]
    Upload(Upload),
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.archives.v1")]
pub(crate) struct Upload {
    #[payload(tag = 1)]
    pub(crate) url: String,
}

/// A file, or a folder of more.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.archives.v1", name = "Archive.Entry")]
pub(crate) struct Entry {
    #[payload(tag = 1)]
    pub(crate) path: String,
    #[payload(tag = 2)]
    pub(crate) entries: Vec<Entry>,
    #[payload(tag = 3)]
    pub(crate) content: Vec<u8>,
}

/// Where archives stand.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.shelves.v1")]
pub(crate) struct Shelf {
    #[payload(tag = 1)]
    pub(crate) name: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.archives.v1")]
pub(crate) struct CreateArchiveRequest {
    #[payload(tag = 1)]
    pub(crate) parent: String,
    #[payload(tag = 2)]
    pub(crate) archive: Archive,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.archives.v1")]
pub(crate) struct CreateArchiveMetadata {
    #[payload(tag = 1)]
    pub(crate) progress_percent: u32,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.archives.v1")]
pub(crate) struct DeleteArchiveRequest {
    #[payload(tag = 1)]
    pub(crate) name: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.archives.v1")]
pub(crate) struct DeleteArchiveMetadata {}

#[derive(Clone)]
pub(crate) struct Archives {
    pub(crate) operations: Operations,
}

#[long_running(service = "lro.tests.archives.v1.Archives")]
impl Archives {
    /// Packs what the source has.
    ///
    /// The archive gets the name "shelves/…/archives/1".
    #[long_running(
        parent = request.parent,
        http(post = "/v1/{parent=shelves/*}/archives", body = "archive")
    )]
    pub(crate) async fn create_archive(
        &self,
        ctx: Context<CreateArchiveMetadata>,
        request: CreateArchiveRequest,
    ) -> Result<Archive, Status> {
        ctx.update(|metadata| metadata.progress_percent = 100).await?;
        let name = format!("{}/archives/1", request.parent);
        Ok(Archive { name, ..request.archive })
    }

    #[long_running(metadata = DeleteArchiveMetadata, http(delete = "/v1/{name=shelves/*/archives/*}"))]
    pub(crate) async fn delete_archive(&self, request: DeleteArchiveRequest) -> Result<(), Status> {
        match &*request.name {
            "" => Err(Status::invalid_argument("which?")),
            _ => Ok(()),
        }
    }
}

/// The API of archives alone.
pub(crate) fn catalog() -> Catalog {
    Catalog::linked([]).expect("the types fit together").package(PACKAGE)
}
