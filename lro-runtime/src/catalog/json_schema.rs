//! JSON Schema of payloads and operations, with the types of a catalogue.

use std::collections::BTreeMap;

#[cfg(feature = "rest")]
use prost_reflect::MessageDescriptor;
use serde_json::Value;

use super::{Catalog, MethodEntry};
use crate::data::payload::json_schema::{self, Schemas};

impl Catalog {
    /// The JSON Schema (draft 2020-12) of a message as this library writes it in JSON (P-156…P-165); `None` when its type is unknown.
    ///
    /// What a request may have beside that, since ProtoJSON allows it to be read, is not in it: fields by their names in the `.proto`,
    /// integers of 64 bits as numbers, `null` for what is not set. Documentation of fields becomes `description`. The ranges of integers
    /// of 64 bits, and which days there are, stand in `format`, which validators check if they are told to; everything else they check.
    ///
    /// ```standalone_crate
    /// use lro_runtime::Payload;
    /// use lro_runtime::catalog::Catalog;
    ///
    /// /// A disk.
    /// #[derive(Clone, Debug, PartialEq, Payload)]
    /// #[payload(package = "doc.json_schema.v1")]
    /// struct Disk {
    ///     #[payload(tag = 1)]
    ///     size_bytes: i64,
    /// }
    ///
    /// let schema = Catalog::linked([])?.json_schema("doc.json_schema.v1.Disk").expect("it is linked");
    /// let disk = &schema["$defs"]["doc.json_schema.v1.Disk"];
    /// assert_eq!(schema["$ref"], "#/$defs/doc.json_schema.v1.Disk");
    /// assert_eq!((&disk["description"], &disk["properties"]["sizeBytes"]["format"]), (&"A disk.".into(), &"int64".into()));
    /// # Ok::<(), lro_runtime::RegistryError>(())
    /// ```
    pub fn json_schema(&self, full_name: &str) -> Option<Value> {
        let mut schemas = Schemas::at("#/$defs/");
        let root = schemas.message(&self.pool.get_message_by_name(full_name)?);
        Some(schemas.into_document(root))
    }

    /// The JSON Schema (draft 2020-12) of a method's operations: running, failed, or done with a response, each with the types of the
    /// method (P-157, P-158, P-168).
    ///
    /// ```standalone_crate
    /// use lro_runtime::{Operations, Status, long_running};
    ///
    /// #[long_running(service = "doc.operation_schema.v1.Disks", operations = operations)]
    /// async fn wipe_disk(operations: Operations) -> Result<(), Status> {
    ///     Ok(())
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let catalog = Operations::open("memory:").await?.catalog();
    /// let schema = catalog.operation_json_schema(&catalog.methods()[0]);
    /// assert_eq!(schema["properties"]["response"]["$ref"], "#/$defs/Any-google.protobuf.Empty");
    /// # Ok(())
    /// # }
    /// ```
    pub fn operation_json_schema(&self, method: &MethodEntry) -> Value {
        let mut schemas = Schemas::at("#/$defs/");
        let root = self.operation(&mut schemas, Some(method));
        schemas.into_document(root)
    }

    /// The schemas of the methods' messages under their full names, and of their operations under the methods'.
    pub(super) fn json_schemas(&self) -> BTreeMap<String, Value> {
        let mut schemas = BTreeMap::new();
        for method in self.methods() {
            let name = format!("{}.{}.Operation", method.service, method.name);
            schemas.insert(name, self.operation_json_schema(method));
            for full_name in method.request.iter().chain([&method.response, &method.metadata]) {
                schemas.extend(self.json_schema(full_name).map(|schema| (full_name.clone(), schema)));
            }
        }
        schemas
    }

    #[cfg(feature = "rest")]
    pub(crate) fn message(&self, full_name: &str) -> Option<MessageDescriptor> {
        self.pool.get_message_by_name(full_name)
    }

    /// The schema of the operations of a method, or of all of them.
    pub(crate) fn operation(&self, schemas: &mut Schemas, method: Option<&MethodEntry>) -> Value {
        let types = method.map_or(("", ""), |method| (&*method.metadata, &*method.response));
        let mut any_of = |full_name| match self.pool.get_message_by_name(full_name) {
            Some(descriptor) => schemas.any_of(&descriptor),
            None => json_schema::any(),
        };
        let (metadata, response) = (any_of(types.0), any_of(types.1));
        // Invariant: Google's own types are in every pool.
        let status = self.pool.get_message_by_name("google.rpc.Status");
        let status = status.map_or(Value::Bool(true), |status| schemas.message(&status));
        schemas.operation(metadata, response, status)
    }
}
