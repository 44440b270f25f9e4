//! What went wrong, by PostgreSQL's codes: never by the text of a message.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use deadpool_postgres::PoolError;
use tokio_postgres::Client;
use tokio_postgres::error::Severity;

use crate::store::StoreError;

/// Why the server did not do what it was sent.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) kind: FailureKind,
    source: Arc<dyn Error + Send + Sync>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailureKind {
    /// Nothing was sent, or the server has said that it did nothing, and would not do anything else either.
    Away,
    /// The server has said that it did nothing, because of what it was given or of what else it did just then.
    Refused { invalid: bool },
    /// There was no answer.
    Unanswered,
    /// What is stored is damaged.
    Corrupt,
}

impl Failure {
    /// Of a connection that was to be taken from the pool.
    pub(super) fn of_pool(error: PoolError) -> Self {
        Self { kind: FailureKind::Away, source: Arc::new(error) }
    }

    /// Of a statement on this connection.
    pub(super) fn of_statement(error: tokio_postgres::Error, client: &Client) -> Self {
        let kind = match error.as_db_error() {
            Some(error) if matches!(error.parsed_severity(), Some(Severity::Fatal | Severity::Panic)) => {
                // The server ends the connection, perhaps just after the commit.
                FailureKind::Unanswered
            }
            Some(error) => of_code(error.code().code()),
            // The connection goes on: the value could not even be sent.
            None if !error.is_closed() && !client.is_closed() => FailureKind::Refused { invalid: true },
            None => FailureKind::Unanswered,
        };
        Self { kind, source: Arc::new(error) }
    }

    /// Of a server that was asked, and says nothing.
    pub(super) fn timeout() -> Self {
        Self { kind: FailureKind::Unanswered, source: Arc::new(NoAnswer) }
    }

    /// Of a connection that ended while it was set up.
    pub(super) fn closed() -> Self {
        Self { kind: FailureKind::Away, source: Arc::new(NoAnswer) }
    }

    /// The same of a statement before the first that mattered.
    pub(super) fn before_all(self) -> Self {
        Self { kind: FailureKind::Away, ..self }
    }

    /// Of a row that is not as it was written.
    pub(super) fn corrupt_row(error: Box<dyn Error + Send + Sync>) -> Self {
        Self { kind: FailureKind::Corrupt, source: error.into() }
    }

    /// The error of a call that changes nothing.
    pub(super) fn of_reading(self) -> StoreError {
        match self.kind {
            FailureKind::Unanswered => StoreError::unavailable(self.source),
            _ => self.of_writing(),
        }
    }

    /// The error of a call whose last statement this was.
    pub(super) fn of_writing(self) -> StoreError {
        match self.kind {
            FailureKind::Away | FailureKind::Refused { invalid: false } => {
                StoreError::unavailable(self.source)
            }
            FailureKind::Refused { invalid: true } => StoreError::invalid(self.source),
            FailureKind::Unanswered => StoreError::maybe_applied(self.source),
            FailureKind::Corrupt => StoreError::corrupt(self.source),
        }
    }
}

/// By SQLSTATE, whose first two characters are its class.
fn of_code(code: &str) -> FailureKind {
    match (code.get(..2).unwrap_or_default(), code) {
        // Data, constraints, limits of the program.
        ("22" | "23" | "54", _) => FailureKind::Refused { invalid: true },
        // Rolled back in favour of another transaction.
        ("40", _) => FailureKind::Refused { invalid: false },
        (_, "XX001" | "XX002") => FailureKind::Corrupt,
        // Resources, operators, a standby, missing tables and rights.
        _ => FailureKind::Away,
    }
}

#[derive(Debug)]
struct NoAnswer;

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgreSQL does not answer")
    }
}

impl Error for NoAnswer {}

/// Why a store cannot be opened: sentences for whoever starts the program. None of them shows the URL, which has a password.
#[derive(Debug)]
pub(super) enum OpenError {
    Url,
    Schema(String),
    Pool(String),
    SslMode(String),
    Roots { path: PathBuf, reason: String },
    NoRoots,
    Tls(rustls::Error),
    Unreachable { server: String, reason: String },
    Newer { schema: String, found: i32, known: i32 },
    Foreign { schema: String },
    Database { schema: String, reason: String },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => f.write_str(
                "the URL is not one of PostgreSQL: write `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with special \
                 characters percent-encoded, and after a `?` options of libpq, `schema` and `pool`",
            ),
            Self::Schema(name) => write!(
                f,
                "`{}` cannot be the name of a schema: use 1 to 63 bytes, none of them zero, that do not begin with `pg_`",
                name.escape_debug()
            ),
            Self::Pool(text) => {
                write!(f, "`pool={}` is no number of connections: use 3 or more", text.escape_debug())
            }
            Self::SslMode(text) => write!(
                f,
                "`sslmode={}` is not known: use `disable`, `prefer`, `require`, `verify-ca` or `verify-full`",
                text.escape_debug()
            ),
            Self::Roots { path, reason } => {
                write!(f, "the certificates in `{}` (sslrootcert) cannot be used: {reason}", path.display())
            }
            Self::NoRoots => f.write_str(
                "this system has no root certificates to verify the server by: install them, or name a file by \
                 `sslrootcert`",
            ),
            Self::Tls(_) => f.write_str("TLS cannot be set up"),
            Self::Unreachable { server, reason } => {
                write!(f, "PostgreSQL at {server} cannot be connected to: {reason}")
            }
            Self::Newer { schema, found, known } => write!(
                f,
                "the store in the schema `{schema}` was written by a newer release (schema {found}; this one knows {known}): \
                 upgrade this program, or use another schema"
            ),
            Self::Foreign { schema } => write!(
                f,
                "the schema `{schema}` has a table `lro_meta` that is not this library's: use another schema"
            ),
            Self::Database { schema, reason } => {
                write!(f, "the store in the schema `{schema}` cannot be opened: {reason}")
            }
        }
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Tls(source) => Some(source),
            _ => None,
        }
    }
}

impl From<OpenError> for StoreError {
    fn from(error: OpenError) -> Self {
        match &error {
            OpenError::Unreachable { .. } | OpenError::Database { .. } => Self::unavailable(error),
            _ => Self::invalid(error),
        }
    }
}

/// The last of an error's causes: what the server or the system has said.
pub(super) fn reason(error: &tokio_postgres::Error) -> String {
    let mut last: &dyn Error = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}
