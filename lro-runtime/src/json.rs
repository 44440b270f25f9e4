//! An operation as JSON, for whoever holds an engine.

use crate::data::operation::Snapshot;
use crate::data::status::Status;
use crate::engine::Operations;
use crate::rules::errors;

impl Operations {
    /// The operation as clients see it over REST: `google.longrunning.Operation` in ProtoJSON (P-156…P-168).
    ///
    /// # Errors
    /// INTERNAL when a payload's type has no descriptor here, or its bytes are no such message; the cause is in the log.
    pub fn to_json(&self, operation: &Snapshot) -> Result<String, Status> {
        self.engine().registry.renderer().operation(operation).map_err(|error| {
            tracing::error!(operation = %operation.name, %error, "an operation cannot be rendered");
            errors::unreadable()
        })
    }
}
