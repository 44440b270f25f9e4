//! Opening by URL: the one place that knows every store that is compiled in.

use crate::engine::{Builder, OpenError, Operations};
use crate::store::MemoryStore;

const FORMS: &str = "write `memory:`, `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`";

impl Operations {
    /// Opens an engine with default settings on the store that a URL names: `memory:`, `sqlite:PATH` with the
    /// feature `sqlite`, or `postgres://…` with the feature `postgres`.
    ///
    /// # Errors
    /// When the URL names no store, when a linked method's type has no descriptor, or when the store cannot be opened.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::builder().open(url).await
    }
}

impl Builder {
    /// Opens the engine on the store that a URL names: `memory:`, `sqlite:PATH` with the feature `sqlite`, or `postgres://…`
    /// with the feature `postgres`, as `PostgresOptions::new` reads it.
    ///
    /// # Errors
    /// As [`open_store`](Self::open_store), and when the URL names no store.
    pub async fn open(self, url: &str) -> Result<Operations, OpenError> {
        match url.split_once(':') {
            Some(("memory", "")) => self.open_store(MemoryStore::new()).await,
            #[cfg(feature = "sqlite")]
            Some(("sqlite", path)) if !path.is_empty() => {
                let store = crate::store::SqliteStore::open(path).await.map_err(OpenError::Store)?;
                self.open_store(store).await
            }
            #[cfg(not(feature = "sqlite"))]
            Some(("sqlite", _)) => {
                Err(OpenError::Url("`sqlite:` needs the feature `sqlite` of lro-runtime".to_owned()))
            }
            #[cfg(feature = "postgres")]
            Some(("postgres" | "postgresql", _)) => {
                let store = crate::store::PostgresStore::connect(url).await.map_err(OpenError::Store)?;
                self.open_store(store).await
            }
            #[cfg(not(feature = "postgres"))]
            Some(("postgres" | "postgresql", _)) => {
                Err(OpenError::Url("`postgres:` needs the feature `postgres` of lro-runtime".to_owned()))
            }
            // Not the whole URL, which may have a password.
            Some((scheme, _)) => Err(OpenError::Url(format!("`{scheme}:` names no store; {FORMS}"))),
            None => Err(OpenError::Url(format!("there is no store without a scheme; {FORMS}"))),
        }
    }
}
