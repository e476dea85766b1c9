//! One trait, read as a contract.

use crate::errors::Errors;
use crate::operation::Operation;
use crate::options::{ContractOptions, Session};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, ItemTrait, Meta, Path, Token, TraitItem, TypeParamBound, Visibility};

/// A contract without contradictions, except that its callback contract is not known here.
pub(crate) struct Contract {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) ident: Ident,
    pub(crate) supertraits: Punctuated<TypeParamBound, Token![+]>,
    pub(crate) name: String,
    pub(crate) session: Session,
    pub(crate) callback: Option<Path>,
    pub(crate) operations: Vec<Operation>,
}

impl Contract {
    /// Reads a trait and tells all that is wrong with it.
    pub(crate) fn read(
        options: Punctuated<Meta, Token![,]>,
        item: ItemTrait,
    ) -> syn::Result<Contract> {
        let mut errors = Errors::default();
        let options = ContractOptions::read(options, &mut errors);
        check_trait(&item, &mut errors);
        let is_empty = item.items.is_empty();
        let operations = operations(item.items, &mut errors);
        if is_empty {
            errors.at(&item.ident, "a contract has operations: add at least one `async fn`");
        }
        check_sessions(&item.ident, options.session, &operations, &mut errors);
        let name = options.name.map_or_else(|| item.ident.unraw().to_string(), |name| name.value());
        check_unique(&name, &operations, &mut errors);
        errors.finish(Contract {
            attributes: item.attrs,
            visibility: item.vis,
            ident: item.ident,
            supertraits: item.supertraits,
            name,
            session: options.session,
            callback: options.callback,
            operations,
        })
    }
}

fn check_trait(item: &ItemTrait, errors: &mut Errors) {
    if !item.generics.params.is_empty() {
        errors.at(&item.generics, "a contract has no generics: the peer cannot choose the types");
    }
    if let Some(clause) = &item.generics.where_clause {
        errors.at(clause, "a contract has no generics: remove the clause");
    }
    if let Some(token) = &item.unsafety {
        errors.at(token, "a contract is for everybody: it cannot be `unsafe`");
    }
}

fn operations(items: Vec<TraitItem>, errors: &mut Errors) -> Vec<Operation> {
    let mut operations = Vec::new();
    for item in items {
        match item {
            TraitItem::Fn(method) => operations.extend(Operation::read(method, errors)),
            other => {
                errors.at(other, "a contract has operations only: move this to another trait");
            }
        }
    }
    if let Some(operation) = operations.get(usize::from(u16::MAX)) {
        errors.at(&operation.signature.ident, "more than 65,535 operations: split the contract");
    }
    operations
}

/// `SESS-9`: what speaks of the first or last call of a session needs one.
fn check_sessions(
    contract: &Ident,
    session: Session,
    operations: &[Operation],
    errors: &mut Errors,
) {
    if session != Session::Required {
        for operation in operations {
            let options = &operation.options;
            for meta in [&options.not_initiating, &options.terminating].into_iter().flatten() {
                errors.at(
                    meta,
                    "only a contract that requires a session has a first and a last operation: \
                     write `#[service_contract(session = \"required\")]`",
                );
            }
        }
    }
    if !operations.is_empty() && operations.iter().all(|op| op.options.not_initiating.is_some()) {
        errors.at(
            contract,
            "no session could ever begin: remove `initiating = false` from one operation",
        );
    }
}

/// `OP-6`: a message must say which operation it is for.
fn check_unique(contract: &str, operations: &[Operation], errors: &mut Errors) {
    let action = |operation: &Operation| match &operation.options.action {
        Some(action) => action.value(),
        None => format!("{contract}/{}", operation.name()),
    };
    for (index, operation) in operations.iter().enumerate() {
        let before = &operations[..index];
        if before.iter().any(|other| other.name() == operation.name()) {
            let message = format!("two operations are called `{}`: rename one", operation.name());
            errors.add(syn::Error::new(operation.name_span(), message));
        } else if before.iter().any(|other| action(other) == action(operation)) {
            let span = operation.options.action.as_ref();
            let span = span.map_or_else(|| operation.name_span(), syn::LitStr::span);
            let message =
                format!("two operations have the action `{}`: change one", action(operation));
            errors.add(syn::Error::new(span, message));
        }
    }
}
