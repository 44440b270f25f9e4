//! Resource patterns as OpenAPI's path templates.

use serde_json::{Value, json};

/// A path with parameters, each of one segment.
#[derive(Debug)]
pub(super) struct Template {
    pub(super) path: String,
    pub(super) parameters: Vec<String>,
}

impl Template {
    /// `projects/*/disks` as `/projects/{projectsId}/disks`, between a prefix and a verb. A `**` becomes one parameter, too: there are none
    /// of several segments.
    pub(super) fn new(prefix: &str, pattern: &str, verb: &str) -> Self {
        let mut template = Self { path: prefix.to_owned(), parameters: Vec::new() };
        let mut before = "resource";
        for segment in pattern.split('/').filter(|segment| !segment.is_empty()) {
            template.path.push('/');
            if segment.starts_with('*') {
                let name = template.name(before);
                template.path.push_str(&format!("{{{name}}}"));
                template.parameters.push(name);
            } else {
                template.path.push_str(segment);
                before = segment;
            }
        }
        template.path.push_str(verb);
        template
    }

    /// A name for the segment below a collection, as in Google's discovery documents.
    fn name(&self, collection: &str) -> String {
        let is_word = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let name = format!("{}Id", collection.chars().filter(is_word).collect::<String>());
        let numbered = (2..).map(|number| format!("{name}{number}"));
        let mut names = [name.clone()].into_iter().chain(numbered);
        // Invariant: the names have no end, the parameters do.
        names.find(|name| !self.parameters.contains(name)).unwrap_or_default()
    }

    /// The parameters as OpenAPI describes them.
    pub(super) fn describe(&self) -> impl Iterator<Item = Value> {
        self.parameters.iter().map(|name| {
            json!({
                "name": name,
                "in": "path",
                "required": true,
                "schema": { "type": "string", "pattern": "^[^/]+$" },
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
            ("", ""),
            ("operations", "/operations"),
            ("projects/*/locations/*", "/projects/{projectsId}/locations/{locationsId}"),
            ("*/*", "/{resourceId}/{resourceId2}"),
            ("a/*/a/*/a/**", "/a/{aId}/a/{aId2}/a/{aId3}"),
        ] {
            let template = Template::new("", pattern, "");
            assert_eq!(template.path, path);
            assert_eq!(template.parameters.len(), path.matches('{').count());
        }
    }
}
