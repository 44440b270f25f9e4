//! Page tokens.

use lro_runtime::{Code, ListRequest};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::Fuzz;
use crate::support::works::start_endless;

/// What may be done to a token.
fn damage() -> impl Strategy<Value = (Vec<(Index, char)>, Index, String)> {
    let letter =
        prop_oneof![5 => "[A-Za-z0-9_-]".prop_map(|text| text.chars().next().unwrap()), 1 => any::<char>()];
    let more = prop_oneof![3 => Just(String::new()), 1 => "[A-Za-z0-9_=+/-]{1,40}", 1 => any::<String>()];
    (vec((any::<Index>(), letter), 0..3), any::<Index>(), more)
}

/// P-118: no other text than a token that was given continues a list, whatever was made of one.
#[test]
fn only_a_token_that_was_given_is_one() {
    let fuzz = Fuzz::new();
    let request = |page_token: String| ListRequest { page_size: 1, page_token, ..ListRequest::default() };
    let (token, rest) = fuzz.runtime.block_on(async {
        for _ in 0..2 {
            start_endless(&fuzz.operations).await;
        }
        let token = fuzz.operations.list(&request(String::new())).await.unwrap().next_page_token;
        let rest = fuzz.operations.list(&request(token.clone())).await.unwrap();
        (token, rest)
    });
    let whole: Vec<char> = token.chars().collect();
    fuzz.run(damage(), async |(changes, end, more)| {
        let mut damaged = whole.clone();
        for (at, letter) in changes {
            let at = at.index(damaged.len());
            damaged[at] = letter;
        }
        if !more.is_empty() {
            damaged.truncate(end.index(damaged.len() + 1));
        }
        let damaged = damaged.into_iter().collect::<String>() + &more;
        let answer = fuzz.operations.list(&request(damaged.clone())).await;
        if damaged == token {
            prop_assert_eq!(&answer.unwrap(), &rest);
            return Ok(());
        }
        let uri = format!("/v1/operations?pageToken={}", utf8_percent_encode(&damaged, NON_ALPHANUMERIC));
        let sent = fuzz.send_anything(http::Request::get(uri).body(Default::default()).unwrap()).await?;
        if damaged.is_empty() {
            prop_assert_eq!(sent.status, 200);
            return Ok(());
        }
        let refused = answer.expect_err("it is another token");
        prop_assert_eq!(refused.code(), Code::InvalidArgument);
        prop_assert_eq!(sent.reason, "INVALID_PAGE_TOKEN");
        Ok(())
    });
    fuzz.assert_answered(&[400]);
}
