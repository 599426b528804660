//! Paths in a guest and on the host.

use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use super::refusal::Refusal;
use super::text::{Line, escaped, quoted, text_type};

text_type! {
    /// An absolute path in the guest or on the host, without `..`.
    AbsolutePath ~ "/.*", "an absolute path"
}

text_type! {
    /// The path of a disk or of a folder of disks on the host, written the shortest way.
    ///
    /// libvirt writes them that way, and two that are one can be seen to be. virt-install escapes what it writes into attributes twice, so a path with XML's own characters would name
    /// another file.
    DiskPath ~ r#"/[^&<>"'\\]*"#, "an absolute path"
}

text_type! {
    /// The path of a program in the guest.
    Program ~ "/.*", "the absolute path of a program"
}

impl FromStr for AbsolutePath {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        Line::from_str(text)?;
        let shown = escaped(text);
        if !Path::new(text).is_absolute() {
            let message = format!("`{shown}` is not an absolute path");
            return Err(Refusal::new(
                message,
                "write the whole path, which begins with `/`",
            ));
        }
        let mut parts = Path::new(text).components();
        if parts.any(|part| part == Component::ParentDir) {
            let message = format!("`{shown}` leads back with `..`");
            return Err(Refusal::new(message, "write the path it leads to"));
        }
        Ok(Self(text.into()))
    }
}

impl FromStr for DiskPath {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        AbsolutePath::from_str(text)?;
        match text.chars().find(|c| "&<>\"'\\".contains(*c)) {
            Some(bad) => Err(Refusal::new(
                format!(
                    "`{}` cannot be the path of a disk: virt-install does not carry {}",
                    escaped(text),
                    quoted(bad)
                ),
                "rename the file or directory on the host",
            )),
            None => Ok(Self(shortest(text).into())),
        }
    }
}

impl FromStr for Program {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let bare = !text.is_empty() && !text.contains(['/', ' ']);
        match AbsolutePath::from_str(text) {
            Ok(path) => Ok(Self(path.as_str().into())),
            Err(refusal) if bare => {
                let folder = if text == "nologin" { "/sbin" } else { "/bin" };
                let near = format!("write the whole path, as in `{folder}/{}`", escaped(text));
                Err(refusal.help(near))
            }
            Err(refusal) => Err(refusal),
        }
    }
}

/// Returns a path without what is in it for nothing: doubled and trailing slashes, and `.`.
pub(super) fn shortest(path: &str) -> String {
    let parts: PathBuf = Path::new(path).components().collect();
    parts.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::{AbsolutePath, DiskPath, Program};

    #[test]
    fn paths_are_whole() {
        assert!("x/y".parse::<AbsolutePath>().is_err());
        assert!("/x/../y".parse::<AbsolutePath>().is_err());
        assert!("/x y/ü.img".parse::<DiskPath>().is_ok());
        assert!("/x/it's.img".parse::<DiskPath>().is_err());
        assert_eq!("/x//y/./z/".parse::<DiskPath>().unwrap().as_str(), "/x/y/z");
        assert_eq!("/".parse::<DiskPath>().unwrap().as_str(), "/");
        assert!("/bin/zsh".parse::<Program>().is_ok() && "zsh".parse::<Program>().is_err());
    }
}
