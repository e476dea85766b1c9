//! Questions about types, as far as their text can answer them.

use syn::{GenericArgument, PathArguments, PathSegment, ReturnType, Type};

/// What an operation ends with.
pub(crate) enum Outcome {
    /// Nothing.
    Unit,
    /// A value.
    Value(Type),
    /// `Result<T, E>`: nothing or a value, or a failure.
    Fallible(Option<Type>),
}

impl Outcome {
    /// Reads what follows the arrow.
    pub(crate) fn read(output: &ReturnType) -> syn::Result<Outcome> {
        let ReturnType::Type(_, ty) = output else { return Ok(Outcome::Unit) };
        owned(ty, "a result")?;
        match last_segment(ty).filter(|segment| segment.ident == "Result") {
            Some(segment) => match type_arguments(segment).as_slice() {
                [value, _] => Ok(Outcome::Fallible((!is_unit(value)).then(|| (*value).clone()))),
                _ => Err(syn::Error::new_spanned(
                    ty,
                    "write both types of the result, as in `Result<f64, Failure>`: a client needs \
                     to know the first",
                )),
            },
            None if is_unit(ty) => Ok(Outcome::Unit),
            None => Ok(Outcome::Value((**ty).clone())),
        }
    }

    /// What a client gets.
    pub(crate) fn value(&self) -> Option<&Type> {
        match self {
            Outcome::Unit => None,
            Outcome::Value(ty) => Some(ty),
            Outcome::Fallible(ty) => ty.as_ref(),
        }
    }
}

/// Whether a type is `&Context`, by whatever path.
pub(crate) fn is_context(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) if reference.mutability.is_none() => {
            last_segment(&reference.elem).is_some_and(|segment| segment.ident == "Context")
        }
        _ => false,
    }
}

/// Refuses what cannot be read from a message: it would have to be borrowed from somewhere.
pub(crate) fn owned(ty: &Type, what: &str) -> syn::Result<()> {
    let refuse = |at: &dyn quote::ToTokens, found: &str| {
        let message = format!(
            "{what} travels in a message and must be owned, but this is {found}: use an owned \
             type, such as `String` for `&str`"
        );
        Err(syn::Error::new_spanned(at.to_token_stream(), message))
    };
    match ty {
        Type::Reference(reference) => refuse(reference, "a reference"),
        Type::Ptr(pointer) => refuse(pointer, "a pointer"),
        Type::ImplTrait(some) => refuse(some, "an `impl Trait`"),
        Type::TraitObject(some) => refuse(some, "a trait object"),
        Type::BareFn(function) => refuse(function, "a function"),
        Type::Array(array) => owned(&array.elem, what),
        Type::Slice(slice) => refuse(slice, "a slice"),
        Type::Paren(inner) => owned(&inner.elem, what),
        Type::Group(inner) => owned(&inner.elem, what),
        Type::Tuple(tuple) => tuple.elems.iter().try_for_each(|ty| owned(ty, what)),
        Type::Path(path) => path.path.segments.iter().try_for_each(|segment| {
            arguments(segment).try_for_each(|argument| match argument {
                GenericArgument::Lifetime(lifetime) if lifetime.ident != "static" => {
                    refuse(lifetime, "a type with a lifetime")
                }
                GenericArgument::Type(ty) => owned(ty, what),
                _ => Ok(()),
            })
        }),
        _ => Ok(()),
    }
}

fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        Type::Paren(inner) => last_segment(&inner.elem),
        Type::Group(inner) => last_segment(&inner.elem),
        _ => None,
    }
}

fn type_arguments(segment: &PathSegment) -> Vec<&Type> {
    arguments(segment)
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
        .collect()
}

fn arguments(segment: &PathSegment) -> impl Iterator<Item = &GenericArgument> {
    match &segment.arguments {
        PathArguments::AngleBracketed(list) => Some(list.args.iter()),
        PathArguments::None | PathArguments::Parenthesized(_) => None,
    }
    .into_iter()
    .flatten()
}
