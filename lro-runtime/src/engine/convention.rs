//! What a response type is checked by when a program is compiled: the convention, or the method's own word (D15).

/// Whether a response has one of these simple names, where `()` is `google.protobuf.Empty`. One whose name is not known, such as a
/// `Json`, is not judged (P-086).
pub const fn is_named(response: Option<(&str, &str)>, accepted: &[&str]) -> bool {
    let Some((package, name)) = response else { return true };
    let name = if equal(package, "google.protobuf") && equal(name, "Empty") { "()" } else { name };
    let mut rest = accepted;
    while let [first, others @ ..] = rest {
        if equal(name, first) {
            return true;
        }
        rest = others;
    }
    // Only a type with mistakes has no name, and those are reported already.
    name.is_empty()
}

/// What a handler returns, beside what its attribute says that it does.
#[diagnostic::on_unimplemented(
    message = "the handler does not respond with `{R}`: it returns `{Self}`",
    label = "`response` names the type that the handler returns, which is `{Self}`"
)]
pub trait Is<R> {}

impl<R> Is<R> for R {}

// The standard library's own comparison is not `const`.
pub(crate) const fn equal(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while let ([first, rest_of_a @ ..], [other, rest_of_b @ ..]) = (a, b) {
        if *first != *other {
            return false;
        }
        (a, b) = (rest_of_a, rest_of_b);
    }
    a.is_empty() && b.is_empty()
}
