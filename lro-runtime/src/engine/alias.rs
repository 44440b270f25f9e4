//! The hook for an application's own vocabulary in filters (P-128).

use std::fmt;
use std::sync::Arc;

use crate::rules::filter::Alias;

/// The hook.
#[derive(Clone)]
pub(crate) struct FilterAlias(Arc<Alias>);

impl FilterAlias {
    pub(crate) fn new(hook: impl Fn(&str, &str, &str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(hook))
    }

    pub(crate) fn hook(&self) -> &Alias {
        &*self.0
    }
}

impl fmt::Debug for FilterAlias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilterAlias").finish_non_exhaustive()
    }
}
