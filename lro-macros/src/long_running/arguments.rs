//! The grammar of `#[long_running(…)]`: `keyword = value`, separated by commas, each at most once.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, LitBool, LitStr, Path, Token, Type};

use super::slot::Slot;
use crate::errors::Errors;

/// Every argument, with an example for the messages.
const SUPPORTED: [(&str, &str); 8] = [
    ("service", r#"service = "acme.disks.v1.Snapshots""#),
    ("name", r#"name = "TakeSnapshot""#),
    ("metadata", "metadata = TakeSnapshotMetadata"),
    ("parent", "parent = request.disk"),
    ("operations", "operations = app.operations"),
    ("validate", "validate = request.check()"),
    ("catalog", "catalog = false"),
    ("crate", "crate = path::to::lro_runtime"),
];

/// The arguments as they were written.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) service: Slot<LitStr>,
    pub(crate) name: Slot<LitStr>,
    pub(crate) metadata: Slot<Type>,
    pub(crate) parent: Slot<Expr>,
    pub(crate) operations: Slot<Expr>,
    pub(crate) validate: Slot<Expr>,
    pub(crate) catalog: Slot<LitBool>,
    runtime: Slot<Path>,
    /// Some argument could not be read. That an argument is missing is then no news.
    pub(crate) misread: bool,
}

impl Arguments {
    /// Reads all arguments. What cannot be read is reported and skipped.
    pub(crate) fn parse(tokens: TokenStream, errors: &Errors) -> Self {
        let mut arguments = Self::default();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = arguments.argument(input, errors) {
                    arguments.misread = true;
                    errors.push(error);
                    skip_argument(input)?;
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        errors.ok(parser.parse2(tokens));
        arguments
    }

    fn argument(&mut self, input: ParseStream<'_>, errors: &Errors) -> syn::Result<()> {
        let keyword = input.call(Ident::parse_any).map_err(|error| {
            syn::Error::new(error.span(), format_args!("expected an argument: {}", supported()))
        })?;
        let name = keyword.to_string();
        let Some((_, example)) = SUPPORTED.iter().find(|(supported, _)| name == *supported) else {
            let message = format!("there is no argument `{name}`: {}", supported());
            return Err(syn::Error::new_spanned(keyword, message));
        };
        if !input.peek(Token![=]) {
            let message = format!("`{name}` takes a value: `{example}`");
            return Err(syn::Error::new_spanned(keyword, message));
        }
        input.parse::<Token![=]>()?;
        match name.as_str() {
            "service" => self.service.set(keyword, service_name(input, example)?, errors),
            "name" => self.name.set(keyword, method_name(input, example)?, errors),
            "metadata" => self.metadata.set(keyword, input.parse()?, errors),
            "parent" => self.parent.set(keyword, input.parse()?, errors),
            "operations" => self.operations.set(keyword, input.parse()?, errors),
            "validate" => self.validate.set(keyword, input.parse()?, errors),
            "catalog" => self.catalog.set(keyword, literal(input, example)?, errors),
            _ => self.runtime.set(keyword, input.call(Path::parse_mod_style)?, errors),
        }
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(());
        }
        Err(input.error(format_args!("expected `,` after the value of `{name}`")))
    }

    /// The path to what generated code may name.
    pub(crate) fn private(&self) -> TokenStream {
        match self.runtime.value() {
            Some(path) => quote!(#path::__private),
            None => quote!(::lro_runtime::__private),
        }
    }
}

/// Moves to the next comma that an argument follows, or to the end.
fn skip_argument(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() {
        if input.peek(Token![,]) && (input.peek3(Token![=]) || input.fork().parse::<LastComma>().is_ok()) {
            return Ok(());
        }
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

struct LastComma;

impl syn::parse::Parse for LastComma {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse::<Token![,]>()?;
        if input.is_empty() { Ok(Self) } else { Err(input.error("not the last comma")) }
    }
}

fn supported() -> String {
    let names: Vec<_> = SUPPORTED.iter().map(|(name, _)| format!("`{name}`")).collect();
    format!("supported are {}", names.join(", "))
}

/// A literal of the right kind, or the example.
fn literal<T: syn::parse::Parse>(input: ParseStream<'_>, example: &str) -> syn::Result<T> {
    input.parse().map_err(|error| syn::Error::new(error.span(), format_args!("expected `{example}`")))
}

fn service_name(input: ParseStream<'_>, example: &str) -> syn::Result<LitStr> {
    let service: LitStr = literal(input, example)?;
    if service.value().split('.').all(is_identifier) {
        return Ok(service);
    }
    Err(refused(
        &service,
        format_args!("a service's full name is identifiers with dots between them: `{example}`"),
    ))
}

fn method_name(input: ParseStream<'_>, example: &str) -> syn::Result<LitStr> {
    let name: LitStr = literal(input, example)?;
    if is_identifier(&name.value()) {
        return Ok(name);
    }
    Err(refused(&name, format_args!("an rpc's name is one identifier: `{example}`")))
}

fn refused(tokens: impl ToTokens, message: impl std::fmt::Display) -> syn::Error {
    syn::Error::new_spanned(tokens, message)
}

/// An identifier of the protobuf language.
fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}
