//! Names of operations, and parents.

use lro_runtime::{Code, ListRequest, OperationName};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use super::{Fuzz, text_of};
use crate::support::works::{done, work};

const PIECES: &[&str] = &[
    "operations",
    "/operations/",
    "operations/",
    "projects",
    "p",
    "/",
    "//",
    ".",
    "..",
    "/../",
    "a",
    "-",
    "_",
    "~",
    ":",
    ":cancel",
    ":wait",
    "%2F",
    "%",
    "%00",
    "\0",
    "\n",
    " ",
    "+",
    "?",
    "#",
    "ü",
    "\u{202e}",
    "\u{feff}",
    "💨",
    "'",
    "\"",
    "\\",
];

/// A name is read as what it says, or INVALID_ARGUMENT in every method; and what can be read can be asked for (P-044, P-045).
#[test]
fn a_name_is_one_or_is_refused() {
    let fuzz = Fuzz::new();
    fuzz.run(text_of(PIECES, 3_000), async |text| {
        let code = match OperationName::parse(&text) {
            Ok(name) => {
                let parent = name.parent();
                let slash = if parent.is_empty() { "" } else { "/" };
                prop_assert_eq!(&format!("{parent}{slash}operations/{}", name.id()), &text);
                prop_assert!(text.len() <= 1_024 && !name.id().is_empty());
                Code::NotFound
            }
            Err(_) => Code::InvalidArgument,
        };
        let operations = &fuzz.operations;
        let codes = [
            operations.get(&text).await.err(),
            operations.wait(&text, None).await.err(),
            operations.cancel(&text).await.err(),
            operations.delete(&text).await.err(),
        ];
        for error in codes {
            let error = error.expect("there is no such operation");
            prop_assert_eq!(error.code(), code, "{}", error);
            prop_assert!(error.message().len() < 2_000);
        }
        Ok(())
    });
}

/// A parent is what the name begins with and what List finds, or INVALID_ARGUMENT for both.
#[test]
fn a_parent_is_one_or_is_refused() {
    let fuzz = Fuzz::new();
    fuzz.run(text_of(PIECES, 3_000), async |parent| check_parent(&fuzz, parent).await);
}

async fn check_parent(fuzz: &Fuzz, parent: String) -> TestCaseResult {
    let started = work(fuzz.operations.clone(), parent.clone(), |_| async { done("") }).await;
    let request = ListRequest { name: parent.clone(), ..ListRequest::default() };
    let listed = fuzz.operations.list(&request).await;
    match started {
        Ok(operation) => {
            let name = operation.name();
            prop_assert_eq!(name.parent(), &parent);
            prop_assert_eq!(OperationName::parse(name.as_str()), Ok(name.clone()));
            let page = listed.expect("an operation is there");
            prop_assert!(page.operations.iter().any(|one| one.name == *name));
            prop_assert_eq!(&fuzz.operations.get(name.as_str()).await.unwrap().name, name);
            fuzz.operations.delete(name.as_str()).await.unwrap();
        }
        Err(refused) => {
            prop_assert_eq!(refused.code(), Code::InvalidArgument);
            // The collection of the root may be asked for by its own name (P-109).
            prop_assert!(listed.is_err() || parent == "operations");
        }
    }
    Ok(())
}
