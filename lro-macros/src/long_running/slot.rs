//! A cell that an argument sets once.

use proc_macro2::Ident;

use crate::errors::Errors;

/// The value of one argument, with the keyword it was given by.
#[derive(Debug)]
pub(crate) struct Slot<T>(Option<(Ident, T)>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Slot<T> {
    /// Takes the value. A second one is reported at its keyword.
    pub(crate) fn set(&mut self, keyword: Ident, value: T, errors: &Errors) {
        if self.0.is_some() {
            errors.at(&keyword, format_args!("`{keyword}` is given twice"));
        } else {
            self.0 = Some((keyword, value));
        }
    }

    /// Takes another's value, if it has none.
    pub(crate) fn or(&mut self, other: Self) {
        self.0 = self.0.take().or(other.0);
    }

    pub(crate) fn value(&self) -> Option<&T> {
        self.0.as_ref().map(|(_, value)| value)
    }

    /// Where the argument stands.
    pub(crate) fn keyword(&self) -> Option<&Ident> {
        self.0.as_ref().map(|(keyword, _)| keyword)
    }
}
