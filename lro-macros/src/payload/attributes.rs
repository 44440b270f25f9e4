//! Reads `#[payload(…)]`: which keys there are, that each is given once, and where each is allowed.

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned as _;
use syn::{Attribute, Expr, ExprLit, ExprUnary, Ident, Lit, LitStr, Path, Token, UnOp};

use super::model::Kind;
use crate::errors::Errors;

/// Where an attribute stands.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Place {
    Message,
    Enum,
    Oneof,
    Field,
    EnumValue,
    OneofVariant,
}

impl Place {
    /// The keys that the place has, as the user would write them.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Message | Self::Enum => &["package", "name", "crate"],
            Self::Oneof => &["crate"],
            Self::Field => &["tag", "name", "message", "sint", "fixed", "key", "oneof", "unknown"],
            Self::EnumValue => &["tag", "name", "other"],
            Self::OneofVariant => &["tag", "name", "message", "sint", "fixed"],
        }
    }

    /// Those of the keys that say what kind of field it is, of which there can be one.
    fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Field => &["message", "sint", "fixed", "oneof", "unknown"],
            Self::OneofVariant => &["message", "sint", "fixed"],
            Self::Message | Self::Enum | Self::Oneof | Self::EnumValue => &[],
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Message => "a message",
            Self::Enum => "an enum",
            Self::Oneof => "a oneof",
            Self::Field => "a field",
            Self::EnumValue => "an enum's value",
            Self::OneofVariant => "a oneof's variant",
        }
    }
}

/// A number with its sign and the place where the user wrote it.
#[derive(Clone)]
pub(super) struct Number {
    /// `None` if it is no number, which is reported already.
    pub(super) value: Option<i64>,
    pub(super) span: Span,
}

/// What the attributes of one place say.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) package: Option<LitStr>,
    pub(super) name: Option<LitStr>,
    pub(super) krate: Option<Path>,
    pub(super) tag: Option<Number>,
    /// What kind of field it is, where that is said. More than one is reported.
    pub(super) kind: Option<Kind>,
    /// The kind of a map's keys.
    pub(super) key: Option<(Kind, Span)>,
    pub(super) other: Option<Span>,
}

impl Attributes {
    pub(super) fn read(attributes: &[Attribute], place: Place, errors: &Errors) -> Self {
        let mut read = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("payload")) {
            let mut all_known = true;
            let whole = attribute.parse_nested_meta(|meta| {
                all_known &= read.key(&meta, place, errors)?;
                Ok(())
            });
            if errors.ok(whole).is_none() || !all_known {
                // What was not read may have had the number or the package: they are not missed a second time.
                let span = attribute.span();
                read.tag.get_or_insert(Number { value: None, span });
                read.package.get_or_insert_with(|| LitStr::new("unknown", span));
            }
        }
        read
    }

    /// Reads a key and its value; `false` if there is no such key.
    fn key(&mut self, meta: &ParseNestedMeta<'_>, place: Place, errors: &Errors) -> syn::Result<bool> {
        let key = meta.path.to_token_stream().to_string();
        match key.as_str() {
            "package" => set(&mut self.package, meta, value(meta, "package = \"acme.v1\"")?, errors),
            "name" => set(&mut self.name, meta, value(meta, "name = \"a_name\"")?, errors),
            "crate" => {
                let path = value::<ModPath>(meta, "crate = some::path")?;
                set(&mut self.krate, meta, path.0, errors);
            }
            "tag" => set(&mut self.tag, meta, number(&value(meta, "tag = 1")?, errors), errors),
            "key" => {
                let kind = key_kind(&value(meta, "key = sint")?, errors);
                set(&mut self.key, meta, (kind, meta.path.span()), errors);
            }
            "message" => self.set_kind(Kind::Foreign, meta, place, errors)?,
            "sint" => self.set_kind(Kind::Sint, meta, place, errors)?,
            "fixed" => self.set_kind(Kind::Fixed, meta, place, errors)?,
            "oneof" => self.set_kind(Kind::Oneof, meta, place, errors)?,
            "unknown" => self.set_kind(Kind::Unknown, meta, place, errors)?,
            "other" => set(&mut self.other, meta, flag(meta)?, errors),
            _ => {
                let keys = list(place.keys());
                errors.at(&meta.path, format!("`{key}` is not a key; {} has {keys}", place.noun()));
                // Only what stands behind it is still to be read.
                if meta.input.peek(Token![=]) {
                    meta.value()?.parse::<Expr>()?;
                }
                return Ok(false);
            }
        }
        if !place.keys().contains(&key.as_str()) {
            let keys = list(place.keys());
            errors.at(&meta.path, format!("{} has no `{key}`; it has {keys}", place.noun()));
        }
        if !meta.input.is_empty() && !meta.input.peek(Token![,]) {
            return Err(meta.input.error("write a comma before this: `tag = 1, name = \"a_name\"`"));
        }
        Ok(true)
    }

    fn set_kind(
        &mut self,
        kind: Kind,
        meta: &ParseNestedMeta<'_>,
        place: Place,
        errors: &Errors,
    ) -> syn::Result<()> {
        flag(meta)?;
        let kinds = place.kinds();
        if !kinds.iter().any(|key| meta.path.is_ident(key)) {
            return Ok(());
        }
        match self.kind {
            Some(first) if first != kind => {
                errors.at(&meta.path, format!("{} has at most one of {}", place.noun(), list(kinds)));
            }
            _ => set(&mut self.kind, meta, kind, errors),
        }
        Ok(())
    }
}

