//! The grammar of `#[long_running(…)]`: `keyword = value`, separated by commas, each at most once.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, LitBool, LitInt, LitStr, Path, Token, Type, parenthesized};

use super::http::{self, Http, is_identifier};
use super::slot::Slot;
use super::{duration, glue};
use crate::errors::Errors;

/// Every argument, with an example for the messages.
const SUPPORTED: [(&str, &str); 18] = [
    ("service", r#"service = "acme.disks.v1.Snapshots""#),
    ("name", r#"name = "TakeSnapshot""#),
    ("metadata", "metadata = TakeSnapshotMetadata"),
    ("response", "response = Snapshot"),
    ("parent", "parent = request.disk"),
    ("operations", "operations = app.operations"),
    ("validate", "validate = request.check()"),
    ("validate_only", "validate_only = request.validate_only"),
    ("request_id", "request_id = request.request_id"),
    ("exclusive", "exclusive = request.disk"),
    ("timeout", r#"timeout = "10m""#),
    ("on_interrupt", "on_interrupt = restart"),
    ("max_attempts", "max_attempts = 3"),
    ("http", http::EXAMPLE),
    ("operation", "operation = pb::google::longrunning::Operation"),
    ("catalog", "catalog = false"),
    ("aliases", "aliases = false"),
    ("crate", "crate = path::to::lro_runtime"),
];

/// What the arguments of a block stand in, before a method's own.
pub(crate) const IN_IMPL: &str = "__block";
pub(crate) const IN_TRAIT: &str = "__trait";

/// What becomes of an operation whose process is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnInterrupt {
    Fail,
    Restart,
}

/// The arguments as they were written.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) service: Slot<LitStr>,
    pub(crate) name: Slot<LitStr>,
    pub(crate) metadata: Slot<Type>,
    pub(crate) response: Slot<Type>,
    pub(crate) parent: Slot<Expr>,
    pub(crate) operations: Slot<Expr>,
    pub(crate) validate: Slot<Expr>,
    pub(crate) validate_only: Slot<Expr>,
    pub(crate) request_id: Slot<Expr>,
    pub(crate) exclusive: Slot<Expr>,
    pub(crate) timeout: Slot<Expr>,
    pub(crate) on_interrupt: Slot<OnInterrupt>,
    pub(crate) max_attempts: Slot<LitInt>,
    pub(crate) http: Slot<Http>,
    pub(crate) operation: Slot<Type>,
    pub(crate) catalog: Slot<LitBool>,
    pub(crate) aliases: Slot<LitBool>,
    runtime: Slot<Path>,
    /// The method is one of a marked trait.
    pub(crate) in_trait: bool,
    /// Some argument could not be read. That an argument is missing is then no news.
    pub(crate) misread: bool,
}

impl Arguments {
    /// Reads all arguments. What cannot be read is reported and skipped.
    pub(crate) fn parse(tokens: TokenStream, errors: &Errors) -> Self {
        let mut arguments = Self::default();
        let mut block = None;
        let parser = |input: ParseStream<'_>| {
            block = of_block(input)?;
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
        if let Some((keyword, block)) = block {
            arguments.in_trait = keyword == IN_TRAIT;
            // The block has reported them once for all of its methods.
            let reported = Errors::new();
            arguments.inherit(Self::parse(block, &reported));
            reported.forget();
        }
        arguments
    }

    /// Takes from the block what may stand there and is not said here.
    fn inherit(&mut self, block: Self) {
        self.operation.or(block.operation);
        self.runtime.or(block.runtime);
        self.misread |= block.misread;
        if self.in_trait {
            return;
        }
        self.service.or(block.service);
        self.parent.or(block.parent);
        self.operations.or(block.operations);
        self.timeout.or(block.timeout);
        self.on_interrupt.or(block.on_interrupt);
        self.catalog.or(block.catalog);
        // Meant for those of the block that restart.
        if self.restart().is_some() {
            self.max_attempts.or(block.max_attempts);
        }
    }

    /// The arguments that have no meaning for a whole block.
    pub(crate) fn of_one_method(&self) -> impl Iterator<Item = &Ident> {
        let keywords = [
            self.name.keyword(),
            self.metadata.keyword(),
            self.response.keyword(),
            self.validate.keyword(),
            self.validate_only.keyword(),
            self.request_id.keyword(),
            self.exclusive.keyword(),
            self.http.keyword(),
        ];
        keywords.into_iter().flatten()
    }

    /// The arguments that say what a handler is and does, so that they have no meaning where there is none. An implementation cannot see
    /// what its trait's attribute says: the service of a trait would be silently lost.
    pub(crate) fn of_a_handler(&self) -> impl Iterator<Item = &Ident> {
        let keywords = [
            self.service.keyword(),
            self.parent.keyword(),
            self.operations.keyword(),
            self.validate.keyword(),
            self.validate_only.keyword(),
            self.request_id.keyword(),
            self.exclusive.keyword(),
            self.timeout.keyword(),
            self.on_interrupt.keyword(),
            self.max_attempts.keyword(),
            self.http.keyword(),
            self.catalog.keyword(),
        ];
        keywords.into_iter().flatten()
    }

    fn argument(&mut self, input: ParseStream<'_>, errors: &Errors) -> syn::Result<()> {
        let keyword = input.call(Ident::parse_any).map_err(|error| {
            syn::Error::new(error.span(), format_args!("expected an argument: {}", supported()))
        })?;
        let Some(example) = example(&keyword) else {
            return Err(refused(&keyword, format_args!("there is no argument `{keyword}`: {}", supported())));
        };
        if keyword == "http" {
            let rule = Http::parse(&keyword, input)?;
            self.http.set(keyword, rule, errors);
            return end_of("http", input);
        }
        let has_value = input.parse::<Token![=]>().is_ok() && !input.is_empty() && !input.peek(Token![,]);
        if !has_value {
            return Err(refused(&keyword, format_args!("`{keyword}` takes a value: `{example}`")));
        }
        let name = keyword.to_string();
        match name.as_str() {
            "service" => self.service.set(keyword, service_name(input, example)?, errors),
            "name" => self.name.set(keyword, method_name(input, example)?, errors),
            "metadata" => self.metadata.set(keyword, input.parse()?, errors),
            "response" => self.response.set(keyword, literal(input, example)?, errors),
            "parent" => self.parent.set(keyword, input.parse()?, errors),
            "operations" => self.operations.set(keyword, input.parse()?, errors),
            "validate" => self.validate.set(keyword, input.parse()?, errors),
            "validate_only" => self.validate_only.set(keyword, input.parse()?, errors),
            "request_id" => self.request_id.set(keyword, input.parse()?, errors),
            "exclusive" => self.exclusive.set(keyword, input.parse()?, errors),
            "on_interrupt" => self.on_interrupt.set(keyword, on_interrupt(input)?, errors),
            "max_attempts" => self.max_attempts.set(keyword, attempts(input, example)?, errors),
            "timeout" => self.timeout.set(keyword, duration::parse(input)?, errors),
            "operation" => self.operation.set(keyword, literal(input, example)?, errors),
            "catalog" => self.catalog.set(keyword, literal(input, example)?, errors),
            "aliases" => self.aliases.set(keyword, literal(input, example)?, errors),
            _ => self.runtime.set(keyword, runtime_path(input, example)?, errors),
        }
        end_of(&name, input)
    }

    /// Where it is said that the handler runs again.
    pub(crate) fn restart(&self) -> Option<&Ident> {
        self.on_interrupt
            .keyword()
            .filter(|_| matches!(self.on_interrupt.value(), Some(OnInterrupt::Restart)))
    }

    /// The path to what generated code may name, at the place that errors about its use should point to.
    pub(crate) fn private(&self, place: Span) -> TokenStream {
        let span = glue(place);
        match self.runtime.value() {
            Some(path) => quote_spanned!(span=> #path::__private),
            None => quote_spanned!(span=> ::lro_runtime::__private),
        }
    }
}

fn end_of(name: &str, input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(input.error(format_args!("expected `,` after the value of `{name}`")))
}

/// What a block's attribute hands down, before the method's own arguments: `__block(…),` or `__trait(…),`.
fn of_block(input: ParseStream<'_>) -> syn::Result<Option<(Ident, TokenStream)>> {
    let is_known = |keyword: Ident| keyword == IN_IMPL || keyword == IN_TRAIT;
    if !input.fork().parse::<Ident>().is_ok_and(is_known) {
        return Ok(None);
    }
    let keyword = input.parse()?;
    let block;
    parenthesized!(block in input);
    let block = block.parse()?;
    input.parse::<Option<Token![,]>>()?;
    Ok(Some((keyword, block)))
}

/// Moves to the next comma that an argument follows, or to the end.
fn skip_argument(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !begins_argument(&input.fork()) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// A comma, and then nothing or a keyword. A comma inside of a value has something else after it.
fn begins_argument(input: ParseStream<'_>) -> bool {
    if input.parse::<Token![,]>().is_err() {
        return false;
    }
    input.is_empty()
        || input
            .call(Ident::parse_any)
            .is_ok_and(|keyword| input.peek(Token![=]) || example(&keyword).is_some())
}

fn example(keyword: &Ident) -> Option<&'static str> {
    SUPPORTED.iter().find(|(supported, _)| keyword == supported).map(|(_, example)| *example)
}

fn supported() -> String {
    let names: Vec<_> = SUPPORTED.iter().map(|(name, _)| format!("`{name}`")).collect();
    format!("supported are {}", names.join(", "))
}

/// A literal of the right kind, or the example.
fn literal<T: syn::parse::Parse>(input: ParseStream<'_>, example: &str) -> syn::Result<T> {
    input.parse().map_err(|error| syn::Error::new(error.span(), format_args!("expected `{example}`")))
}

fn runtime_path(input: ParseStream<'_>, example: &str) -> syn::Result<Path> {
    let path = input.call(Path::parse_mod_style);
    path.map_err(|error| syn::Error::new(error.span(), format_args!("expected `{example}`")))
}

fn on_interrupt(input: ParseStream<'_>) -> syn::Result<OnInterrupt> {
    let message =
        "what was interrupted either ends or runs again: `on_interrupt = fail` or `on_interrupt = restart`";
    let policy = input.call(Ident::parse_any).map_err(|error| syn::Error::new(error.span(), message))?;
    match policy.to_string().as_str() {
        "fail" => Ok(OnInterrupt::Fail),
        "restart" => Ok(OnInterrupt::Restart),
        _ => Err(refused(&policy, message)),
    }
}

fn attempts(input: ParseStream<'_>, example: &str) -> syn::Result<LitInt> {
    let attempts: LitInt = literal(input, example)?;
    match attempts.base10_parse::<u32>() {
        Ok(1..) => Ok(attempts),
        _ => Err(refused(&attempts, format_args!("a handler runs at least once: `{example}`"))),
    }
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
