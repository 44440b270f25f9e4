//! What a program has to offer: its long-running methods and the types of their payloads, as data.
//!
//! The attribute leaves an entry for each method when the program is linked, and the derive one for each type. From these a [`Catalog`] is made.

mod files;
mod json_schema;
mod lint;
#[cfg(feature = "schema")]
mod lock;
mod print;
mod proto;
mod scope;
mod service;

use std::time::Duration;

use bytes::Bytes;
use prost_reflect::{DescriptorPool, FileDescriptor};

pub use self::lint::Finding;
#[cfg(feature = "schema")]
pub use self::lock::{Change, ChangeKind, LockError};
pub use self::proto::ProtoFile;

use crate::data::method::{self, LinkedMethod, OnInterrupt};
pub use crate::data::method::{HttpRule, HttpVerb};
use crate::data::payload::registry::{Registry, RegistryError};
use crate::engine::Operations;

/// The long-running methods of a program, with descriptors of their types.
///
/// Only what is linked is there: a method under `catalog = false`, a generic one, and one of a dependency that is never named, are not.
///
/// ```standalone_crate
/// use lro_runtime::{Operations, Payload, Status, long_running};
///
/// #[derive(Clone, Debug, PartialEq, Payload)]
/// #[payload(package = "doc.catalog.v1")]
/// struct WipeDiskRequest {
///     #[payload(tag = 1)]
///     disk: String,
/// }
///
/// /// Wipes a disk.
/// #[long_running(service = "doc.catalog.v1.Disks", operations = operations, timeout = "1h")]
/// async fn wipe_disk(operations: Operations, request: WipeDiskRequest) -> Result<(), Status> {
///     drop(request);
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let operations = Operations::open("memory:").await?;
/// let catalog = operations.catalog();
/// let wipe = &catalog.methods()[0];
/// assert_eq!((wipe.service, wipe.name), ("doc.catalog.v1.Disks", "WipeDisk"));
/// assert_eq!(wipe.request.as_deref(), Some("doc.catalog.v1.WipeDiskRequest"));
/// assert_eq!(wipe.response, "google.protobuf.Empty");
/// assert_eq!(wipe.documentation, "Wipes a disk.");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Catalog {
    methods: Vec<MethodEntry>,
    pool: DescriptorPool,
    /// The files of derived types.
    derived: Vec<FileDescriptor>,
    /// The one package that is asked for, if it is one.
    package: Option<String>,
}

/// A long-running method, as it is linked into the program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct MethodEntry {
    /// The full name of the service, `acme.disks.v1.Disks`.
    pub service: &'static str,
    /// The rpc's name, `WipeDisk`.
    pub name: &'static str,
    /// The full name of the message that is asked with: what is in the handler's `ProtoJson<T>`, `axum::Json<T>` or `tonic::Request<T>`, or its
    /// one parameter beside `self`, the engine, a `Context` and a `State<…>`. Where that cannot be told, what a given descriptor set
    /// says of the method; `None` if none does.
    pub request: Option<String>,
    /// The full name of the response's message.
    pub response: String,
    /// The full name of the metadata's message.
    pub metadata: String,
    /// The handler's documentation.
    pub documentation: &'static str,
    /// Whether operations can be cancelled. All can: what their handler does not notice ends at the end of its grace.
    pub cancellable: bool,
    /// How many runs there are at most of what is interrupted; `None` if it does not run again.
    pub max_attempts: Option<u32>,
    /// How long an operation may take, if that is a text in the attribute: an expression is another for each call.
    pub timeout: Option<Duration>,
    /// How HTTP asks for it, as the attribute says. Nothing is routed by it.
    pub http: Option<HttpRule>,
}

impl Catalog {
    /// The catalogue of this program without an engine, for tests and tools. `sets` are the serialized `FileDescriptorSet`s that an engine would
    /// be [given](crate::Builder::descriptors).
    ///
    /// # Errors
    /// When the types of the program do not fit together.
    ///
    /// ```standalone_crate
    /// use lro_runtime::catalog::Catalog;
    ///
    /// let catalog = Catalog::linked([])?;
    /// assert!(catalog.methods().is_empty());
    /// # Ok::<(), lro_runtime::RegistryError>(())
    /// ```
    pub fn linked(sets: impl IntoIterator<Item = &'static [u8]>) -> Result<Self, RegistryError> {
        let sets: Vec<_> = sets.into_iter().map(Bytes::from_static).collect();
        Ok(Self::of(&Registry::build(&sets)?))
    }

    fn of(registry: &Registry) -> Self {
        let pool = registry.pool();
        let mut methods: Vec<_> = method::linked().map(|linked| MethodEntry::of(linked, pool)).collect();
        // The linker's order is not a stable one.
        methods.sort();
        methods.dedup();
        Self { methods, pool: pool.clone(), derived: registry.derived().collect(), package: None }
    }

    /// The part of the catalogue that is of one package: one API, in a program that has several.
    ///
    /// ```standalone_crate
    /// # use lro_runtime::catalog::Catalog;
    /// let catalog = Catalog::linked([])?.package("acme.disks.v1");
    /// assert!(catalog.methods().is_empty());
    /// # Ok::<(), lro_runtime::RegistryError>(())
    /// ```
    #[must_use]
    pub fn package(mut self, name: &str) -> Self {
        self.methods.retain(|entry| entry.place().is_some_and(|(package, _)| package == name));
        self.package = Some(name.to_owned());
        self
    }

    /// The methods, by their full names.
    pub fn methods(&self) -> &[MethodEntry] {
        &self.methods
    }
}

impl MethodEntry {
    fn of(linked: &LinkedMethod, pool: &DescriptorPool) -> Self {
        let method = linked.method;
        let given = || {
            let service = pool.get_service_by_name(method.service)?;
            let given = service.methods().find(|given| given.name() == method.name)?;
            Some(given.input().full_name().to_owned())
        };
        Self {
            service: method.service,
            name: method.name,
            request: (linked.request)().or_else(given),
            response: (linked.response)(),
            metadata: (linked.metadata)(),
            documentation: method.documentation,
            cancellable: true,
            max_attempts: match method.on_interrupt {
                OnInterrupt::Fail => None,
                OnInterrupt::Restart { max_attempts } => Some(max_attempts),
            },
            timeout: method.timeout,
            http: method.http,
        }
    }

    /// `acme.disks.v1.Disks/WipeDisk`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.service, self.name)
    }
}

impl Operations {
    /// The methods that are linked into this program, with descriptors of all types that this engine knows.
    pub fn catalog(&self) -> Catalog {
        Catalog::of(&self.engine().registry)
    }
}

/// Whether a text is an identifier of the protobuf language.
fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}
