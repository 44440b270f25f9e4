//! `ListOperations`: pages of what a parent has, and of what a filter leaves of it (P-108…P-131).

use crate::data::conditions::Conditions;
use crate::data::name::check_parent;
use crate::data::operation::{Outcome, Snapshot};
use crate::data::record::{Cursor, Record};
use crate::data::status::Status;
use crate::engine::Operations;
use crate::engine::core::store_fault;
use crate::rules::filter::{Filter, Subject, Times, Types};
use crate::rules::{errors, lifecycle, page};
use crate::store::Query;

/// The most records that one call examines for a filter. A page may then be short, or empty, and its token goes on (P-116, P-131).
const EXAMINED: usize = 1_000;

/// Records read at once for a filter.
const BATCH: usize = 200;

/// The most bytes of a page's operations: what leaves room in a gRPC message of 4 MiB (P-121).
const BYTES: usize = 4 * 1024 * 1024 - 64 * 1024;

/// What a client asks of `ListOperations`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListRequest {
    /// The parent, without the segment `operations`; empty or `operations` for the root (P-108, P-109).
    pub name: String,
    /// Which operations to list, as [AIP-160](https://google.aip.dev/160) writes it; all of them when it is empty:
    ///
    /// - `done = true`, `name = "operations/a*"`, `error:*`, `error.code = 5`, `error.message = "*quota*"`;
    /// - `metadata.@type = "type.googleapis.com/acme.v1.CopyMetadata"`, `response:*`, `response.@type = …`;
    /// - `metadata.progress_percent > 50`, `response.createTime >= 2026-01-01T00:00:00Z`, with the fields of the operation's own types:
    ///   nested ones, enums by name, durations such as `20s`, and repeated ones with `:`, as in `metadata.steps.status:DONE`;
    /// - `create_time > 2026-01-01T00:00:00Z`, `end_time < …`: when the operation was started, and when it ended;
    /// - `AND`, `OR`, which binds tighter, `NOT`, `-`, and parentheses.
    ///
    /// A field must be one of a method that is linked into the program; within a `Json<T>` there may be any. An operation whose type does not have it does not match, and neither
    /// does one in which it is unset (P-126). At most 4 KiB.
    pub filter: String,
    /// The most operations to return: 0 for 50, and never more than 100 (P-114, P-115).
    pub page_size: i32,
    /// Where the previous page ended: its `next_page_token`.
    pub page_token: String,
    /// Must be false (P-112).
    pub return_partial_success: bool,
}

/// One page of operations, the newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationsPage {
    /// The operations.
    pub operations: Vec<Snapshot>,
    /// Continues the list; empty at its end (P-116). A page that a filter made short, or empty, may have one.
    pub next_page_token: String,
}

impl Operations {
    /// `ListOperations`: one page of the operations directly under a parent.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a malformed parent, a negative page size, a foreign token or a filter that makes no sense; UNIMPLEMENTED for
    /// `return_partial_success`; UNAVAILABLE when the store cannot answer.
    pub async fn list(&self, request: &ListRequest) -> Result<OperationsPage, Status> {
        let parent = if request.name == "operations" { "" } else { request.name.as_str() };
        check_parent(parent).map_err(|why| errors::invalid_parent(&request.name, &why.to_string()))?;
        let filter = self.filter(&request.filter)?;
        if request.return_partial_success {
            return Err(errors::partial_success_not_supported());
        }
        let size = page::size(request.page_size).ok_or_else(errors::invalid_page_size)?;
        let secret = &self.engine().secret;
        // A token is of one list: this parent's, and with this filter (P-118).
        let list = format!("{parent}\n{}", request.filter);
        let after = match request.page_token.as_str() {
            "" => None,
            token => Some(page::open(secret, &list, token).ok_or_else(errors::invalid_page_token)?),
        };
        let mut page = Page { size, bytes: 0, operations: Vec::new() };
        let next = match &filter {
            None => self.fill(&mut page, parent, after).await?,
            Some(filter) => self.search(&mut page, parent, after, filter).await?,
        };
        let next_page_token = next.map_or_else(String::new, |next| page::seal(secret, &list, &next));
        Ok(OperationsPage { operations: page.operations, next_page_token })
    }

    fn filter(&self, text: &str) -> Result<Option<Filter>, Status> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let engine = self.engine();
        let alias = engine.settings.filter_alias.as_ref();
        let types = Types {
            metadata: engine.registry.method_types(|linked| (linked.metadata)()),
            responses: engine.registry.method_types(|linked| (linked.response)()),
        };
        Filter::new(text, &types, alias.map(|alias| alias.hook()))
            .map_err(|problem| errors::invalid_filter(&problem.to_string()))
    }

    async fn fill(
        &self,
        page: &mut Page,
        parent: &str,
        after: Option<Cursor>,
    ) -> Result<Option<Cursor>, Status> {
        // One more than asked for tells whether there is a next page (P-116).
        let records = self.records(parent, Conditions::default(), after, page.size + 1).await?;
        let mut last = None;
        for record in records {
            if !page.has_room(&record) {
                return Ok(last);
            }
            last = Some(cursor(&record));
            page.operations.extend(lifecycle::visible(&record));
        }
        Ok(None)
    }

    async fn search(
        &self,
        page: &mut Page,
        parent: &str,
        mut after: Option<Cursor>,
        filter: &Filter,
    ) -> Result<Option<Cursor>, Status> {
        let decode = |any: &_| self.engine().registry.decode(any);
        let conditions = filter.conditions();
        for _ in 0..EXAMINED / BATCH {
            let records = self.records(parent, conditions.clone(), after.clone(), BATCH).await?;
            let is_last = records.len() < BATCH;
            for record in records {
                let found = lifecycle::visible(&record);
                let times = Times { create_time: record.create_time, end_time: record.end_time };
                let matches = |found: &_| filter.matches(&Subject::new(found, times, &decode));
                if let Some(found) = found.filter(matches) {
                    if !page.has_room(&record) {
                        return Ok(after);
                    }
                    page.operations.push(found);
                }
                after = Some(cursor(&record));
            }
            if is_last {
                return Ok(None);
            }
        }
        Ok(after)
    }

    async fn records(
        &self,
        parent: &str,
        conditions: Conditions,
        after: Option<Cursor>,
        limit: usize,
    ) -> Result<Vec<Record>, Status> {
        let query = Query::Public { parent: Some(parent.to_owned()), conditions, after, limit };
        self.engine().store.list(&query).await.map_err(|error| store_fault("list", &error))
    }
}

/// A page while it is filled.
struct Page {
    size: usize,
    bytes: usize,
    operations: Vec<Snapshot>,
}

impl Page {
    /// Whether one more fits, and then counts it. The first one always does: a page of nothing would never get past it.
    fn has_room(&mut self, record: &Record) -> bool {
        let outcome = match &record.outcome {
            Some(Outcome::Response(response)) => response.type_url.len() + response.value.len(),
            Some(Outcome::Error(error)) => error.encode().len(),
            None => 0,
        };
        let metadata = record.metadata.type_url.len() + record.metadata.value.len();
        // Tags and lengths take less than this.
        const OVERHEAD: usize = 64;
        self.bytes += record.name.as_str().len() + metadata + outcome + OVERHEAD;
        self.operations.is_empty() || self.operations.len() < self.size && self.bytes <= BYTES
    }
}

fn cursor(record: &Record) -> Cursor {
    Cursor { create_time: record.create_time, name: record.name.clone() }
}
