//! The HTTP rule of a method, `http(post = "/v1/{parent=disks/*}/snapshots")`: what `google.api.http` says, and nothing that routes.

use std::fmt::Display;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, parenthesized, token};

pub(super) const EXAMPLE: &str = r#"http(post = "/v1/{parent=disks/*}/snapshots")"#;

/// The keywords of the methods of HTTP, and whether requests have a body, with the runtime's names for them.
const VERBS: [(&str, bool, &str); 5] = [
    ("get", false, "Get"),
    ("put", true, "Put"),
    ("post", true, "Post"),
    ("delete", false, "Delete"),
    ("patch", true, "Patch"),
];

/// A rule without mistakes.
#[derive(Debug)]
pub(crate) struct Http {
    verb: &'static str,
    path: LitStr,
    /// The field that the body is, or `*` for all that are not in the path.
    body: Option<String>,
}

impl Http {
    /// Reads what follows the keyword.
    pub(super) fn parse(keyword: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(token::Paren) {
            return Err(refused(keyword, format_args!("`http` takes a rule: `{EXAMPLE}`")));
        }
        let rule;
        parenthesized!(rule in input);
        // Taken whole, so that what is wrong with it is said once.
        let rule: TokenStream = rule.parse()?;
        let parts = Punctuated::<Part, Token![,]>::parse_terminated_with;
        let parts = (|input: ParseStream<'_>| parts(input, Part::parse)).parse2(rule)?;
        let (mut bodies, mut paths): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|part| part.keyword == "body");
        if let Some(Part { keyword, .. }) = paths.get(1).or(bodies.get(1)) {
            return Err(refused(
                keyword,
                "a method has one rule, with one path and one body: this is another",
            ));
        }
        let Some(Part { keyword: verb, value: path }) = paths.pop() else {
            return Err(refused(keyword, format_args!("this rule has no path: `{EXAMPLE}`")));
        };
        check_path(&path)?;
        // Invariant: a part has no other keywords.
        let Some((_, has_body, name)) = VERBS.iter().find(|(keyword, ..)| verb == keyword) else {
            return Err(unknown(&verb));
        };
        let body = match bodies.pop() {
            None => has_body.then(|| "*".to_owned()),
            Some(Part { keyword, .. }) if !has_body => {
                return Err(refused(
                    keyword,
                    format_args!("a `{verb}` has no body: what is not in the path is in the query"),
                ));
            }
            Some(Part { value, .. }) => Some(check_body(&value)?),
        };
        Ok(Self { verb: name, path, body })
    }

