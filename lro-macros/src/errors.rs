//! Collects every mistake of one expansion, so that the user sees all of them at once.

use std::cell::RefCell;
use std::fmt::Display;

use quote::ToTokens;

/// The mistakes found so far. Dropping it without [`finish`](Self::finish) is a bug of the macro and panics, so that
/// a forgotten report cannot pass in silence.
#[derive(Debug)]
pub(crate) struct Errors(RefCell<Option<Vec<syn::Error>>>);

impl Errors {
    pub(crate) fn new() -> Self {
        Self(RefCell::new(Some(Vec::new())))
    }

    /// Reports a mistake at the user's own tokens.
    pub(crate) fn at(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(errors) = &mut *self.0.borrow_mut() {
            errors.push(error);
        }
    }

    /// Keeps the value, or reports the error.
    pub(crate) fn ok<T>(&self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Lets go of mistakes that another expansion reports.
    pub(crate) fn forget(self) {
        self.0.borrow_mut().take();
    }

    /// All mistakes as one error, in the order in which they were found.
    pub(crate) fn finish(self) -> syn::Result<()> {
        let errors = self.0.borrow_mut().take().unwrap_or_default();
        let combined = errors.into_iter().reduce(|mut all, error| {
            all.combine(error);
            all
        });
        combined.map_or(Ok(()), Err)
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        if self.0.borrow().is_some() && !std::thread::panicking() {
            panic!("the collected errors were not reported");
        }
    }
}
