//! Where the store is and how it is reached: the URL, and what can be set beside it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, TargetSessionAttrs};

use super::PostgresStore;
use super::error::OpenError;
use super::tls::Tls;
use super::writer::WRITERS;
use crate::store::StoreError;

/// How long a connection may take to be made, or to become free.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The longest name that PostgreSQL does not cut off.
const LONGEST_NAME: usize = 63;

/// How to reach a store in PostgreSQL.
///
/// ```no_run
/// use lro_runtime::Operations;
/// use lro_runtime::store::PostgresOptions;
///
/// # async fn open() -> Result<(), Box<dyn std::error::Error>> {
/// let options = PostgresOptions::new("postgres://app:secret@db.example.com/app?sslmode=verify-full")?;
/// let store = options.schema("operations").pool(4).connect().await?;
/// let operations = Operations::builder().open_store(store).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "options connect to nothing before `connect`"]
pub struct PostgresOptions {
    pub(super) config: Config,
    pub(super) tls: Tls,
    pub(super) schema: String,
    pub(super) pool: usize,
}

impl PostgresOptions {
    /// Reads a URL, `postgres://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE&…`.
    ///
    /// The options are libpq's, as far as tokio-postgres knows them. `sslmode` is `disable`, `prefer` (the default), `require`, `verify-ca`
    /// or `verify-full`, and `sslrootcert` a file of root certificates in the place of the system's. Beside them, `schema` and
    /// `pool` are what [`schema`](Self::schema) and [`pool`](Self::pool) set.
    ///
    /// # Errors
    /// `Invalid` when it is no such URL. The error does not show it: it may have a password.
    pub fn new(url: &str) -> Result<Self, StoreError> {
        Ok(Self::parse(url)?)
    }

    fn parse(url: &str) -> Result<Self, OpenError> {
        let (server, query) = url.split_once('?').unwrap_or((url, ""));
        if !server.starts_with("postgres://") && !server.starts_with("postgresql://") {
            return Err(OpenError::Url);
        }
        // A `?` of the password, which would be the end of the user in one reading, and not in another.
        if query.contains('@') {
            return Err(OpenError::Url);
        }
        let (mut schema, mut pool, mut ssl_mode, mut roots) = (None, None, None, None);
        let mut others = Vec::new();
        for option in query.split('&').filter(|option| !option.is_empty()) {
            let (key, value) = option.split_once('=').ok_or(OpenError::Url)?;
            let own = match key {
                "schema" => &mut schema,
                "pool" => &mut pool,
                "sslmode" => &mut ssl_mode,
                "sslrootcert" => &mut roots,
                _ => {
                    others.push(option);
                    continue;
                }
            };
            let value = percent_decode_str(value).decode_utf8().map_err(|_| OpenError::Url)?;
            *own = Some(value.into_owned());
        }
        let url =
            if others.is_empty() { server.to_owned() } else { format!("{server}?{}", others.join("&")) };
        let mut config: Config = url.parse().map_err(|_| OpenError::Url)?;
        let tls = Tls::new(ssl_mode, roots)?;
        config.ssl_mode(tls.ssl_mode());
        set_defaults(&mut config);
        let pool = match pool {
            Some(text) => text.parse().map_err(|_| OpenError::Pool(text))?,
            None => 8,
        };
        Ok(Self { config, tls, schema: schema.unwrap_or_else(|| "lro".to_owned()), pool })
    }

    /// The schema that the tables are in: `lro` by default. It is created if it does not exist. The names of all tables
    /// begin with `lro_`, so that they can live beside others.
    pub fn schema(mut self, name: impl Into<String>) -> Self {
        self.schema = name.into();
        self
    }

    /// The most connections for reading and writing: 8 by default, at least 3. One more listens for changes.
    pub fn pool(mut self, connections: usize) -> Self {
        self.pool = connections;
        self
    }

    /// Connects, and brings the tables up to date.
    ///
    /// # Errors
    /// As [`PostgresStore::connect`].
    pub async fn connect(self) -> Result<PostgresStore, StoreError> {
        self.check()?;
        Ok(PostgresStore(Arc::new(super::open::open(self).await?)))
    }

    fn check(&self) -> Result<(), OpenError> {
        let name = &self.schema;
        if name.is_empty() || name.len() > LONGEST_NAME || name.contains('\0') || name.starts_with("pg_") {
            return Err(OpenError::Schema(name.clone()));
        }
        // Those that the writers keep, and one for all else.
        if self.pool <= WRITERS {
            return Err(OpenError::Pool(self.pool.to_string()));
        }
        Ok(())
    }

    /// The servers, for whoever reads the log.
    pub(super) fn server(&self) -> String {
        let ports = self.config.get_ports();
        let port = |index: usize| ports.get(index).or(ports.first()).copied().unwrap_or(5432);
        let servers = self.config.get_hosts().iter().enumerate().map(|(index, host)| match host {
            Host::Tcp(name) => format!("{name}:{}", port(index)),
            #[cfg(unix)]
            Host::Unix(path) => format!("{}:{}", path.display(), port(index)),
        });
        servers.collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("PostgresOptions");
        debug.field("server", &self.server()).field("schema", &self.schema).field("pool", &self.pool);
        debug.finish_non_exhaustive()
    }
}

/// What the URL leaves open. A server that has gone without a word is found out within seconds, not hours.
fn set_defaults(config: &mut Config) {
    if config.get_application_name().is_none() {
        config.application_name("lro");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(Duration::from_secs(10));
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_idle(Duration::from_secs(10));
        config.keepalives_interval(Duration::from_secs(3));
        config.keepalives_retries(3);
    }
    // A standby answers old states, and takes no writes.
    if config.get_target_session_attrs() == TargetSessionAttrs::Any {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        PostgresOptions::parse(url).and_then(|options| options.check()).expect_err(url).to_string()
    }

    #[test]
    fn own_options_are_taken_out_and_the_others_are_passed_on() {
        let options = PostgresOptions::parse(
            "postgres://me:p%40ss@db:6432/app?schema=a%20%22b%22&pool=3&connect_timeout=7&sslmode=require",
        )
        .unwrap();
        assert_eq!((options.schema.as_str(), options.pool), ("a \"b\"", 3));
        assert_eq!(options.config.get_connect_timeout(), Some(&Duration::from_secs(7)));
        assert_eq!(options.server(), "db:6432");
        assert!(!format!("{options:?}").contains("ss"), "{options:?}");
    }

    #[test]
    fn the_defaults_are_said_in_the_documentation() {
        let options = PostgresOptions::parse("postgresql://db").unwrap();
        assert_eq!((options.schema.as_str(), options.pool), ("lro", 8));
    }

    #[test]
    fn what_makes_no_sense_is_refused_without_a_word_of_the_url() {
        for (url, part) in [
            ("postgres://me:hidden@db/app?pool=none", "pool=none"),
            ("postgres://me:hidden@db/app?pool=2", "pool=2"),
            ("postgres://me:hidden@db/app?schema=", "schema"),
            ("postgres://me:hidden@db/app?schema=pg_x", "pg_x"),
            ("postgres://me:hidden@db/app?sslmode=maybe", "sslmode=maybe"),
            ("postgres://me:hid?den@db/app", "percent-encoded"),
            ("postgres://me:hidden@db:port/app", "percent-encoded"),
            ("mysql://me:hidden@db/app", "postgres://"),
        ] {
            let text = refusal(url);
            assert!(text.contains(part) && !text.contains("hid"), "{url}: {text}");
        }
    }
}
