//! [`section!`], which declares a section of the model once.

/// What is said of a key of a section, for pages made from the code.
#[derive(Clone, Copy, Debug)]
pub struct FieldDoc {
    /// The key.
    pub key: &'static str,
    /// The field's Rust type, as written.
    pub rust: &'static str,
    /// Its documentation.
    pub doc: &'static str,
}

/// Declares a section of the model: the struct, its reader, its schema, its keys and what is said of them.
///
/// Field types decide what is required: `Option`, `Vec` and `IndexMap` fields may be missing, [`Spanned`] ones may
/// not. `field("key"): T` names the YAML key where it is not the field's name.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $what:literal struct $name:ident {
            $($(#[doc = $doc:literal])+ $field:ident $(($key:literal))? : $type:ty,)*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, serde::Serialize)]
        pub struct $name {
            $(
                $(#[doc = $doc])+
                $(#[serde(rename = $key)])?
                #[serde(skip_serializing_if = "crate::yaml::typed::is_absent")]
                pub $field: $type,
            )*
        }

        impl $name {
            /// The keys of the section, in the order of its documentation.
            pub const KEYS: &'static [&'static str] = &[$(section!(@key $field $($key)?),)*];

            /// The keys with their documentation.
            pub const FIELDS: &'static [crate::yaml::typed::FieldDoc] = &[$(
                crate::yaml::typed::FieldDoc {
                    key: section!(@key $field $($key)?),
                    rust: stringify!($type),
                    doc: concat!($($doc),+),
                },
            )*];

            /// Reads the known keys of `map`, which stands at `span`, and leaves unknown ones to the caller.
            pub fn read(
                map: &impl crate::yaml::Entries,
                span: crate::source::Span,
                typer: &mut crate::yaml::typed::Typer<'_>,
            ) -> Option<Self> {
                $(
                    let $field = {
                        let key = section!(@key $field $($key)?);
                        let node = map.entry(key).map(|entry| &entry.value);
                        let required = <$type as crate::yaml::typed::Field>::REQUIRED;
                        if required
                            && node.is_none()
                            && crate::yaml::typed::is_misspelt(map, key, Self::KEYS)
                        {
                            None
                        } else {
                            <$type as crate::yaml::typed::Field>::field(span, key, node, typer)
                        }
                    };
                )*
                Some(Self { $($field: $field?,)* })
            }

            /// Adds the section's keys to a map's schema.
            pub fn describe(
                map: crate::yaml::schema::Schema,
                place: crate::yaml::schema::Place,
            ) -> crate::yaml::schema::Schema {
                map$(.key::<$type>(place, section!(@key $field $($key)?), concat!($($doc),+)))*
            }
        }

        impl crate::yaml::typed::FromNode for $name {
            fn from_node(
                node: &crate::yaml::Node,
                typer: &mut crate::yaml::typed::Typer<'_>,
            ) -> Option<Self> {
                let map = typer.map(node, $what)?;
                typer.unknown_keys(map, Self::KEYS, $what);
                Self::read(map, node.span, typer)
            }

            fn schema(place: crate::yaml::schema::Place) -> crate::yaml::schema::Schema {
                Self::describe(crate::yaml::schema::Schema::map(concat!($($about),+)), place)
            }
        }
    };
    (@key $field:ident $key:literal) => { $key };
    (@key $field:ident) => { stringify!($field) };
}
pub(crate) use section;
