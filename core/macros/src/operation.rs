//! One method, read as an operation.

use crate::errors::Errors;
use crate::names::lower_camel;
use crate::options::OperationOptions;
use crate::types::{Outcome, is_context, owned};
use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, Ident, Meta, Pat, PatType, Receiver, ReturnType, Signature, Token,
    TraitItemFn, Type,
};

/// An operation that makes sense by itself.
pub(crate) struct Operation {
    /// What stood before the method, without `#[operation]`.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) signature: Signature,
    /// Without receiver and context.
    pub(crate) arguments: Vec<(Ident, Type)>,
    pub(crate) outcome: Outcome,
    pub(crate) options: OperationOptions,
}

impl Operation {
    /// Reads a method and tells what is wrong with it.
    pub(crate) fn read(mut method: TraitItemFn, errors: &mut Errors) -> Option<Operation> {
        let options = options(&mut method.attrs, errors);
        if let Some(body) = &method.default {
            errors.at(body, "an operation has no default body: write it in the `impl`");
        }
        check_shape(&method.sig, errors);
        check_name(&method.sig.ident, errors);
        let arguments = arguments(&method.sig, errors);
        let outcome = errors.keep(Outcome::read(&method.sig.output))?;
        check_one_way(&options, &outcome, &method.sig.output, errors);
        Some(Operation {
            attributes: method.attrs,
            signature: method.sig,
            arguments,
            outcome,
            options,
        })
    }

    /// Its name in the contract.
    pub(crate) fn name(&self) -> String {
        match &self.options.name {
            Some(name) => name.value(),
            None => lower_camel(&self.signature.ident.unraw().to_string()),
        }
    }

    /// Where its name comes from.
    pub(crate) fn name_span(&self) -> Span {
        self.options.name.as_ref().map_or_else(|| self.signature.ident.span(), Spanned::span)
    }
}

/// Takes `#[operation(...)]` out of the attributes.
fn options(attributes: &mut Vec<Attribute>, errors: &mut Errors) -> OperationOptions {
    let mut metas = Punctuated::<Meta, Token![,]>::new();
    attributes.retain(|attribute| {
        if attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr") {
            errors.at(
                attribute,
                "an operation is known by its position and cannot be conditional: put the \
                 condition on the contract",
            );
        }
        let is_ours = attribute.path().is_ident("operation");
        if is_ours && !matches!(attribute.meta, Meta::Path(_)) {
            let list = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            metas.extend(errors.keep(list).unwrap_or_default());
        }
        !is_ours
    });
    OperationOptions::read(metas, errors)
}

fn check_shape(signature: &Signature, errors: &mut Errors) {
    if signature.asyncness.is_none() {
        errors.at(signature.fn_token, "an operation is asynchronous: write `async fn`");
    }
    if !signature.generics.params.is_empty() {
        errors.at(
            &signature.generics,
            "an operation has no generics: name the types, the peer cannot choose them",
        );
    }
    if let Some(clause) = &signature.generics.where_clause {
        errors.at(clause, "an operation has no generics: remove the clause");
    }
    if let Some(token) = &signature.unsafety {
        errors.at(token, "an operation is called by a peer: it cannot be `unsafe`");
    }
    if let Some(token) = &signature.abi {
        errors.at(token, "an operation is called through messages: remove the ABI");
    }
}

fn check_name(method: &Ident, errors: &mut Errors) {
    if method == "new" {
        errors.at(
            method,
            "the client has a constructor of this name: name the method differently and add \
             `#[operation(name = \"new\")]`",
        );
    }
}

/// Reads what follows `&self` and the context.
fn arguments(signature: &Signature, errors: &mut Errors) -> Vec<(Ident, Type)> {
    let mut inputs = signature.inputs.iter().peekable();
    match inputs.peek() {
        Some(FnArg::Receiver(receiver)) => {
            check_receiver(receiver, errors);
            inputs.next();
        }
        _ => errors.at(&signature.ident, "an operation belongs to an object: begin with `&self`"),
    }
    match inputs.peek() {
        Some(FnArg::Typed(PatType { ty, .. })) if is_context(ty) => {
            inputs.next();
        }
        Some(other) => errors.at(other, CONTEXT),
        None => errors.at(&signature.ident, CONTEXT),
    }
    let arguments: Vec<_> = inputs.filter_map(|input| errors.keep(argument(input))).collect();
    if let Some((name, _)) = arguments.get(MOST_ARGUMENTS) {
        errors.at(name, "an operation has at most 16 arguments: make a struct of some");
    }
    arguments
}

fn argument(input: &FnArg) -> syn::Result<(Ident, Type)> {
    match input {
        FnArg::Receiver(receiver) => Err(syn::Error::new(receiver.span(), "`self` comes first")),
        FnArg::Typed(PatType { pat, ty, .. }) => {
            owned(ty, "an argument")?;
            match &**pat {
                Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                    Ok((name.ident.clone(), (**ty).clone()))
                }
                other => Err(syn::Error::new(
                    other.span(),
                    "the client's method has the same arguments: give this one a name",
                )),
            }
        }
    }
}

fn check_receiver(receiver: &Receiver, errors: &mut Errors) {
    if receiver.reference.is_none() {
        errors.at(receiver, "the object serves other calls too: take `&self`");
    } else if receiver.mutability.is_some() {
        errors.at(
            receiver,
            "the object may serve several calls at once: take `&self` and keep what changes in a \
             `Cell` or `RefCell`",
        );
    }
}

/// `OP-2`: nobody would receive what a one-way operation sends back.
fn check_one_way(
    options: &OperationOptions,
    outcome: &Outcome,
    output: &ReturnType,
    errors: &mut Errors,
) {
    if options.one_way.is_none() {
        return;
    }
    if outcome.value().is_some() {
        errors.at(output, "a one-way operation returns nothing: remove the result, or `one_way`");
    }
    if let Some((_, fault)) = options.faults.first() {
        errors.at(fault, "nobody would receive this fault: remove it, or `one_way`");
    }
    if let Some(action) = &options.reply_action {
        errors.at(action, "nobody would receive this reply: remove `reply_action`, or `one_way`");
    }
}

const CONTEXT: &str = "an operation learns about its call from the first argument after `&self`: \
                       add `at: &Context`";

/// What serde can read and write as a tuple.
const MOST_ARGUMENTS: usize = 16;
