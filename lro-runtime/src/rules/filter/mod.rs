//! Filters of lists (AIP-160, P-122…P-130): parsed in `parse`, checked against the types that there are in `check`, evaluated in
//! `evaluate`; `literal` says what a text is worth beside a field, `narrow` what a store can decide. Pure.

mod check;
mod evaluate;
mod literal;
mod narrow;
mod parse;

use std::fmt;

pub(crate) use self::check::Types;
pub(crate) use self::evaluate::{Subject, Times};

/// The longest filter, in bytes (P-130).
pub(crate) const LONGEST: usize = 4 * 1024;

/// A condition on operations.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Test(Test),
}

/// One restriction: field, comparator, value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Test {
    path: Vec<String>,
    comparator: Comparator,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `:`.
    Has,
}

impl Comparator {
    fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Has => ":",
        }
    }

    fn is_order(self) -> bool {
        matches!(self, Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual)
    }
}

/// What a restriction of an application's own vocabulary stands for: by field, comparator and value, the text of a filter.
pub(crate) type Alias = dyn Fn(&str, &str, &str) -> Option<String> + Send + Sync;

/// What is wrong with a filter, for its author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem(String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Test {
    fn field(&self) -> String {
        self.path.join(".")
    }

    /// `field:*`.
    fn asks_presence(&self) -> bool {
        self.comparator == Comparator::Has && self.value == "*"
    }
}

impl Filter {
    /// Reads a filter; `None` if it is empty.
    ///
    /// # Errors
    /// When it is too long, too deep or no filter, when it has a field that no type has, or a value that is none of its field.
    pub(crate) fn new(text: &str, types: &Types, alias: Option<&Alias>) -> Result<Option<Self>, Problem> {
        let Some(filter) = parse::parse(text)? else { return Ok(None) };
        let filter = match alias {
            Some(alias) => filter.replaced(alias)?,
            None => filter,
        };
        filter.check(types)?;
        Ok(Some(filter))
    }

    fn replaced(self, alias: &Alias) -> Result<Self, Problem> {
        let all = |filters: Vec<Self>| -> Result<Vec<Self>, Problem> {
            filters.into_iter().map(|filter| filter.replaced(alias)).collect()
        };
        Ok(match self {
            Self::All(filters) => Self::All(all(filters)?),
            Self::Any(filters) => Self::Any(all(filters)?),
            Self::Not(filter) => Self::Not(Box::new(filter.replaced(alias)?)),
            Self::Test(test) => match alias(&test.field(), test.comparator.symbol(), &test.value) {
                Some(text) => parse::parse(&text)?.unwrap_or(Self::All(Vec::new())),
                None => Self::Test(test),
            },
        })
    }
}

#[cfg(test)]
mod tests;
