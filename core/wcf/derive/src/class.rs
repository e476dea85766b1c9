//! A struct with named fields is a class.

use crate::attributes::{OfMember, OfType};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{DeriveInput, Error, Field, FieldsNamed, Ident, Result, Type};

struct Member<'a> {
    field: &'a Ident,
    ty: &'a Type,
    name: String,
    of: OfMember,
}

pub(crate) fn expand(input: &DeriveInput, fields: &FieldsNamed) -> Result<TokenStream> {
    let of = OfType::read(&input.attrs)?;
    if of.flags {
        return Err(Error::new_spanned(&input.ident, "only enumerations have flags"));
    }
    let all = fields.named.iter().map(Member::new).collect::<Result<Vec<_>>>()?;
    let (bases, members): (Vec<_>, Vec<_>) = all.iter().partition(|member| member.of.base);
    if let [_, second, ..] = &bases[..] {
        return Err(Error::new_spanned(second.field, "a class extends at most one other"));
    }
    let base = bases.first().copied();
    let ident = &input.ident;
    let (name, namespace) = (of.name.clone().unwrap_or_else(|| plain(ident)), of.namespace());
    let (to, from) = (to_datum(base, &members), from_datum(base, &members));
    let describe = describe(base, &members, of.value_type);
    Ok(quote! {
        impl ::sessionful_wcf::data::DataContract for #ident {
            #to
            #from
        }

        impl ::sessionful_wcf::data::NamedContract for #ident {
            fn contract_name() -> ::sessionful_wcf::xml::Name {
                ::sessionful_wcf::xml::Name::new(#namespace, #name)
            }
        }

        impl ::sessionful_wcf::data::Describe for #ident {
            #describe
        }
    })
}

impl<'a> Member<'a> {
    fn new(field: &'a Field) -> Result<Member<'a>> {
        let of = OfMember::read(&field.attrs)?;
        let ident = field.ident.as_ref();
        let ident = ident.ok_or_else(|| Error::new_spanned(field, "a member has a name"))?;
        if of.base && (of.name.is_some() || of.order.is_some() || of.required || of.skip_default) {
            return Err(Error::new_spanned(ident, "a base class is no member, and has no options"));
        }
        let name = of.name.clone().unwrap_or_else(|| pascal(&plain(ident)));
        Ok(Member { field: ident, ty: &field.ty, name, of })
    }
}

/// The members of the base class come first.
fn to_datum(base: Option<&Member<'_>>, members: &[&Member<'_>]) -> TokenStream {
    let inherited = base.map(|base| {
        let field = base.field;
        quote! { members.extend(::sessionful_wcf::data::Members::new(
            ::sessionful_wcf::data::DataContract::to_datum(&self.#field),
        ).map(::sessionful_wcf::data::Members::into_all).unwrap_or_default()); }
    });
    let pushes = members.iter().map(|Member { field, ty, name, of }| {
        let push = quote! { members.push((
            #name.into(),
            ::sessionful_wcf::data::DataContract::to_datum(&self.#field),
        )); };
        match of.skip_default {
            true => {
                quote! { if self.#field != <#ty as ::core::default::Default>::default() { #push } }
            }
            false => push,
        }
    });
    quote! {
        fn to_datum(&self) -> ::sessionful_wcf::data::Datum {
            let mut members = ::std::vec::Vec::new();
            #inherited
            #(#pushes)*
            ::sessionful_wcf::data::Datum::Object(::sessionful_wcf::data::Object {
                class: ::core::option::Option::None,
                members,
            })
        }
    }
}

fn from_datum(base: Option<&Member<'_>>, members: &[&Member<'_>]) -> TokenStream {
    let inherited = base.map(|base| {
        let field = base.field;
        // A class takes what it knows and leaves the rest.
        quote! { #field: ::sessionful_wcf::data::DataContract::from_datum(datum.clone())?, }
    });
    let takes = members.iter().map(|Member { field, name, .. }| {
        quote! { #field: members.take(#name)?, }
    });
    // A class without members of its own takes none.
    let mutable = (!members.is_empty()).then(|| quote! { mut });
    let used = members.is_empty().then(|| quote! { let _ = &members; });
    let copy = match base {
        Some(_) => quote! { ::sessionful_wcf::data::Members::new(datum.clone())? },
        None => quote! { ::sessionful_wcf::data::Members::new(datum)? },
    };
    quote! {
        fn from_datum(
            datum: ::sessionful_wcf::data::Datum,
        ) -> ::core::result::Result<Self, ::sessionful_wcf::data::DataError> {
            let #mutable members = #copy;
            #used
            ::core::result::Result::Ok(Self { #inherited #(#takes)* })
        }
    }
}

/// A class may hold itself: it is in the schema before its members are looked at.
fn describe(base: Option<&Member<'_>>, members: &[&Member<'_>], value_type: bool) -> TokenStream {
    let extends = base.map(|base| {
        let ty = base.ty;
        quote! {
            <#ty as ::sessionful_wcf::data::Describe>::describe(schema);
            let class = class.extends(
                <#ty as ::sessionful_wcf::data::NamedContract>::contract_name(),
            );
        }
    });
    let adds = members.iter().map(|Member { ty, name, of, .. }| {
        let field = quote! { <#ty as ::sessionful_wcf::data::Describe>::describe(schema) };
        let add = match of.order {
            Some(order) => quote! { let class = class.ordered(#name, field, #order); },
            None => quote! { let class = class.member(#name, field); },
        };
        let required = of.required.then(|| quote! { let class = class.required(); });
        quote! { let field = #field; #add #required }
    });
    let value_type_call = value_type.then(|| quote! { let class = class.value_type(); });
    let null = match value_type {
        true => quote! { not_null },
        false => quote! { nullable },
    };
    quote! {
        fn describe(
            schema: &mut ::sessionful_wcf::data::Schema,
        ) -> ::sessionful_wcf::data::Field {
            let name = <Self as ::sessionful_wcf::data::NamedContract>::contract_name();
            if schema.get(&name).is_none() {
                schema.class(name.clone(), ::sessionful_wcf::data::Class::default());
                let class = ::sessionful_wcf::data::Class::contract();
                #extends
                #(#adds)*
                #value_type_call
                schema.class(name.clone(), class.build());
            }
            ::sessionful_wcf::data::Field::new(::sessionful_wcf::data::Type::Named(name)).#null()
        }
    }
}

/// A name without what Rust puts before keywords.
pub(crate) fn plain(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// `a_name` -> `AName`.
fn pascal(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    name.split('_').filter_map(capital).collect()
}
