//! The typed lab: what a site says, checked one value at a time.
//!
//! Owns the keys of every section, their types and their meaning in libvirt's and the installers' words. It sees one
//! object at a time; whatever needs two of them is `link`'s or `check`'s.

pub mod address;
pub mod arch;
pub mod argument;
pub mod cidr;
pub mod duid;
pub mod guest;
pub mod host;
pub mod install;
pub mod mac;
pub mod network;
pub mod os;
pub mod owner;
pub mod partitions;
pub mod password;
pub mod path;
pub mod read;
pub mod refusal;
pub mod size;
pub mod ssh_key;
pub mod storage;
pub mod tables;
pub mod text;
pub mod windows;
pub mod words;

/// Declares an enum of fixed words, read from and written as those words.
macro_rules! one_of {
    ($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
        pub enum $name {
            $($(#[doc = $doc])+ #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word, in the order of the documentation.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// Returns the word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl crate::yaml::typed::FromNode for $name {
            fn from_node(
                node: &crate::yaml::Node,
                typer: &mut crate::yaml::typed::Typer<'_>,
            ) -> Option<Self> {
                let text = String::from_node(node, typer)?;
                match text.as_str() {
                    $($word => Some(Self::$variant),)+
                    _ => {
                        let message = format!("`{}` is not one of {}", text.escape_debug(), Self::WORDS.join(", "));
                        typer.sink.push(
                            crate::diag::Diagnostic::error(crate::diag::Code::InvalidValue, node.span, message)
                                .suggest(&text, Self::WORDS.iter().copied()),
                        );
                        None
                    }
                }
            }

            fn schema(_: crate::yaml::schema::Place) -> crate::yaml::schema::Schema {
                crate::yaml::schema::Schema::words(&[$(($word, concat!($($doc),+)),)+])
            }
        }
    };
}
pub(crate) use one_of;
