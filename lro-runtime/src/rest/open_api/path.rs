//! Resource patterns and the paths of HTTP rules as OpenAPI's path templates.

use serde_json::{Value, json};

/// No `.` and no `..`, no control characters, and not what names the collection of operations (P-027, P-078).
const SEGMENT: &str = "^(?!([.]{1,2}|operations)$)[^/\\u0000-\\u001f\\u007f-\\u009f]+$";

/// A path with parameters, each of one segment.
#[derive(Debug, Default)]
pub(super) struct Template {
    pub(super) path: String,
    parameters: Vec<String>,
    /// The fields of a request that the path has.
    pub(super) fields: Vec<String>,
}

impl Template {
    /// `projects/*/disks` as `/projects/{projectsId}/disks`, between a prefix and a verb.
    pub(super) fn of_pattern(prefix: &str, pattern: &str, verb: &str) -> Self {
        let mut template = Self { path: prefix.to_owned(), ..Self::default() };
        template.push(pattern);
        template.path.push_str(verb);
        template
    }

    /// `/v1/{parent=projects/*}/disks:copy` as `/v1/projects/{projectsId}/disks:copy`.
    pub(super) fn of_rule(path: &str) -> Self {
        let mut template = Self::default();
        let mut rest = path;
        while let Some((before, (variable, after))) =
            rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            template.push(before);
            match variable.split_once('=') {
                Some((field, pattern)) if pattern != "*" => {
                    template.push(pattern);
                    template.fields.push(field.to_owned());
                }
                _ => {
                    let field = variable.trim_end_matches("=*");
                    template.push_parameter(field.replace('.', "_"));
                    template.fields.push(field.to_owned());
                }
            }
            rest = after;
        }
        match rest.strip_prefix(':') {
            Some(verb) => template.path.extend([":", verb]),
            None => template.push(rest),
        }
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

    #[test]
    fn rules_become_paths_and_the_fields_that_they_bind() {
        for (rule, path, fields) in [
            ("/v1/disks", "/v1/disks", &[][..]),
            ("/v1/disks:copy", "/v1/disks:copy", &[]),
            (
                "/v2/{parent=projects/*/locations/*}/keys",
                "/v2/projects/{projectsId}/locations/{locationsId}/keys",
                &["parent"],
            ),
            (
                "/v2/{name=projects/*/keys/*}:undelete",
                "/v2/projects/{projectsId}/keys/{keysId}:undelete",
                &["name"],
            ),
            ("/v2/{key.name=keys/*}", "/v2/keys/{keysId}", &["key.name"]),
            ("/v1/{disk}/copies/{copy.id=*}", "/v1/{disk}/copies/{copy_id}", &["disk", "copy.id"]),
            ("/v1/{disk}:copy", "/v1/{disk}:copy", &["disk"]),
            ("/v1/{name=files/**}", "/v1/files/{filesId}", &["name"]),
        ] {
            let template = Template::of_rule(rule);
            assert_eq!(
                (&*template.path, &*template.fields),
                (path, &fields.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>()[..])
            );
            assert_eq!(template.parameters.len(), path.matches('{').count());
        }
    }
}
