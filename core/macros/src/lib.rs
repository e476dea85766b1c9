//! `#[service_contract]`: a trait becomes a client, a dispatcher and a contract description.

use proc_macro::TokenStream;
use quote::quote;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Item, ItemTrait, Meta, Token, TraitItem, parse_quote};

mod contract;
mod errors;
mod expand;
mod names;
mod operation;
mod options;
mod types;

/// Makes a service contract of a trait: its methods are the operations.
///
/// ```
/// use sessionful::{Context, Failure, SessionMode, service_contract};
///
/// /// A calculator that keeps its sum for the length of a session.
/// #[service_contract(session = "required")]
/// pub trait Calculator {
///     /// Begins a session with a sum of zero.
///     #[operation(one_way)]
///     async fn clear(&self, at: &Context);
///
///     /// Adds to the sum.
///     #[operation(initiating = false, fault(Overflow))]
///     async fn add_to(&self, at: &Context, value: f64) -> Result<f64, Failure>;
///
///     /// Tells the sum and ends the session.
///     #[operation(initiating = false, terminating)]
///     async fn equals(&self, at: &Context) -> f64;
/// }
///
/// struct Pocket;
///
/// impl Calculator for Pocket {
///     async fn clear(&self, _: &Context) {}
///
///     async fn add_to(&self, _: &Context, value: f64) -> Result<f64, Failure> {
///         Ok(value)
///     }
///
///     async fn equals(&self, _: &Context) -> f64 {
///         0.0
///     }
/// }
///
/// let contract = calculator_contract();
/// assert_eq!(contract.session(), SessionMode::Required);
/// assert_eq!(contract.operations()[1].action, "Calculator/addTo");
/// let service = CalculatorService::new(Pocket); // a `Service`, for a host
/// # let _ = service;
/// ```
///
/// # What is written beside the trait
///
/// For a trait `Calculator`, as visible as the trait:
///
/// - the trait itself, each `async fn` turned into a function that returns a future. An `impl` may
///   write `async fn`;
/// - `CalculatorClient<C>`: calls the operations through any `Caller`, which is a proxy or the
///   callback channel of an operation. Each method takes the arguments without the context and
///   returns `Result<T, ProxyError>`;
/// - `CalculatorService<T>`: a `Service` that reads the arguments, calls a `T: Calculator` and
///   writes the result;
/// - `calculator_contract()`: the `Contract`, equal to one built by hand.
///
/// # Options of the contract
///
/// | option | meaning | unless given |
/// |---|---|---|
/// | `name = "..."` | its name, with which actions begin | the trait's name |
/// | `session = "..."` | `allowed`, `required` or `not_allowed` | `allowed` |
/// | `callback = path` | another `#[service_contract]` trait, served by the caller | none |
///
/// # Options of an operation
///
/// | `#[operation(...)]` | meaning | unless given |
/// |---|---|---|
/// | `one_way` | nothing comes back | it replies |
/// | `initiating = false` | it cannot be the first of a session | it can |
/// | `terminating` | it is the last of a session | it is not |
/// | `fault(A, B)` | names the details that its faults may carry | none |
/// | `name = "..."` | its name | the method's, `add_to` as `addTo` |
/// | `action = "..."` | what a message says to reach it; `*`: any other | `contract/name` |
/// | `reply_action = "..."` | what its reply says | the action and `Response` |
///
/// # Operations
///
/// A method is `async`, takes `&self`, then `&Context`, then up to 16 owned arguments that serde
/// can read and write. It returns a value, nothing, or `Result<T, E>` where `E` becomes a
/// `Failure`; the macro sees text only, so `Result` must be written out and not be an alias.
///
/// The body of a request is the JSON array of the arguments (`[1,2]`, `[]`), the body of a reply
/// is the JSON value of the result, or empty where there is none; the JavaScript API does the
/// same. Arguments that cannot be read are answered with the fault `DeserializationFailed`.
#[proc_macro_attribute]
pub fn service_contract(options: TokenStream, item: TokenStream) -> TokenStream {
    let expanded = syn::parse(item).and_then(|item| match item {
        Item::Trait(item) => Ok(expand_trait(options, item)),
        other => Err(syn::Error::new_spanned(
            other,
            "#[service_contract] goes on a trait: its methods are the operations",
        )),
    });
    expanded.unwrap_or_else(syn::Error::into_compile_error).into()
}

fn expand_trait(options: TokenStream, item: ItemTrait) -> proc_macro2::TokenStream {
    let contract = Punctuated::<Meta, Token![,]>::parse_terminated
        .parse(options)
        .and_then(|options| contract::Contract::read(options, item.clone()));
    match contract {
        Ok(contract) => expand::contract(&contract),
        Err(mistakes) => {
            let mistakes = mistakes.into_compile_error();
            let bare = bare(item);
            quote!(#mistakes #bare)
        }
    }
}

/// The trait alone, so that its mistakes do not make its users look wrong as well.
fn bare(mut item: ItemTrait) -> ItemTrait {
    for item in &mut item.items {
        if let TraitItem::Fn(method) = item {
            method.attrs.retain(|attribute| !attribute.path().is_ident("operation"));
        }
    }
    item.attrs.push(parse_quote!(#[allow(async_fn_in_trait, dead_code)]));
    item
}
