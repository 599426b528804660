//! Changes as a unified diff.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use similar::{DiffTag, TextDiff};

use super::Failure;
use super::compare::{Change, Changes, Kept};
use crate::render::OutFile;
use crate::secret::{MASK, Secrets};

/// Returns what writing would change, as `diff -u` shows it; files that are kept although they differ are shown too.
///
/// Secrets are masked: the values in `secrets`, those found by their form, private keys, and in a file that only its owner
/// may read also encoded files and the lines whose place a secret takes; such a file in which none is found is not shown.
///
/// # Errors
/// Returns the path and reason when a file that is there cannot be read.
pub fn diff(
    workdir: &Path,
    files: &[OutFile],
    changes: &Changes,
    secrets: &Secrets,
) -> Result<String, Failure> {
    let mut out = String::new();
    let paths = changes.changes.keys().chain(changes.kept.keys());
    let mut paths: Vec<&String> = paths.collect();
    paths.sort();
    for path in paths {
        let full = workdir.join(path);
        let old = match changes.changes.get(path) {
            Some(Change::Create) => None,
            _ if !full.is_file() => None,
            _ => Some(fs::read(&full).map_err(|error| (full.clone(), error))?),
        };
        if changes.kept.get(path) == Some(&Kept::NotAFile) {
            out.push_str(&format!("{} is not a regular file\n", full.display()));
            continue;
        }
        let new = match changes.changes.get(path) {
            Some(Change::Remove) => None,
            _ => files
                .binary_search_by(|file| file.path.as_str().cmp(path))
                .ok()
                .map(|index| &files[index]),
        };
        let name = full.display().to_string();
        let header = |side: &str, there: bool| {
            if there {
                format!("{side}/{name}")
            } else {
                "/dev/null".to_owned()
            }
        };
        let (from, to) = (header("a", old.is_some()), header("b", new.is_some()));
        let old = old.unwrap_or_default();
        let content = new.map(|file| file.content.to_vec()).unwrap_or_default();
        match (std::str::from_utf8(&old), std::str::from_utf8(&content)) {
            (Ok(old), Ok(content)) if old == content => {
                out.push_str(&format!("mode of {name} differs\n"))
            }
            (Ok(old), Ok(content)) => {
                let private = new.is_some_and(|file| is_private(file.mode))
                    || fs::symlink_metadata(&full)
                        .is_ok_and(|metadata| is_private(metadata.permissions().mode()));
                let hidden = masked(old, content, private, secrets);
                // Why it is private does not show: what was made of the secret may be anywhere in it.
                if private && hidden.0 == old && hidden.1 == content {
                    out.push_str(&format!(
                        "{name} differs; it is not shown, as a secret may be in it in another form\n"
                    ));
                    continue;
                }
                let (old, content) = hidden;
                if old == content {
                    out.push_str(&format!("secrets in {name} differ\n"));
                } else {
                    let diff = TextDiff::from_lines(&old, &content);
                    out.push_str(&diff.unified_diff().header(&from, &to).to_string());
                }
            }
            _ => out.push_str(&format!("Binary files {from} and {to} differ\n")),
        }
    }
    Ok(out)
}

/// Returns the lines of a generated file as people may see them, without their line breaks.
#[must_use]
pub fn shown_lines(text: &str, mode: u32, secrets: &Secrets) -> Vec<String> {
    let private = is_private(mode);
    let lines = lines(text, private, secrets);
    // Why it is private does not show: what was made of the secret may be anywhere in it.
    let hidden = private && !secrets.is_empty() && lines.iter().all(|(_, is_secret)| !is_secret);
    let shown = |(line, _): (String, bool)| match hidden {
        true => MASK.to_owned(),
        false => line.trim_end_matches(['\n', '\r']).to_owned(),
    };
    lines.into_iter().map(shown).collect()
}

/// Returns whether a file of this mode is its owner's alone.
fn is_private(mode: u32) -> bool {
    mode & 0o077 == 0
}

/// Returns both sides of a diff with their secrets masked, line by line.
fn masked(old: &str, new: &str, private: bool, secrets: &Secrets) -> (String, String) {
    let mut before = lines(old, private, secrets);
    let after = lines(new, private, secrets);
    if private {
        // The secret that stood where one stands now is known to nobody any more.
        for op in TextDiff::from_lines(old, new).ops() {
            let is_secret = |line: &(String, bool)| line.1;
            if op.tag() == DiffTag::Replace && after[op.new_range()].iter().any(is_secret) {
                for line in &mut before[op.old_range()] {
                    line.0 = format!("{MASK}\n");
                }
            }
        }
    }
    let text = |lines: Vec<(String, bool)>| lines.into_iter().map(|line| line.0).collect();
    (text(before), text(after))
}

/// Returns the lines of a text with their secrets masked, and whether they had any.
fn lines(text: &str, private: bool, secrets: &Secrets) -> Vec<(String, bool)> {
    let mut encoded = false;
    let mut in_key = false;
    let mut out = Vec::new();
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        encoded = if encoded {
            bare != "EOF"
        } else {
            bare.ends_with("<<'EOF'")
        };
        // RFC 7468, section 2: what is between these lines is the key.
        let in_key_before = in_key;
        in_key = if in_key {
            !bare.contains("-----END ")
        } else {
            bare.contains("-----BEGIN ") && bare.contains("PRIVATE KEY-----")
        };
        let is_key = in_key_before && in_key;
        let shown = if is_key || private && encoded && is_base64(bare) {
            format!("{MASK}\n")
        } else {
            let end = &line[bare.len()..];
            format!("{}{end}", secrets.hide(bare))
        };
        let is_secret = shown != line;
        out.push((shown, is_secret));
    }
    out
}

fn is_base64(line: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    !line.is_empty() && line.len().is_multiple_of(4) && line.chars().all(known)
}

#[cfg(test)]
mod tests {
    use super::masked;
    use crate::secret::Secrets;

    #[test]
    fn neither_side_shows_a_secret() {
        let mut secrets = Secrets::default();
        secrets.add("new-token");
        let old = "lang C\ntoken old-token\nput x <<'EOF'\nb2xk\nEOF\nend\n";
        let new = "lang de\ntoken new-token\nput x <<'EOF'\nbmV3\nEOF\nend\n";
        let (before, after) = masked(old, new, true, &secrets);
        assert_eq!(after, "lang de\ntoken ***\nput x <<'EOF'\n***\nEOF\nend\n");
        assert!(
            !before.contains("old-token") && !before.contains("b2xk"),
            "{before}"
        );
        assert!(before.ends_with("EOF\nend\n"), "{before}");

        let key = |inside: &str| {
            format!(
                "-----BEGIN OPENSSH PRIVATE KEY-----\n{inside}\nabc\n-----END OPENSSH PRIVATE KEY-----\n#\n"
            )
        };
        let hidden = key("***").replace("abc", "***");
        assert_eq!(
            masked(&key("one"), &key("two"), false, &secrets),
            (hidden.clone(), hidden)
        );
    }
}
