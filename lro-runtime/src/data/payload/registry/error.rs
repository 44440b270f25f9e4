//! What can be wrong with the types of a program.

use std::error::Error;
use std::fmt;

/// The types of a program do not fit together, or are not all there.
///
/// It is found when the engine is opened, so that nothing that cannot be shown to a client is ever stored.
#[derive(Debug)]
#[non_exhaustive]
pub enum RegistryError {
    /// A given descriptor set cannot be read, or is not complete in itself.
    InvalidSet {
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Two given files have one name and different types.
    FileConflict {
        /// The files' name.
        file: String,
    },
    /// Two derived types have one full name.
    DuplicateType {
        /// The full name.
        type_name: String,
        /// The Rust types.
        rust_types: [&'static str; 2],
    },
    /// Two enums' values have one name in one scope.
    DuplicateEnumValue {
        /// The full name of the value: those of an enum stand beside it, not in it.
        value: String,
        /// The Rust types.
        rust_types: [&'static str; 2],
    },
    /// A derived type differs from the given one of the same name.
    Contradiction {
        /// The full name of the type.
        type_name: String,
        /// The Rust type.
        rust_type: &'static str,
        /// The field or the enum value.
        field: String,
        /// What the derived type has there, if anything.
        derived: Option<String>,
        /// What the given type has there, if anything.
        given: Option<String>,
    },
    /// A type's name says that it is nested in one that is not derived, or is given without it.
    MissingParent {
        /// The full name of the nested type.
        type_name: String,
        /// The Rust type.
        rust_type: &'static str,
        /// The full name of the outer type.
        parent: String,
    },
    /// Fields whose types have no descriptor.
    UnresolvedFields(Vec<UnresolvedField>),
    /// Types of several packages that refer to each other in a circle, which files cannot.
    PackageCycle {
        /// The full names of the types.
        type_names: Vec<String>,
    },
    /// The derived types break a rule of protobuf.
    Refused {
        /// Which.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Methods whose response, metadata or compared request has no descriptor.
    UndescribedMethods(Vec<UndescribedMethod>),
}

/// A field of a derived type whose own type has no descriptor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnresolvedField {
    pub(super) rust_type: &'static str,
    pub(super) field: String,
    pub(super) missing: String,
}

/// A method whose response, metadata or compared request has no descriptor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UndescribedMethod {
    method: String,
    role: &'static str,
    type_name: String,
}

impl UndescribedMethod {
    pub(super) fn new(method: String, role: &'static str, type_name: String) -> Self {
        Self { method, role, type_name }
    }
}

impl RegistryError {
    pub(super) fn invalid_set(source: impl Error + Send + Sync + 'static) -> Self {
        Self::InvalidSet { source: Box::new(source) }
    }

    pub(crate) fn refused(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Refused { source: Box::new(source) }
    }
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidSet { source } => write!(
                f,
                "a descriptor set given by `descriptors` cannot be read: {source}; \
                 it has to hold the files that its files import"
            ),
            Self::FileConflict { file } => write!(
                f,
                "two files with different types are both named `{file}` in the sets given by `descriptors`"
            ),
            Self::DuplicateType { type_name, rust_types: [first, second] } => write!(
                f,
                "`{first}` and `{second}` are both the protobuf type `{type_name}`; \
                 give one of them another name: `#[payload(name = \"…\")]`"
            ),
            Self::DuplicateEnumValue { value, rust_types: [first, second] } => write!(
                f,
                "the enums `{first}` and `{second}` both have the value `{value}`, and in protobuf the values of an enum \
                 stand beside it; nest one of the enums in its message, `#[payload(name = \"Message.Enum\")]`, or rename \
                 the value, `#[payload(name = \"…\")]`"
            ),
            Self::Contradiction { type_name, rust_type, field, derived, given } => {
                write!(
                    f,
                    "`{rust_type}` is the protobuf type `{type_name}`, which a set given by `descriptors` also has, but "
                )?;
                match (derived, given) {
                    (Some(derived), Some(given)) => {
                        write!(f, "`{field}` differs: `{derived}` is derived, `{given}` is given")
                    }
                    (Some(derived), None) => write!(f, "there without `{derived}`"),
                    (None, Some(given)) => {
                        write!(f, "there with `{given}`, which the derived type does not have")
                    }
                    (None, None) => write!(f, "`{field}` differs"),
                }
            }
            Self::MissingParent { type_name, rust_type, parent } => write!(
                f,
                "the name of `{rust_type}`, `{type_name}`, says that it is nested in `{parent}`, \
                 which does not derive `Payload`, or stands in a given set without it"
            ),
            Self::UnresolvedFields(fields) => {
                f.write_str("some fields have types without a descriptor:")?;
                for UnresolvedField { rust_type, field, missing } in fields {
                    write!(f, "\n  `{field}` of `{rust_type}`: `{missing}`")?;
                }
                f.write_str("\ngive the descriptor set that has them: `Operations::builder().descriptors(FILE_DESCRIPTOR_SET)`")
            }
            Self::PackageCycle { type_names } => write!(
                f,
                "types of several packages refer to each other in a circle, which protobuf's files cannot: {}",
                type_names.join(", ")
            ),
            Self::Refused { source } => write!(f, "the derived types break a rule of protobuf: {source:?}"),
            Self::UndescribedMethods(methods) => {
                f.write_str(
                    "some methods have types without a descriptor, so they cannot be shown as JSON, or compared:",
                )?;
                for UndescribedMethod { method, role, type_name } in methods {
                    write!(f, "\n  {method}: its {role} type `{type_name}`")?;
                }
                f.write_str(
                    "\nderive the types with `#[derive(Payload)]`, or give the descriptor set that has them: \
                     `Operations::builder().descriptors(FILE_DESCRIPTOR_SET)`",
                )
            }
        }
    }
}

impl Error for RegistryError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::InvalidSet { source } | Self::Refused { source } => Some(&**source),
            _ => None,
        }
    }
}
