//! An enum without contents is an enumeration.

use crate::attributes::{OfMember, OfType};
use crate::class::plain;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, DeriveInput, Error, Result};

pub(crate) fn expand(input: &DeriveInput, data: &DataEnum) -> Result<TokenStream> {
    let of = OfType::read(&input.attrs)?;
    let ident = &input.ident;
    if of.value_type || data.variants.is_empty() {
        let text = "an enumeration is a value type anyway, and has values";
        return Err(Error::new_spanned(ident, text));
    }
    let (name, namespace) = (of.name.clone().unwrap_or_else(|| plain(ident)), of.namespace());
    let mut named = Vec::new();
    for variant in &data.variants {
        let of = OfMember::read(&variant.attrs)?;
        if of.order.is_some() || of.required || of.skip_default || of.base {
            return Err(Error::new_spanned(variant, "a value of an enumeration has a name only"));
        }
        named.push((&variant.ident, of.name.unwrap_or_else(|| plain(&variant.ident))));
    }
    let (variants, names): (Vec<_>, Vec<_>) = named.into_iter().unzip();
    let (flags, shown) = (of.flags, plain(ident));
    Ok(quote! {
        impl ::sessionful_wcf::data::Enumerated for #ident {
            fn wire_name(&self) -> &'static str {
                match self { #(#ident::#variants => #names,)* }
            }

            fn from_wire_name(
                name: &str,
            ) -> ::core::result::Result<Self, ::sessionful_wcf::data::DataError> {
                match name {
                    #(#names => ::core::result::Result::Ok(#ident::#variants),)*
                    other => ::core::result::Result::Err(
                        ::sessionful_wcf::data::unknown_name(other, #shown),
                    ),
                }
            }
        }

        impl ::sessionful_wcf::data::DataContract for #ident {
            fn to_datum(&self) -> ::sessionful_wcf::data::Datum {
                ::sessionful_wcf::data::Datum::Enum(::std::vec![
                    ::sessionful_wcf::data::Enumerated::wire_name(self).into()
                ])
            }

            fn from_datum(
                datum: ::sessionful_wcf::data::Datum,
            ) -> ::core::result::Result<Self, ::sessionful_wcf::data::DataError> {
                match &::sessionful_wcf::data::names_of(datum)?[..] {
                    [name] => <Self as ::sessionful_wcf::data::Enumerated>::from_wire_name(name),
                    _ => ::core::result::Result::Err(
                        ::sessionful_wcf::data::unknown_name("several, or none", #shown),
                    ),
                }
            }
        }

        impl ::sessionful_wcf::data::NamedContract for #ident {
            fn contract_name() -> ::sessionful_wcf::xml::Name {
                ::sessionful_wcf::xml::Name::new(#namespace, #name)
            }
        }

        impl ::sessionful_wcf::data::Describe for #ident {
            fn describe(
                schema: &mut ::sessionful_wcf::data::Schema,
            ) -> ::sessionful_wcf::data::Field {
                let name = <Self as ::sessionful_wcf::data::NamedContract>::contract_name();
                let values = ::std::vec![#((#names.into(), #ident::#variants as i64)),*];
                let known = ::sessionful_wcf::data::Enumeration { values, flags: #flags };
                let ty = schema.define(name, ::sessionful_wcf::data::Definition::Enumeration(known));
                ::sessionful_wcf::data::Field::new(ty).not_null()
            }
        }
    })
}
