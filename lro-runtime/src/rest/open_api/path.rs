//! Resource patterns and the paths of HTTP rules as OpenAPI's path templates.

use serde_json::{Value, json};

/// No `.` and no `..`, no control characters, and not what names the collection of operations (P-027, P-078).
const SEGMENT: &str = "^(?!([.]{1,2}|operations)$)[^/\\u0000-\\u001f\\u007f-\\u009f]+$";

/// A path with parameters, each of one segment.
#[derive(Debug, Default)]
pub(super) struct Template {
    pub(super) path: String,
    parameters: Vec<String>,
}

impl Template {
    /// `projects/*/disks` as `/projects/{projectsId}/disks`, between a prefix and a verb.
    pub(super) fn of_pattern(prefix: &str, pattern: &str, verb: &str) -> Self {
        let mut template = Self { path: prefix.to_owned(), ..Self::default() };
        template.push(pattern);
        template.path.push_str(verb);
        template
    }

    /// Adds segments. A `**` becomes one parameter, too: there are none of several segments.
    fn push(&mut self, pattern: &str) {
        for segment in pattern.split('/').filter(|segment| !segment.is_empty()) {
            if segment.starts_with('*') {
                // As in Google's discovery documents: after the collection.
                let collection = self.path.rsplit('/').find(|segment| !segment.starts_with('{'));
                let is_word = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
                let collection: String = collection.unwrap_or_default().chars().filter(is_word).collect();
                self.push_parameter(format!("{collection}Id"));
            } else {
                self.path.extend(["/", segment]);
            }
        }
    }

    fn push_parameter(&mut self, name: String) {
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let mut names = [name.clone()].into_iter().chain(numbered);
        // Invariant: the names have no end, the parameters do.
        let name = names.find(|name| !self.parameters.contains(name)).unwrap_or_default();
        self.path.extend(["/{", &name, "}"]);
        self.parameters.push(name);
    }

    /// The parameters as OpenAPI describes them.
    pub(super) fn describe(&self) -> impl Iterator<Item = Value> {
        self.parameters.iter().map(|name| {
            json!({
                "name": name,
                "in": "path",
                "required": true,
                "schema": { "type": "string", "pattern": SEGMENT },
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_star_is_a_parameter_of_its_own() {
        for (pattern, path) in [
            ("", "/v1"),
            ("operations", "/v1/operations"),
            ("projects/*/locations/*", "/v1/projects/{projectsId}/locations/{locationsId}"),
            ("*/*", "/v1/{v1Id}/{v1Id2}"),
            ("a/*/a/*/a/**", "/v1/a/{aId}/a/{aId2}/a/{aId3}"),
        ] {
            assert_eq!(Template::of_pattern("/v1", pattern, "").path, path);
        }
    }
}
