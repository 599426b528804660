//! `init`: a commented site to start from.

mod examples;
mod login;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::json;

pub(super) use examples::{EXAMPLES, Example};

use self::login::Login;
use super::args::Init;
use super::schema;
use super::session::{Session, failed};
use super::{Outcome, UsageError};
use crate::model::text::ObjectName;
use crate::render::Content;
use crate::schema::Kind;
use crate::ui::counted;
use crate::write;
use crate::yaml::emit::to_yaml;

/// The file of a site that says its name.
const SITE: &str = "conf.d/META/site.yml";

/// The file of a site that says who can log in.
const LOGIN: &str = "conf.d/common/login.yml";

/// The directory of a site with the schemas that its files name, so that editors know their keys.
const SCHEMAS: &str = "schemas";

/// The site of a directory whose name says nothing a site can be called.
const UNNAMED: &str = "lab";

pub(super) fn run(command: &Init, session: &Session) -> anyhow::Result<Outcome> {
    let known = EXAMPLES
        .iter()
        .find(|example| example.name == command.example);
    let example = known.ok_or_else(|| UsageError(format!("no example `{}`", command.example)))?;
    let dir = &command.dir;
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let login =
        Login::choose(home.as_deref(), example.oldest, &session.files).context("/dev/urandom")?;
    let files = files(example, &site_name(dir), &login);

    let taken = write::taken(dir, &files);
    for path in &taken {
        let path = path.display();
        session.ui.error(&format!(
            "{path} exists already: a new site needs a place of its own"
        ));
    }
    if !taken.is_empty() {
        return Ok(Outcome::Faults);
    }
    write::create(dir, &files).map_err(failed)?;
    report(dir, example, &files, &login, session)?;
    Ok(Outcome::Done)
}

/// Returns the files of an example, with the name and the login of this site.
fn files(example: &Example, site: &str, login: &Login) -> Vec<(String, Content)> {
    let mut files: Vec<(String, Content)> = example
        .files
        .iter()
        .filter(|(name, _)| *name != LOGIN)
        .map(|(name, content)| {
            let content = match *name {
                SITE => named(content, site),
                _ => (*content).to_owned(),
            };
            ((*name).to_owned(), annotated(name, &content).into())
        })
        .collect();
    files.push((LOGIN.to_owned(), annotated(LOGIN, &login.to_yaml()).into()));
    let schemas = schema::files().into_iter();
    files.extend(schemas.map(|(name, content)| (format!("{SCHEMAS}/{name}"), content)));
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    files
}

/// Puts the line at the head of a layer that tells the YAML language server where its schema is, relative to the file.
fn annotated(name: &str, text: &str) -> String {
    let Some(kind) = Kind::of(name) else {
        return text.to_owned();
    };
    let up = "../".repeat(name.matches('/').count());
    let file = kind.file();
    format!("# yaml-language-server: $schema={up}{SCHEMAS}/{file}\n{text}")
}

/// Replaces the site's name in its file, and leaves the comments.
fn named(text: &str, site: &str) -> String {
    let line = to_yaml(&json!({ "site": site }));
    let lines = text.split_inclusive('\n');
    lines
        .map(|old| {
            if old.starts_with("site:") {
                line.as_str()
            } else {
                old
            }
        })
        .collect()
}

/// Makes a site's name of a directory's: what a name cannot hold becomes `-`.
fn site_name(dir: &Path) -> String {
    let full = std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf());
    // `lab/.` and `..` are directories whose names stand elsewhere.
    let full = dir.canonicalize().unwrap_or(full);
    let name = full.file_name().unwrap_or_default().to_string_lossy();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let name: String = name
        .chars()
        .map(|c| if fits(c) { c } else { '-' })
        .collect();
    let name = name.trim_matches(['.', '-', '+']);
    match name.parse::<ObjectName>() {
        Ok(_) => name.to_owned(),
        Err(_) => UNNAMED.to_owned(),
    }
}

/// Says what was written, who can log in, and what comes next. The password is data: it is shown here and nowhere else.
fn report(
    dir: &Path,
    example: &Example,
    files: &[(String, Content)],
    login: &Login,
    session: &Session,
) -> anyhow::Result<()> {
    let ui = &session.ui;
    for (name, _) in files {
        ui.detail(&format!("{:<8}{}", "wrote", dir.join(name).display()));
    }
    let shown = dir.display();
    let (schemas, own): (Vec<_>, Vec<_>) = files
        .iter()
        .partition(|(name, _)| name.starts_with(SCHEMAS));
    ui.say(&format!(
        "{shown}: {} files of the example `{}`, and {} for editors",
        own.len(),
        example.name,
        counted(schemas.len(), "schema")
    ));
    match login {
        Login::Keys(keys) => {
            let names: Vec<&str> = keys.iter().map(|(name, _)| name.as_str()).collect();
            ui.say(&format!(
                "root logs in with your SSH keys: {}",
                names.join(", ")
            ));
        }
        Login::Password { password, .. } => {
            ui.say("no SSH public key that every guest reads was found; root has a password, which is shown only now:");
            ui.data(&format!("{password}\n"))?;
        }
    }
    let shown = match shown.to_string() {
        option if option.starts_with('-') => format!("./{option}"),
        other => other,
    };
    let go = if dir == Path::new(".") {
        String::new()
    } else {
        format!("cd {} && ", shlex::try_quote(&shown).unwrap_or_default())
    };
    ui.say(&format!(
        "next: look through conf.d, then {go}miniascape generate"
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_named_like_their_directories() {
        let cases = [
            ("/srv/my lab", "my-lab"),
            ("/srv/web-1.test", "web-1.test"),
            ("/srv/-x-", "x"),
            ("/srv/.hidden", "hidden"),
            ("/srv/läb", "l-b"),
            ("/srv/実験", UNNAMED),
            ("/", UNNAMED),
        ];
        for (dir, want) in cases {
            assert_eq!(site_name(Path::new(dir)), want, "{dir}");
        }
        // YAML would read these as something else than text.
        assert_eq!(named("# c\nsite: x\n", "2026"), "# c\nsite: \"2026\"\n");
        assert_eq!(named("site: x\n", "null"), "site: \"null\"\n");
    }
}
