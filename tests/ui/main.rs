//! What the compiler says to a user who makes a mistake. One folder for each kind; bless with `TRYBUILD=overwrite`.

#[test]
fn mistakes_are_explained() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    cases.compile_fail("ui/fail/*/*.rs");
}
