//! What stands in the parentheses of `#[service_contract(...)]` and `#[operation(...)]`.

use crate::errors::Errors;
use crate::names::closest;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, LitStr, Meta, Path, Token};

/// The options of a contract.
#[derive(Default)]
pub(crate) struct ContractOptions {
    pub(crate) name: Option<LitStr>,
    pub(crate) session: Session,
    pub(crate) callback: Option<Path>,
}

/// Whether a contract needs a session.
#[derive(Default, Clone, Copy, PartialEq)]
pub(crate) enum Session {
    #[default]
    Allowed,
    Required,
    NotAllowed,
}

impl ContractOptions {
    pub(crate) fn read(metas: Punctuated<Meta, Token![,]>, errors: &mut Errors) -> Self {
        const KNOWN: &[&str] = &["name", "session", "callback"];
        let mut options = ContractOptions::default();
        for meta in known_once(metas, "a contract", KNOWN, errors) {
            if meta.path().is_ident("name") {
                options.name = errors.keep(text(&meta));
            } else if meta.path().is_ident("session") {
                options.session = errors.keep(session(&meta)).unwrap_or_default();
            } else {
                options.callback = errors.keep(path(&meta));
            }
        }
        options
    }
}

/// The options of an operation. Those that may contradict others keep where they stand.
#[derive(Default)]
pub(crate) struct OperationOptions {
    pub(crate) name: Option<LitStr>,
    pub(crate) action: Option<LitStr>,
    pub(crate) reply_action: Option<LitStr>,
    pub(crate) one_way: Option<Meta>,
    pub(crate) not_initiating: Option<Meta>,
    pub(crate) terminating: Option<Meta>,
    pub(crate) faults: Vec<(String, Meta)>,
}

impl OperationOptions {
    pub(crate) fn read(metas: Punctuated<Meta, Token![,]>, errors: &mut Errors) -> Self {
        const KNOWN: &[&str] =
            &["one_way", "initiating", "terminating", "fault", "name", "action", "reply_action"];
        let mut options = OperationOptions::default();
        for meta in known_once(metas, "an operation", KNOWN, errors) {
            options.set(meta, errors);
        }
        options
    }

    fn set(&mut self, meta: Meta, errors: &mut Errors) {
        let is = |name: &str| meta.path().is_ident(name);
        if is("name") {
            self.name = errors.keep(text(&meta));
        } else if is("action") {
            self.action = errors.keep(text(&meta));
        } else if is("reply_action") {
            self.reply_action = errors.keep(text(&meta));
        } else if is("fault") {
            self.faults = errors.keep(faults(&meta)).unwrap_or_default();
        } else if let Some(on) = errors.keep(switch(&meta)) {
            let (slot, set_when) = if is("one_way") {
                (&mut self.one_way, true)
            } else if is("terminating") {
                (&mut self.terminating, true)
            } else {
                (&mut self.not_initiating, false)
            };
            *slot = (on == set_when).then_some(meta);
        }
    }
}

/// The options that exist, each once; mistakes are told for the others.
fn known_once(
    metas: Punctuated<Meta, Token![,]>,
    whose: &str,
    known: &[&str],
    errors: &mut Errors,
) -> Vec<Meta> {
    let mut found: Vec<Meta> = Vec::new();
    for meta in metas {
        if !known.iter().any(|name| meta.path().is_ident(name)) {
            errors.at(meta.path(), unknown(meta.path(), whose, known));
        } else if found.iter().any(|before| before.path().get_ident() == meta.path().get_ident()) {
            errors.at(&meta, "this option is given twice: leave one");
        } else {
            found.push(meta);
        }
    }
    found
}

fn unknown(path: &Path, whose: &str, known: &[&str]) -> String {
    let name = path.segments.iter().map(|segment| segment.ident.to_string());
    let name = name.collect::<Vec<_>>().join("::");
    let known_names = known.join("`, `");
    match closest(&name, known) {
        Some(meant) => {
            format!("unknown option `{name}`: did you mean `{meant}`? {whose} has `{known_names}`")
        }
        None => format!("unknown option `{name}`: {whose} has `{known_names}`"),
    }
}

fn value(meta: &Meta) -> Option<&Expr> {
    match meta {
        Meta::NameValue(pair) => Some(&pair.value),
        Meta::Path(_) | Meta::List(_) => None,
    }
}

fn text(meta: &Meta) -> syn::Result<LitStr> {
    match value(meta) {
        Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) if !text.value().is_empty() => {
            Ok(text.clone())
        }
        _ => Err(wrong(meta, "a text that is not empty", "\"...\"")),
    }
}

fn switch(meta: &Meta) -> syn::Result<bool> {
    match (meta, value(meta)) {
        (Meta::Path(_), _) => Ok(true),
        (_, Some(Expr::Lit(ExprLit { lit: Lit::Bool(on), .. }))) => Ok(on.value),
        _ => Err(wrong(meta, "`true` or `false`", "false")),
    }
}

fn session(meta: &Meta) -> syn::Result<Session> {
    const HOW: &str = "`\"allowed\"`, `\"required\"` or `\"not_allowed\"`";
    let text = text(meta).map_err(|_| wrong(meta, HOW, "\"required\""))?;
    match text.value().as_str() {
        "allowed" => Ok(Session::Allowed),
        "required" => Ok(Session::Required),
        "not_allowed" => Ok(Session::NotAllowed),
        other => {
            Err(syn::Error::new(text.span(), format!("no session mode is `{other}`: it is {HOW}")))
        }
    }
}

fn path(meta: &Meta) -> syn::Result<Path> {
    match value(meta) {
        Some(Expr::Path(expr)) if expr.qself.is_none() && has_no_arguments(&expr.path) => {
            Ok(expr.path.clone())
        }
        Some(other) => Err(syn::Error::new(
            other.span(),
            "the callback is the path of a #[service_contract] trait: write `callback = \
             HelloCallback`, without quotes",
        )),
        None => Err(wrong(meta, "the path of a #[service_contract] trait", "HelloCallback")),
    }
}

fn has_no_arguments(path: &Path) -> bool {
    path.segments.iter().all(|segment| segment.arguments.is_none())
}

fn faults(meta: &Meta) -> syn::Result<Vec<(String, Meta)>> {
    let Meta::List(list) = meta else {
        return Err(syn::Error::new(meta.span(), "name the details: write `fault(DivideByZero)`"));
    };
    let kinds = list.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)?;
    let mut faults: Vec<(String, Meta)> = Vec::new();
    for kind in kinds {
        let name = kind.segments.last().map(|segment| segment.ident.to_string());
        let name = name.unwrap_or_default();
        if faults.iter().any(|(before, _)| *before == name) {
            return Err(syn::Error::new(
                kind.span(),
                format!("`{name}` is declared twice: leave one"),
            ));
        }
        faults.push((name, meta.clone()));
    }
    Ok(faults)
}

fn wrong(meta: &Meta, expected: &str, example: &str) -> syn::Error {
    let name = meta.path().segments.last().map(|segment| segment.ident.to_string());
    let name = name.unwrap_or_default();
    let message = format!("`{name}` takes {expected}: write `{name} = {example}`");
    syn::Error::new(value(meta).map_or_else(|| meta.span(), Spanned::span), message)
}
