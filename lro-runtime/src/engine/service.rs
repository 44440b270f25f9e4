//! What a detached handler keeps of its service.

/// A service whose clone a detached handler can keep.
#[diagnostic::on_unimplemented(
    message = "`{Self}` must be `Clone` for its methods to be long-running",
    label = "the handler outlives the call, so it works on a clone of `self`",
    note = "add `#[derive(Clone)]` to `{Self}`, and put what must be shared behind an `Arc`"
)]
pub trait CloneService: Sized {
    /// A clone.
    fn clone_service(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> CloneService for T {
    fn clone_service(&self) -> Self {
        self.clone()
    }
}
