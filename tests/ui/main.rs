//! What the compiler says to a user who makes a mistake. `TRYBUILD=overwrite cargo test -p lro-tests --test ui` blesses it.
//!
//! One folder for each kind of mistake, one file for each mistake; `pass` is what must compile as a crate of its own.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*/*.rs");
}
