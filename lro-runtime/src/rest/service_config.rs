//! The routes in the words of a service config, which client generators read. Pure.

use std::fmt::Write as _;

use super::routes::{COLLECTION, METHODS};
use crate::engine::Verb;

/// The fragment of a [service config](https://google.aip.dev/client-libraries/4234) that tells client generators of the routes of
/// [`router_at`](super::router_at) under the same prefix (P-135, P-209): `google.longrunning.Operations` as an API, and one HTTP rule
/// for each of its methods. A generated client calls no method without a rule there, and no name that does not fit it.
///
/// `parents` are patterns of what your methods give as `parent`, with `*` for one segment, such as `projects/*/locations/*`. Give
/// the usual one first: some clients know only the first binding of a rule. Operations at the root are always served, and come last.
///
/// Merge the fragment with the `apis` and the `http.rules` of your own config. Nothing is checked: what is no pattern, the generator
/// refuses.
///
/// A client that is generated for Node reads JSON with the types alone that the API's files import. Import
/// `google/rpc/error_details.proto` in one of them, or it cannot read an operation that failed with details.
///
/// ```
/// use lro_runtime::rest;
///
/// let yaml = rest::service_config("/v2", &["projects/*"]);
/// assert!(yaml.contains(
///     "  - selector: google.longrunning.Operations.CancelOperation
///     post: '/v2/{name=projects/*/operations/*}:cancel'
///     body: '*'
///     additional_bindings:
///     - post: '/v2/{name=operations/**}:cancel'
///       body: '*'
/// "
/// ));
/// ```
pub fn service_config(prefix: &str, parents: &[&str]) -> String {
    let prefix = prefix.trim_end_matches('/');
    let mut yaml = "type: google.api.Service\n\
                    config_version: 3\n\
                    apis:\n\
                    - name: google.longrunning.Operations\n\
                    http:\n  \
                      rules:\n"
        .to_owned();
    for (verb, method, http, custom) in METHODS {
        let is_list = verb == Verb::List;
        let below = parents.iter().map(|parent| match is_list {
            true => format!("{{name={parent}}}/{COLLECTION}"),
            false => format!("{{name={parent}/{COLLECTION}/*}}"),
        });
        let at_the_root = match is_list {
            true => format!("{{name={COLLECTION}}}"),
            // An id may contain slashes, though no minted one does (P-078, P-132).
            false => format!("{{name={COLLECTION}/**}}"),
        };
        let _ = writeln!(yaml, "  - selector: google.longrunning.Operations.{method}");
        for (place, template) in below.chain([at_the_root]).enumerate() {
            let (first, rest) = match place {
                0 => ("    ", "    "),
                1 => ("    additional_bindings:\n    - ", "      "),
                _ => ("    - ", "      "),
            };
            let _ = writeln!(yaml, "{first}{http}: '{prefix}/{template}{custom}'");
            if http == "post" {
                let _ = writeln!(yaml, "{rest}body: '*'");
            }
        }
    }
    yaml
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P-132, P-133, P-136, P-209.
    #[test]
    fn a_config_for_operations_at_the_root_has_one_binding_for_each_method() {
        let expected = "\
type: google.api.Service
config_version: 3
apis:
- name: google.longrunning.Operations
http:
  rules:
  - selector: google.longrunning.Operations.ListOperations
    get: '/v2/{name=operations}'
  - selector: google.longrunning.Operations.GetOperation
    get: '/v2/{name=operations/**}'
  - selector: google.longrunning.Operations.DeleteOperation
    delete: '/v2/{name=operations/**}'
  - selector: google.longrunning.Operations.CancelOperation
    post: '/v2/{name=operations/**}:cancel'
    body: '*'
  - selector: google.longrunning.Operations.WaitOperation
    post: '/v2/{name=operations/**}:wait'
    body: '*'
";
        assert_eq!(service_config("/v2", &[]), expected);
        assert_eq!(service_config("/v2/", &[]), expected);
    }

    /// P-134, P-209.
    #[test]
    fn parents_come_before_the_root_in_the_order_that_they_are_given() {
        let yaml = service_config("/v1", &["projects/*", "folders/*/disks/*"]);
        let list = "
  - selector: google.longrunning.Operations.ListOperations
    get: '/v1/{name=projects/*}/operations'
    additional_bindings:
    - get: '/v1/{name=folders/*/disks/*}/operations'
    - get: '/v1/{name=operations}'
";
        let wait = "
  - selector: google.longrunning.Operations.WaitOperation
    post: '/v1/{name=projects/*/operations/*}:wait'
    body: '*'
    additional_bindings:
    - post: '/v1/{name=folders/*/disks/*/operations/*}:wait'
      body: '*'
    - post: '/v1/{name=operations/**}:wait'
      body: '*'
";
        assert!(yaml.contains(list) && yaml.ends_with(&wait[1..]), "{yaml}");
    }
}
