//! Why a value does not fit its contract.

use crate::error::XmlError;
use crate::xml::Name;
use smol_str::SmolStr;

/// Why a value could not be written or read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The value is of another kind than its contract says.
    #[error("{place}: {found} where {expected} is expected")]
    Kind {
        /// The member or parameter.
        place: SmolStr,
        /// What the contract says.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A member or parameter that must be there is not.
    #[error("{place} is required and missing")]
    Missing {
        /// The member or parameter.
        place: SmolStr,
    },
    /// `null` where the contract allows none.
    #[error("{place} may not be null")]
    Null {
        /// The member or parameter.
        place: SmolStr,
    },
    /// A member or parameter that the contract does not have.
    #[error("{owner} has no {place}")]
    Unknown {
        /// The class or operation.
        owner: SmolStr,
        /// The name that was given.
        place: SmolStr,
    },
    /// A type that the schema does not have: add it, as .NET wants known types to be registered.
    #[error("the type {name} is not known: add it to the schema")]
    UnknownType {
        /// Its name.
        name: Box<Name>,
    },
    /// A type that is known and does not belong there.
    #[error("{place}: {found} is not a kind of {expected}")]
    WrongType {
        /// The member or parameter.
        place: SmolStr,
        /// What the contract says.
        expected: Box<Name>,
        /// What was given.
        found: Box<Name>,
    },
    /// A reference to an object that was sent before (`IsReference`), which is not supported: turn it
    /// off in the contract.
    #[error("{place}: references between objects are not supported")]
    Reference {
        /// The member or parameter.
        place: SmolStr,
    },
    /// Too many values inside one another.
    #[error("values are nested more than {limit} deep")]
    TooDeep {
        /// How many may be.
        limit: usize,
    },
    /// The XML itself is wrong.
    #[error(transparent)]
    Xml(#[from] XmlError),
}
