//! `#[derive(DataContract)]`: Rust types as data contracts of WCF.
//!
//! | module        | idea                                                             |
//! |---------------|------------------------------------------------------------------|
//! | `attributes`  | what is said in `#[data_contract(...)]`                          |
//! | `class`       | a struct with named fields is a class                            |
//! | `enumeration` | an enum without contents is an enumeration                       |
//! | `kinds`       | an enum of classes is whichever of them a value has              |

mod attributes;
mod class;
mod enumeration;
mod kinds;

use proc_macro::TokenStream;
use syn::{Data, DeriveInput, Error, Fields, Result, parse_macro_input};

/// Makes a Rust type a data contract: its values can be written and read, and its description can be put
/// into a schema.
///
/// | Rust | contract |
/// |---|---|
/// | a struct with named fields | a class; `Option<T>` is what may be null |
/// | an enum without contents | an enumeration; `Flags<T>` is any number of its names |
/// | an enum whose variants hold a class each | the first class, or one of those that extend it (known types) |
///
/// On a type:
///
/// | attribute | meaning | if it is not there |
/// |---|---|---|
/// | `name = "..."` | its name | that of the Rust type |
/// | `namespace = "..."` | its namespace | that of a contract without CLR namespace |
/// | `clr = "..."` | its CLR namespace, of which .NET makes one of XML | |
/// | `value_type` | a struct of .NET, of which there is no null | a class |
/// | `flags` | several names may be given (enumerations) | one name |
///
/// On a member or a variant of an enumeration:
///
/// | attribute | meaning | if it is not there |
/// |---|---|---|
/// | `name = "..."` | its name | that of the field as .NET would write it: `a_name` is `AName` |
/// | `order = 1` | `DataMember.Order` | before those that have one |
/// | `required` | `DataMember.IsRequired` | a member that is missing has the default of its type |
/// | `skip_default` | `EmitDefaultValue = false` | defaults are written |
/// | `base` | the field is the class that this one extends | |
///
/// A struct needs `Default`, for the members that are not there.
///
/// ```
/// use sessionful_wcf::data::{DataContract, Datum, Describe, Flags, Part, Schema, Wrapper};
/// use sessionful_wcf::xml::Name;
///
/// #[derive(DataContract, Clone, Debug, Default, PartialEq)]
/// #[data_contract(namespace = "urn:shapes")]
/// struct Shape {
///     #[data_contract(order = 1, required)]
///     id: i32,
///     #[data_contract(order = 2)]
///     name: Option<String>,
///     colors: Flags<Color>,
/// }
///
/// #[derive(DataContract, Clone, Copy, Debug, PartialEq)]
/// #[data_contract(namespace = "urn:shapes", flags)]
/// enum Color {
///     Red = 1,
///     #[data_contract(name = "Verde")]
///     Green = 2,
/// }
///
/// #[derive(DataContract, Clone, Debug, Default, PartialEq)]
/// #[data_contract(namespace = "urn:shapes")]
/// struct Circle {
///     #[data_contract(base)]
///     shape: Shape,
///     radius: f64,
/// }
///
/// #[derive(DataContract, Clone, Debug, PartialEq)]
/// enum AnyShape {
///     Shape(Shape),
///     Circle(Circle),
/// }
///
/// let mut schema = Schema::default();
/// let draw = Wrapper::new(
///     Name::new("http://tempuri.org/", "Draw"),
///     [Part::new("shape", AnyShape::describe(&mut schema))],
/// );
/// let shape = Shape { id: 1, name: None, colors: Flags(vec![Color::Red, Color::Green]) };
/// let circle = AnyShape::Circle(Circle { shape, radius: 2.0 });
/// let body = schema.write_body(&draw, &[("shape".into(), circle.to_datum())])?;
/// let Some((_, datum)) = schema.read_body(&draw, &body)?.pop() else { panic!("no part") };
/// assert_eq!(AnyShape::from_datum(datum)?, circle);
/// # Ok::<(), sessionful_wcf::data::DataError>(())
/// ```
#[proc_macro_derive(DataContract, attributes(data_contract))]
pub fn data_contract(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> Result<proc_macro2::TokenStream> {
    if let Some(parameter) = input.generics.params.first() {
        let text = "a contract has no parameters: write a type for each";
        return Err(Error::new_spanned(parameter, text));
    }
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => class::expand(input, fields),
            _ => Err(Error::new_spanned(&input.ident, "a class has members with names")),
        },
        Data::Enum(data) if data.variants.iter().all(|one| one.fields.is_empty()) => {
            enumeration::expand(input, data)
        }
        Data::Enum(data) => kinds::expand(input, data),
        Data::Union(_) => Err(Error::new_spanned(&input.ident, "a union is no contract")),
    }
}

#[cfg(test)]
mod tests {
    use super::expand;

    /// What is said about a type that is no contract.
    fn refusal(source: &str) -> String {
        let input = syn::parse_str(source).expect("the example is Rust");
        expand(&input).expect_err("it is refused").to_string()
    }

    #[test]
    fn what_is_no_contract_is_refused_with_advice() {
        for (source, says) in [
            ("struct A<T> { a: T }", "no parameters"),
            ("struct A(i32);", "members with names"),
            ("union A { a: i32 }", "no contract"),
            ("enum A {}", "has values"),
            ("enum A { B(i32), C }", "each variant holds one class"),
            ("enum A { B(i32, i32) }", "each variant holds one class"),
            ("#[data_contract(name = \"\")] struct A { a: i32 }", "not empty"),
            ("#[data_contract(nmae = \"B\")] struct A { a: i32 }", "expected name, namespace"),
            ("#[data_contract(flags)] struct A { a: i32 }", "only enumerations"),
            ("#[data_contract(flags)] enum A { B(C) }", "no contract itself"),
            ("struct A { #[data_contract(first)] a: i32 }", "expected name, order"),
            ("struct A { #[data_contract(order = \"1\")] a: i32 }", "expected integer"),
            ("struct A { #[data_contract(base, order = 1)] a: B }", "no member"),
            (
                "struct A { #[data_contract(base)] a: B, #[data_contract(base)] b: C }",
                "at most one",
            ),
            ("enum A { #[data_contract(order = 1)] B }", "has a name only"),
        ] {
            let said = refusal(source);
            assert!(said.contains(says), "{source}: {said}");
        }
    }
}