    /// The rule as the runtime has it.
    pub(super) fn tokens(&self, private: &TokenStream) -> TokenStream {
        let Self { verb, path, body } = self;
        let verb = Ident::new(verb, Span::call_site());
        let body = match body {
            Some(body) => quote!(::core::option::Option::Some(#body)),
            None => quote!(::core::option::Option::None),
        };
        quote!(#private::HttpRule { verb: #private::HttpVerb::#verb, path: #path, body: #body })
    }
}

/// `post = "/v1/disks"`, or `body = "*"`.
struct Part {
    keyword: Ident,
    value: LitStr,
}

impl Part {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let keyword = input.call(Ident::parse_any)?;
        if keyword != "body" && VERBS.iter().all(|(verb, ..)| keyword != verb) {
            return Err(unknown(&keyword));
        }
        let value = input.parse::<Token![=]>().and_then(|_| input.parse());
        let value = value.map_err(|error| {
            syn::Error::new(error.span(), format_args!("`{keyword}` takes a string: `{EXAMPLE}`"))
        })?;
        Ok(Self { keyword, value })
    }
}

fn unknown(keyword: &Ident) -> syn::Error {
    refused(
        keyword,
        format_args!(
            "an HTTP rule has one of `get`, `put`, `post`, `delete` and `patch`, and may have a `body`: `{EXAMPLE}`"
        ),
    )
}

fn check_body(body: &LitStr) -> syn::Result<String> {
    let name = body.value();
    if name == "*" || is_identifier(&name) {
        return Ok(name);
    }
    Err(refused(
        body,
        "the body is one field of the request, `body = \"snapshot\"`, or all that are not in the path, `body = \"*\"`",
    ))
}

/// The grammar of `google.api.HttpRule`.
fn check_path(path: &LitStr) -> syn::Result<()> {
    template(&path.value()).map_err(|why| refused(path, format_args!("{why}: `{EXAMPLE}`")))
}

fn template(path: &str) -> Result<(), String> {
    let rest = path.strip_prefix('/').ok_or("a path begins with `/`")?;
    let mut fields = Vec::new();
    let mut segments = Vec::new();
    let mut rest = Some(rest);
    while let Some(text) = rest {
        // A variable has slashes of its own.
        let end = if text.starts_with('{') {
            text.find('}').map(|brace| brace + 1).ok_or_else(|| format!("`{text}` has no `}}`"))?
        } else {
            text.find('/').unwrap_or(text.len())
        };
        let (segment, after) = text.split_at(end);
        let (verb, after) = match after.split_once('/') {
            None => (after, None),
            Some((verb, after)) => (verb, Some(after)),
        };
        let (segment, verb) = match segment.split_once(':') {
            Some((segment, inner)) if verb.is_empty() && !segment.starts_with('{') => (segment, Some(inner)),
            _ if verb.is_empty() => (segment, None),
            _ => (
                segment,
                Some(
                    verb.strip_prefix(':')
                        .ok_or_else(|| format!("after `{segment}` there is a `/` or a `:verb`"))?,
                ),
            ),
        };
        if let Some(verb) = verb {
            is_literal(verb).then_some(()).ok_or_else(|| format!("`:{verb}` is no verb"))?;
            after.is_none().then_some(()).ok_or_else(|| format!("the verb `:{verb}` is the path's end"))?;
        }
        match segment.strip_prefix('{').and_then(|variable| variable.strip_suffix('}')) {
            Some(variable) => variable_of(variable, &mut fields, &mut segments)?,
            None => segments.push(segment),
        }
        rest = after;
    }
    for (place, segment) in segments.iter().enumerate() {
        match *segment {
            "**" if place + 1 < segments.len() => {
                return Err("`**` is the path's end, but for a verb".to_owned());
            }
            "*" | "**" => {}
            literal if is_literal(literal) => {}
            other => return Err(format!("`{other}` is no segment of a path")),
        }
    }
    Ok(())
}

/// `field.path=segments`, or a field alone, which is one segment.
fn variable_of<'a>(
    variable: &'a str,
    fields: &mut Vec<&'a str>,
    segments: &mut Vec<&'a str>,
) -> Result<(), String> {
    let (field, pattern) = variable.split_once('=').unwrap_or((variable, "*"));
    if !field.split('.').all(is_identifier) {
        return Err(format!("`{field}` is no field of a request"));
    }
    if fields.contains(&field) {
        return Err(format!("`{field}` is bound twice"));
    }
    fields.push(field);
    segments.extend(pattern.split('/'));
    Ok(())
}

/// An identifier of the protobuf language.
pub(super) fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

fn is_literal(segment: &str) -> bool {
    let reserved = |character: char| "/{}*:=?#\"\\".contains(character) || !character.is_ascii_graphic();
    !segment.is_empty() && !segment.contains(reserved)
}

fn refused(tokens: impl ToTokens, message: impl Display) -> syn::Error {
    syn::Error::new_spanned(tokens, message)
}

#[cfg(test)]
mod tests {
    use super::template;

    #[test]
    fn templates_are_those_of_google_api_http() {
        for path in [
            "/v1/disks",
            "/v1/disks:copy",
            "/v2/{parent=projects/*/locations/*}/keys",
            "/v2/{name=projects/*/locations/*/keys/*}:undelete",
            "/v2/{key.name=projects/*/locations/*/keys/*}",
            "/v1/{disk}/copies/{copy}",
            "/v1/{disk}:copy",
            "/v1/{name=operations/**}:cancel",
            "/v1/*/**",
            "/v1/a.b-c_d~e%20",
        ] {
            assert_eq!(template(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn other_paths_are_refused_with_the_part_that_is_wrong() {
        for (path, expected) in [
            ("", "begins with `/`"),
            ("v1/disks", "begins with `/`"),
            ("/v1//disks", "`` is no segment"),
            ("/v1/disks/", "`` is no segment"),
            ("/v1/{disk", "`{disk` has no `}`"),
            ("/v1/{}", "`` is no field"),
            ("/v1/{a-b}", "`a-b` is no field"),
            ("/v1/{disk=}", "`` is no segment"),
            ("/v1/{disk={name}}", "after `{disk={name}` there is"),
            ("/v1/{disk}x", "after `{disk}` there is"),
            ("/v1/{disk}/{disk}", "`disk` is bound twice"),
            ("/v1/{disk=**}/copies", "`**` is the path's end"),
            ("/v1/**/copies", "`**` is the path's end"),
            ("/v1/disks:copy/now", "`:copy` is the path's end"),
            ("/v1/disks:", "`:` is no verb"),
            ("/v1/dis*", "`dis*` is no segment"),
            ("/v1/a b", "`a b` is no segment"),
            ("/v1/disks?zone=a", "`disks?zone=a` is no segment"),
        ] {
            let refusal = template(path).unwrap_err();
            assert!(refusal.contains(expected), "{path}: {refusal}");
        }
    }
}
