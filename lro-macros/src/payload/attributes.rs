//! Reads `#[payload(…)]`: which keys there are, that each is given once, and where each is allowed.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, ExprLit, ExprUnary, Lit, LitStr, Path, UnOp};

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
            Self::Field => &["tag", "name", "message", "oneof"],
            Self::EnumValue => &["tag", "name", "other"],
            Self::OneofVariant => &["tag", "name", "message"],
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
    pub(super) message: Option<Span>,
    pub(super) oneof: Option<Span>,
    pub(super) other: Option<Span>,
}

impl Attributes {
    pub(super) fn read(attributes: &[Attribute], place: Place, errors: &Errors) -> Self {
        let mut read = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("payload")) {
            let whole = errors.ok(attribute.parse_nested_meta(|meta| read.key(&meta, place, errors)));
            if whole.is_none() && read.tag.is_none() {
                // What was not read may have had the number: it is not missed a second time.
                let span = syn::spanned::Spanned::span(attribute);
                read.tag = Some(Number { value: None, span });
            }
        }
        read
    }

    fn key(&mut self, meta: &ParseNestedMeta<'_>, place: Place, errors: &Errors) -> syn::Result<()> {
        let key = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        let known = place.keys().contains(&key.as_str());
        match key.as_str() {
            "package" => set(&mut self.package, meta, meta.value()?.parse()?, errors),
            "name" => set(&mut self.name, meta, meta.value()?.parse()?, errors),
            "crate" => {
                let path = meta.value()?.call(Path::parse_mod_style)?;
                set(&mut self.krate, meta, path, errors);
            }
            "tag" => set(&mut self.tag, meta, number(&meta.value()?.parse()?, errors), errors),
            "message" => set(&mut self.message, meta, span(meta), errors),
            "oneof" => set(&mut self.oneof, meta, span(meta), errors),
            "other" => set(&mut self.other, meta, span(meta), errors),
            _ => return Err(meta.error(format!("not a key; {} has {}", place.noun(), list(place.keys())))),
        }
        if !known {
            errors.at(&meta.path, format!("{} has no `{key}`; it has {}", place.noun(), list(place.keys())));
        }
        Ok(())
    }
}

fn set<T>(slot: &mut Option<T>, meta: &ParseNestedMeta<'_>, value: T, errors: &Errors) {
    if slot.replace(value).is_some() {
        errors.at(&meta.path, "this is given twice");
    }
}

fn span(meta: &ParseNestedMeta<'_>) -> Span {
    syn::spanned::Spanned::span(&meta.path)
}

/// Reads a number; a mistake in it is reported here.
fn number(expression: &Expr, errors: &Errors) -> Number {
    let value = integer(expression, false);
    if value.is_none() {
        errors.at(expression, "a tag is a number, written out: `tag = 1`");
    }
    Number { value, span: syn::spanned::Spanned::span(expression) }
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
