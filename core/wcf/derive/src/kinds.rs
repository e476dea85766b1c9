//! An enum of classes is whichever of them a value has: the declared class first, then those that extend
//! it, which a value names (known types).

use crate::attributes::OfType;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, DeriveInput, Error, Fields, Ident, Result, Type, Variant};

pub(crate) fn expand(input: &DeriveInput, data: &DataEnum) -> Result<TokenStream> {
    let of = OfType::read(&input.attrs)?;
    let ident = &input.ident;
    if of.name.is_some() || of.namespace.is_some() || of.value_type || of.flags {
        let text = "it is no contract itself: the names are those of its classes";
        return Err(Error::new_spanned(ident, text));
    }
    let kinds = data.variants.iter().map(held).collect::<Result<Vec<_>>>()?;
    let [(declared, class), derived @ ..] = &kinds[..] else {
        return Err(Error::new_spanned(ident, "there is a class at least"));
    };
    let (others, classes): (Vec<_>, Vec<_>) = derived.iter().copied().unzip();
    let name =
        |ty: &Type| quote! { <#ty as ::sessionful_wcf::data::NamedContract>::contract_name() };
    let names = classes.iter().map(|ty| name(ty));
    let known = classes.iter().map(|ty| name(ty));
    Ok(quote! {
        impl ::sessionful_wcf::data::DataContract for #ident {
            fn to_datum(&self) -> ::sessionful_wcf::data::Datum {
                match self {
                    #ident::#declared(value) => {
                        ::sessionful_wcf::data::DataContract::to_datum(value)
                    }
                    #(#ident::#others(value) => ::sessionful_wcf::data::of_kind(
                        ::sessionful_wcf::data::DataContract::to_datum(value),
                        #names,
                    ),)*
                }
            }

            fn from_datum(
                datum: ::sessionful_wcf::data::Datum,
            ) -> ::core::result::Result<Self, ::sessionful_wcf::data::DataError> {
                let class = ::sessionful_wcf::data::class_of(&datum);
                #(if class == ::core::option::Option::Some(#known) {
                    return ::sessionful_wcf::data::DataContract::from_datum(datum)
                        .map(#ident::#others);
                })*
                ::sessionful_wcf::data::DataContract::from_datum(datum).map(#ident::#declared)
            }
        }

        impl ::sessionful_wcf::data::Describe for #ident {
            fn describe(
                schema: &mut ::sessionful_wcf::data::Schema,
            ) -> ::sessionful_wcf::data::Field {
                #(<#classes as ::sessionful_wcf::data::Describe>::describe(schema);)*
                <#class as ::sessionful_wcf::data::Describe>::describe(schema)
            }
        }
    })
}

/// The class in a variant.
fn held(variant: &Variant) -> Result<(&Ident, &Type)> {
    match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            Ok((&variant.ident, &fields.unnamed[0].ty))
        }
        _ => Err(Error::new_spanned(variant, "each variant holds one class, or none holds any")),
    }
}
