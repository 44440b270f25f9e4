//! Filters.

use lro_runtime::{Code, ListRequest};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

use super::{Fuzz, text_of};
use crate::support::works::start_endless;

const PIECES: &[&str] = &[
    "(",
    ")",
    "((",
    "))",
    " ",
    "  ",
    "\t",
    "\n",
    "\0",
    " AND ",
    " OR ",
    " and ",
    "NOT ",
    "NOT",
    "-",
    "--",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    ":",
    "=*",
    ":*",
    "*",
    ".",
    "..",
    ",",
    "done",
    "name",
    "error",
    "response",
    "metadata",
    "metadata.@type",
    "metadata.percent",
    "metadata.percent.x",
    "response.text",
    "steps.0",
    "@",
    "/",
    "type.googleapis.com/lro.tests.v1.WorkMetadata",
    "true",
    "false",
    "null",
    "1",
    "-1",
    "1e999",
    "9223372036854775808",
    "0x",
    "1.5",
    "20s",
    "2017-02-01",
    "2017-02-01T00:00:00Z",
    "\"",
    "'",
    "\"a\"",
    "\"\\\"\"",
    "\"\\",
    "\\",
    "ü",
    "💨",
    "f(",
    "f(a, b)",
    "%",
    "\u{feff}",
];

/// P-122, P-130: a filter has a meaning, or is INVALID_ARGUMENT; on both ways in the same.
#[test]
fn a_filter_is_understood_or_refused() {
    let fuzz = Fuzz::new();
    fuzz.runtime.block_on(start_endless(&fuzz.operations));
    fuzz.run(text_of(PIECES, 20_000), async |filter| {
        let request = ListRequest { filter: filter.clone(), ..ListRequest::default() };
        let answer = fuzz.operations.list(&request).await;
        if let Err(refused) = &answer {
            prop_assert_eq!(refused.code(), Code::InvalidArgument);
            prop_assert_eq!(refused.reason(), Some("INVALID_FILTER".to_owned()));
            prop_assert!(refused.message().len() < 2_000);
        }
        let uri = format!("/v1/operations?filter={}", utf8_percent_encode(&filter, NON_ALPHANUMERIC));
        // What is longer is no URI to this client.
        if let Ok(request) = http::Request::get(uri).body(Default::default()) {
            let sent = fuzz.send_anything(request).await?;
            prop_assert_eq!(sent.status == 200, answer.is_ok());
        }
        Ok(())
    });
}

/// P-130: a mebibyte of one piece, deep or long.
#[test]
fn a_mebibyte_is_refused() {
    let fuzz = Fuzz::new();
    for piece in PIECES.iter().filter(|piece| !piece.trim().is_empty()) {
        let filter = piece.repeat((1 << 20) / piece.len());
        let request = ListRequest { filter, ..ListRequest::default() };
        let started = std::time::Instant::now();
        let refused = fuzz.runtime.block_on(fuzz.operations.list(&request)).expect_err(piece);
        assert_eq!(refused.reason().as_deref(), Some("INVALID_FILTER"), "{piece}");
        assert!(started.elapsed() < super::LIMIT, "{piece}: {:?}", started.elapsed());
    }
}
