//! What is written beside the trait.
//!
//! The code is as small as it can be: everything that does not depend on a type is a function in
//! `sessionful::generated`.

use crate::contract::Contract;
use crate::names::snake;
use crate::operation::Operation;
use crate::options::Session;
use crate::types::Outcome;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Ident, LitInt, Path, Type};

/// The trait, its client, its dispatcher and its description.
pub(crate) fn contract(contract: &Contract) -> TokenStream {
    let parts = [the_trait, client, service, description];
    parts.iter().map(|part| part(contract)).collect()
}

fn the_trait(contract: &Contract) -> TokenStream {
    let Contract { attributes, visibility, ident, supertraits, operations, .. } = contract;
    let methods = operations.iter().map(|operation| {
        let Operation { attributes, signature, .. } = operation;
        let (name, inputs) = (&signature.ident, &signature.inputs);
        let output = match &signature.output {
            syn::ReturnType::Default => quote!(()),
            syn::ReturnType::Type(_, ty) => quote!(#ty),
        };
        quote! {
            #(#attributes)*
            fn #name(#inputs) -> impl ::core::future::Future<Output = #output>;
        }
    });
    quote! {
        #(#attributes)*
        #visibility trait #ident: #supertraits {
            #(#methods)*
        }
    }
}

fn client(contract: &Contract) -> TokenStream {
    let Contract { visibility, ident, operations, .. } = contract;
    let client = format_ident!("{}Client", ident.unraw());
    let doc = format!(
        "Calls [`{ident}`] through anything that makes calls: a proxy, or the callback channel of \
         an operation."
    );
    let methods =
        operations.iter().enumerate().map(|(index, op)| client_method(contract, index, op));
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug)]
        #[allow(dead_code, reason = "a contract may be used at one end only")]
        #visibility struct #client<C> {
            caller: C,
        }

        #[allow(dead_code, clippy::too_many_arguments, reason = "as the trait has it")]
        impl<C: ::sessionful::Caller> #client<C> {
            /// A client that calls through `caller`.
            #visibility fn new(caller: C) -> Self {
                Self { caller }
            }

            #(#methods)*
        }
    }
}

