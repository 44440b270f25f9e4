//! What Google's linter would say of the methods, before there is anything that it could read.

use std::fmt;

use prost_reflect::MessageDescriptor;

use super::{Catalog, MethodEntry};

/// Something about a method that an API of Google's may not have.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule: as [api-linter](https://linter.aip.dev) calls it, or `lro::…` for one that only a program in Rust can break.
    pub rule: &'static str,
    /// The full name of the method, `acme.disks.v1.Disks/WipeDisk`.
    pub method: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.method, self.rule, self.message)
    }
}

const EMPTY: &str = "google.protobuf.Empty";

impl Catalog {
    /// What the linter of [AIP-151](https://linter.aip.dev/151/) would find in the [`protos`](Self::protos) of the program (P-207, P-208), and why a
    /// method is not in them. A test can ask for there to be nothing.
    ///
    /// | rule | what breaks it |
    /// |---|---|
    /// | `core::0151::lro-response-type` | an Empty response of a method that is not called `Delete…` or `BatchDelete…` |
    /// | `core::0151::lro-metadata-type` | Empty metadata |
    /// | `core::0151::lro-response-reachable`, `core::0151::lro-metadata-reachable` | a type without a descriptor |
    /// | `core::0191::proto-package` | a service whose name has no package, or is no name in protobuf: the path of a Rust module |
    /// | `lro::request` | a handler that does not take one message as its request, or one without a descriptor |
    /// | `lro::http-field` | a field in the `http(…)` rule that the request does not have |
    /// | `lro::unique` | two methods of one name |
    ///
    /// The other rules of AIP-151 cannot be broken: the annotation is always there, and nothing streams.
    ///
    /// ```standalone_crate
    /// use lro_runtime::catalog::Catalog;
    ///
    /// assert_eq!(Catalog::linked([])?.lint(), []);
    /// # Ok::<(), lro_runtime::RegistryError>(())
    /// ```
    #[must_use]
    pub fn lint(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (index, entry) in self.methods.iter().enumerate() {
            let mut report = |rule, message: String| {
                findings.push(Finding { rule, method: entry.full_name(), message });
            };
            if self.methods[..index]
                .iter()
                .any(|other| (other.service, other.name) == (entry.service, entry.name))
            {
                report(
                    "lro::unique",
                    "there is another method of this name: give one of them `name = \"…\"`".to_owned(),
                );
            }
            self.types(entry, &mut report);
            self.rpc(entry, &mut report);
        }
        findings
    }

    fn types(&self, entry: &MethodEntry, report: &mut impl FnMut(&'static str, String)) {
        let is_delete = ["Delete", "BatchDelete"].iter().any(|verb| entry.name.starts_with(verb));
        if entry.response == EMPTY && !is_delete {
            let message = format!(
                "the response is Empty, which can never have a field: return a message of your own, `{}Response`",
                entry.name
            );
            report("core::0151::lro-response-type", message);
        }
        if entry.metadata == EMPTY {
            let message = format!(
                "the metadata is Empty, which can never have a field: take `Context<{}Metadata>`",
                entry.name
            );
            report("core::0151::lro-metadata-type", message);
        }
        let types = [
            ("core::0151::lro-response-reachable", &entry.response),
            ("core::0151::lro-metadata-reachable", &entry.metadata),
        ];
        for (rule, name) in types {
            if self.pool.get_message_by_name(name).is_none() {
                report(
                    rule,
                    format!("`{name}` has no descriptor: derive `Payload`, or give the set that has it"),
                );
            }
        }
    }

    fn rpc(&self, entry: &MethodEntry, report: &mut impl FnMut(&'static str, String)) {
        if entry.place().is_none() {
            let message = format!(
                "`{}` is no full name of a service: `service = \"acme.disks.v1.Disks\"`",
                entry.service
            );
            report("core::0191::proto-package", message);
        }
        let request = entry.request.as_deref().map(|name| (name, self.pool.get_message_by_name(name)));
        match request {
            None => report("lro::request", "the handler does not take one message as its request".to_owned()),
            Some((name, None)) => report("lro::request", format!("`{name}` has no descriptor")),
            Some((name, Some(request))) => {
                for field in entry.http.iter().flat_map(|rule| rule.fields()) {
                    if !has_field(&request, field) {
                        report("lro::http-field", format!("the request `{name}` has no field `{field}`"));
                    }
                }
            }
        }
    }
}

/// Whether there is a field by this path.
fn has_field(message: &MessageDescriptor, path: &str) -> bool {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let field = message.get_field_by_name(first);
    match (field, rest) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(field), Some(rest)) => {
            !field.is_list() && field.kind().as_message().is_some_and(|inner| has_field(inner, rest))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::payload::registry::Registry;

    /// P-207. A program with such a method opens no engine, so it has no place among the tests that do.
    #[test]
    fn types_without_descriptors_are_named() {
        let entry = MethodEntry {
            service: "acme.v1.Disks",
            name: "MoveDisk",
            request: Some("google.protobuf.Struct".to_owned()),
            response: "acme.v1.Disk".to_owned(),
            metadata: "acme.v1.MoveDiskMetadata".to_owned(),
            documentation: "",
            cancellable: true,
            max_attempts: None,
            timeout: None,
            http: None,
        };
        let catalog = Catalog { methods: vec![entry], ..Catalog::of(&Registry::build(&[]).unwrap()) };
        let findings: Vec<_> =
            catalog.lint().iter().map(|finding| (finding.rule, finding.message.clone())).collect();
        let text =
            |name: &str| format!("`{name}` has no descriptor: derive `Payload`, or give the set that has it");
        assert_eq!(
            findings,
            [
                ("core::0151::lro-response-reachable", text("acme.v1.Disk")),
                ("core::0151::lro-metadata-reachable", text("acme.v1.MoveDiskMetadata")),
            ]
        );
    }
}
