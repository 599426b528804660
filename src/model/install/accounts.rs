//! Accounts and groups.

use serde::Serialize;

use crate::model::password::Password;
use crate::model::path::{AbsolutePath, Program};
use crate::model::ssh_key::SshKey;
use crate::model::text::Line;
use crate::source::Spanned;
use crate::yaml::Node;
use crate::yaml::schema::{Place, Schema};
use crate::yaml::typed::{FromNode, Typer, section};

section! {
    /// An account.
    "user" struct User {
        /// Its name.
        name: Spanned<AccountName>,
        /// Its number.
        uid: Option<Spanned<u32>>,
        /// The number of its own group.
        gid: Option<Spanned<u32>>,
        /// Its full name and the like.
        gecos: Option<Line>,
        /// Its home directory.
        home: Option<AbsolutePath>,
        /// Its shell.
        shell: Option<Program>,
        /// Further groups it is in.
        groups: Vec<Spanned<AccountName>>,
        /// What it may do as root.
        sudo: Option<Sudo>,
        /// Its password.
        password: Option<Spanned<Password>>,
        /// Whether its password is locked.
        lock: Option<bool>,
        /// Keys that log in as it.
        ssh_authorized_keys: Vec<Spanned<SshKey>>,
    }
}

/// The name of an account or group: what useradd(8) of every distribution takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AccountName(pub String);

impl FromNode for AccountName {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        let text = String::from_node(node, typer)?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if starts && text.len() <= 32 && text.chars().all(fits) {
            return Some(Self(text));
        }
        let message = format!("`{}` cannot be an account", text.escape_debug());
        let help = "write a letter or `_`, and up to 31 more, digits, `-` or `.`";
        typer.invalid(node.span, message, help);
        None
    }

    fn schema(_: Place) -> Schema {
        Schema::pattern("[A-Za-z_][A-Za-z0-9_.-]{0,31}", "the name of an account")
    }
}

/// Sudo rights: all of them, or a rule of sudoers(5).
#[derive(Clone, Debug)]
pub enum Sudo {
    /// None.
    No,
    /// Every command.
    Yes,
    /// What the rule says.
    Rule(Line),
}

impl FromNode for Sudo {
    fn from_node(node: &Node, typer: &mut Typer<'_>) -> Option<Self> {
        if node.as_text().is_some_and(|text| text.contains('=')) {
            return Line::from_node(node, typer).map(Self::Rule);
        }
        bool::from_node(node, typer).map(|sudo| if sudo { Self::Yes } else { Self::No })
    }

    fn schema(place: Place) -> Schema {
        bool::schema(place).or(Schema::pattern(
            ".*=.*",
            "a rule of sudoers(5), as in ALL=(ALL) ALL",
        ))
    }
}

impl Serialize for Sudo {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::No => serializer.serialize_bool(false),
            Self::Yes => serializer.serialize_bool(true),
            Self::Rule(rule) => rule.serialize(serializer),
        }
    }
}

section! {
    /// A group of accounts.
    "group" struct Group {
        /// Its name.
        name: Spanned<AccountName>,
        /// Its number.
        gid: Option<Spanned<u32>>,
    }
}