fn client_method(contract: &Contract, index: usize, operation: &Operation) -> TokenStream {
    let visibility = &contract.visibility;
    let (method, name) = (&operation.signature.ident, operation.name());
    let mut docs: Vec<_> =
        operation.attributes.iter().filter(|a| a.path().is_ident("doc")).cloned().collect();
    if docs.is_empty() {
        let doc = format!("Calls the operation `{name}`.");
        docs.push(syn::parse_quote!(#[doc = #doc]));
    }
    let (names, types): (Vec<_>, Vec<_>) =
        operation.arguments.iter().map(|(name, ty)| (name, ty)).unzip();
    let arguments = match names.as_slice() {
        [] => quote!([(); 0]),
        names => quote_spanned!(at(method)=> (#(#names,)*)),
    };
    let position = position(index);
    let value = operation.outcome.value().map_or_else(|| quote!(()), |ty| quote!(#ty));
    let write = quote_spanned! {
        at(method)=> ::sessionful::generated::write_arguments(#name, &#arguments)?
    };
    let read = if operation.options.one_way.is_some() {
        quote!(reply.map(|_| ()))
    } else {
        quote_spanned!(at(&value)=> ::sessionful::generated::read_reply(#name, &reply?))
    };
    quote! {
        #(#docs)*
        #visibility async fn #method(
            &self,
            #(#names: #types),*
        ) -> ::core::result::Result<#value, ::sessionful::ProxyError> {
            let body = #write;
            let operation = ::sessionful::ids::OperationId(#position);
            let reply = ::sessionful::Caller::call(&self.caller, operation, body).await;
            #read
        }
    }
}

fn service(contract: &Contract) -> TokenStream {
    let Contract { visibility, ident, callback, .. } = contract;
    let service = format_ident!("{}Service", ident.unraw());
    let doc = format!("Serves [`{ident}`] from messages; hand it to a host.");
    let calls_back = callback.is_some();
    let dispatch = dispatch(contract, &service);
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug)]
        #[allow(dead_code, reason = "a contract may be used at one end only")]
        #visibility struct #service<T> {
            service: T,
        }

        #[allow(dead_code, reason = "a contract may be used at one end only")]
        impl<T> #service<T> {
            #[doc(hidden)]
            #visibility const CALLS_BACK: bool = #calls_back;

            /// Serves from this object.
            #visibility fn new(service: T) -> Self {
                Self { service }
            }
        }

        #dispatch
    }
}

fn dispatch(contract: &Contract, service: &Ident) -> TokenStream {
    let Contract { ident, name, operations, .. } = contract;
    let arms = operations.iter().enumerate().map(|(index, op)| service_arm(ident, index, op));
    quote! {
        impl<T: #ident + 'static> ::sessionful::Service for #service<T> {
            fn call(
                self: ::sessionful::generated::Rc<Self>,
                at: ::sessionful::Context,
                operation: ::sessionful::ids::OperationId,
                body: ::sessionful::generated::Bytes,
            ) -> ::sessionful::generated::Reply {
                ::sessionful::generated::Box::pin(async move {
                    match operation.0 {
                        #(#arms)*
                        _ => ::sessionful::generated::unknown(#name, operation),
                    }
                })
            }
        }
    }
}

fn service_arm(contract: &Ident, index: usize, operation: &Operation) -> TokenStream {
    let (method, name) = (&operation.signature.ident, operation.name());
    let types: Vec<&Type> = operation.arguments.iter().map(|(_, ty)| ty).collect();
    let tuple = if types.is_empty() { quote!([(); 0]) } else { quote!((#(#types,)*)) };
    let binding = if types.is_empty() { quote!(_) } else { quote!(arguments) };
    let places = (0..types.len()).map(syn::Index::from);
    let position = position(index);
    let call = quote_spanned! {
        at(method)=> <T as #contract>::#method(&self.service, &at, #(arguments.#places),*).await
    };
    let here = at(&operation.signature.output);
    let read = quote_spanned!(at(method)=> ::sessionful::generated::read_arguments(#name, &body)?);
    let call = match &operation.outcome {
        Outcome::Unit | Outcome::Value(_) => call,
        Outcome::Fallible(_) => quote_spanned! {
            here=> #call.map_err(::core::convert::Into::<::sessionful::Failure>::into)?
        },
    };
    let reply = match operation.outcome.value() {
        None => quote!(#call; ::sessionful::generated::done()),
        Some(_) => quote_spanned!(here=> ::sessionful::generated::write_reply(#name, &#call)),
    };
    quote! {
        #position => {
            let #binding: #tuple = #read;
            #reply
        }
    }
}

fn description(contract: &Contract) -> TokenStream {
    let Contract { visibility, ident, name, session, callback, operations, .. } = contract;
    let function = format_ident!("{}_contract", snake(&ident.unraw().to_string()));
    let doc = format!("What [`{ident}`] promises, as both ends must know it.");
    let session = match session {
        Session::Allowed => quote!(Allowed),
        Session::Required => quote!(Required),
        Session::NotAllowed => quote!(NotAllowed),
    };
    let operations = operations.iter().map(describe);
    let add_callback = callback.as_ref().map(|path| {
        let its_contract = beside(path, |name| format!("{}_contract", snake(name)));
        quote_spanned!(at(path)=> .callback(::sessionful::generated::draft(&#its_contract())))
    });
    let check_callback = callback.as_ref().map(|path| check_callback(path, name));
    quote! {
        #[doc = #doc]
        #[allow(dead_code, reason = "a contract may be used at one end only")]
        #visibility fn #function() -> ::sessionful::Contract {
            ::sessionful::generated::contract(
                ::sessionful::Contract::new(#name)
                    .session(::sessionful::SessionMode::#session)
                    #(.operation(#operations))*
                    #add_callback
            )
        }

        #check_callback
    }
}

fn describe(operation: &Operation) -> TokenStream {
    let (name, options) = (operation.name(), &operation.options);
    let action = options.action.as_ref().map(|action| quote!(.action(#action)));
    let reply_action = options.reply_action.as_ref().map(|action| quote!(.reply_action(#action)));
    let one_way = options.one_way.as_ref().map(|_| quote!(.one_way()));
    let not_initiating = options.not_initiating.as_ref().map(|_| quote!(.not_initiating()));
    let terminating = options.terminating.as_ref().map(|_| quote!(.terminating()));
    let faults = options.faults.iter().map(|(kind, _)| quote!(.fault(#kind)));
    quote! {
        ::sessionful::Operation::new(#name)
            #action #reply_action #one_way #not_initiating #terminating #(#faults)*
    }
}

/// A macro sees one trait only, so the compiler must look at what the callback contract says.
fn check_callback(path: &Path, contract: &str) -> TokenStream {
    let its_service = beside(path, |name| format!("{name}Service"));
    let message = format!(
        "the callback contract of {contract} has a callback contract of its own: remove that"
    );
    quote_spanned!(path.span()=> const _: () = assert!(!#its_service::<()>::CALLS_BACK, #message);)
}

/// The path of something that was written beside the trait at `path`.
fn beside(path: &Path, rename: impl Fn(&str) -> String) -> Path {
    let mut path = path.clone();
    if let Some(last) = path.segments.last_mut() {
        last.ident = Ident::new(&rename(&last.ident.unraw().to_string()), last.ident.span());
    }
    path
}

/// Written by us, but a mistake of types is to be shown there. (Without the first half, lints would
/// take the code for the user's.)
fn at(tokens: &impl Spanned) -> Span {
    Span::call_site().located_at(tokens.span())
}

fn position(index: usize) -> LitInt {
    LitInt::new(&format!("{index}u16"), Span::call_site())
}