fn set<T>(slot: &mut Option<T>, meta: &ParseNestedMeta<'_>, value: T, errors: &Errors) {
    if slot.replace(value).is_some() {
        errors.at(&meta.path, format!("`{}` is given twice", meta.path.to_token_stream()));
    }
}

/// Reads what stands behind a key: `form` is what the user should have written.
fn value<T: Parse>(meta: &ParseNestedMeta<'_>, form: &str) -> syn::Result<T> {
    let key = meta.path.to_token_stream();
    let refused = |span| syn::Error::new(span, format!("`{key}` is not given like this: write `{form}`"));
    if !meta.input.peek(Token![=]) {
        return Err(refused(meta.path.span()));
    }
    let input = meta.value()?;
    let span = input.span();
    input.parse().map_err(|_| refused(span))
}

/// A key that says all by being there.
fn flag(meta: &ParseNestedMeta<'_>) -> syn::Result<Span> {
    if meta.input.peek(Token![=]) {
        let key = meta.path.to_token_stream();
        return Err(meta.error(format!("`{key}` has no value: write `{key}` alone, or leave it out")));
    }
    Ok(meta.path.span())
}

/// A path without generic arguments, as `use` has it.
struct ModPath(Path);

impl Parse for ModPath {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Path::parse_mod_style).map(Self)
    }
}

/// Reads the kind of a map's keys; a mistake in it is reported here.
fn key_kind(kind: &Ident, errors: &Errors) -> Kind {
    if kind == "sint" {
        return Kind::Sint;
    }
    if kind != "fixed" {
        errors.at(kind, "a map's keys are `key = sint` or `key = fixed`; without `key` they are plain");
    }
    Kind::Fixed
}

/// Reads a number; a mistake in it is reported here.
fn number(expression: &Expr, errors: &Errors) -> Number {
    let value = integer(expression, false);
    if value.is_none() {
        errors.at(expression, "a tag is a number, written out: `tag = 1`");
    }
    Number { value, span: expression.span() }
}

fn integer(expression: &Expr, negative: bool) -> Option<i64> {
    match expression {
        // What a `macro_rules!` macro passes on stands in an invisible group.
        Expr::Group(group) => integer(&group.expr, negative),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => integer(expr, !negative),
        Expr::Lit(ExprLit { lit: Lit::Int(literal), .. }) => {
            let value = literal.base10_parse::<i64>().ok()?;
            Some(if negative { -value } else { value })
        }
        _ => None,
    }
}

fn list(keys: &[&str]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    keys.join(", ")
}

/// The text of the doc comments, without the space in front of each line.
pub(super) fn documentation(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    let text: Vec<_> = lines.collect();
    let text = text.join("\n");
    let lines: Vec<_> = text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    lines.join("\n").trim().to_owned()
}
