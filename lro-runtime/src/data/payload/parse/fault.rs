//! What is wrong with a JSON text, and where in it.

use std::fmt;

/// A value that is not what the type has at its place.
#[derive(Debug)]
pub(super) struct Fault {
    /// The names and indexes that lead to the value, the innermost first.
    place: Vec<String>,
    problem: Problem,
}

#[derive(Debug)]
pub(super) enum Problem {
    /// Something else stands there.
    Expected(&'static str),
    /// The message has no such field.
    UnknownField,
    /// The field is there already, in its other spelling; or the key of a map is.
    Twice,
    /// Another field of its oneof is there already.
    OneofTwice(String),
    /// The type of an `Any` has no descriptor.
    UnknownType(String),
    /// Messages are nested too deep to be read again.
    TooDeep,
}

impl Fault {
    /// The same fault, seen from the message that has it in this field.
    pub(super) fn within(mut self, name: &str) -> Self {
        self.place.push(name.to_owned());
        self
    }

    /// The same fault, seen from the list that has it at this index.
    pub(super) fn at(mut self, index: usize) -> Self {
        self.place.push(format!("[{index}]"));
        self
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self { place: Vec::new(), problem }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            f.write_str("`")?;
            for (index, step) in self.place.iter().rev().enumerate() {
                let separator = if index == 0 || step.starts_with('[') { "" } else { "." };
                write!(f, "{separator}{step}")?;
            }
            f.write_str("`: ")?;
        }
        match &self.problem {
            Problem::Expected(what) => write!(f, "expected {what}"),
            Problem::UnknownField => f.write_str("there is no such field"),
            Problem::Twice => f.write_str("it is there twice"),
            Problem::OneofTwice(oneof) => write!(f, "another field of the oneof `{oneof}` is there"),
            Problem::UnknownType(name) => write!(f, "the type `{name}` has no descriptor"),
            Problem::TooDeep => f.write_str("messages are nested too deep"),
        }
    }
}

impl std::error::Error for Fault {}
