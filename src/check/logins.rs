//! Accounts: somebody can log in, with a password the guest can read and nobody else can.

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::model::install::User;
use crate::model::os::Os;
use crate::model::password::{GRUB_HASH, Password};
use crate::source::{Span, Spanned};

/// How many characters a hash of each kind has after its last `$` (crypt(5), "Hash format").
const DIGESTS: &[(&str, usize)] = &[
    ("$6$", 86),
    ("$5$", 43),
    ("$1$", 22),
    ("$2a$", 53),
    ("$2b$", 53),
    ("$2y$", 53),
    ("$y$", 43),
];

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        let users = guest
            .install
            .users
            .iter()
            .filter_map(|user| Some((user.name.value.0.as_str(), user.password.as_ref()?)));
        let root = guest
            .install
            .rootpw
            .as_ref()
            .map(|password| ("root", password));
        for (account, password) in root.into_iter().chain(users) {
            readable(guest, account, password, sink);
        }
        let bootloader = guest.install.bootloader.as_ref();
        if let Some(password) = bootloader.and_then(|bootloader| bootloader.password.as_ref()) {
            boot_password(&guest.os, password, sink);
        }
        if !reads_keys(guest) {
            let message = format!(
                "nobody can log in to guest `{}`: its system reads none of the SSH keys",
                guest.name
            );
            sink.push(
                Diagnostic::warning(Code::NoLogin, guest.os_span, message).help(
                    "RSA keys are read by every release; Ed25519 came with RHEL 7, ECDSA with 6, security tokens with 9",
                ),
            );
        } else if !can_log_in(guest) {
            sink.push(
                Diagnostic::warning(Code::NoLogin, guest.defined, format!("nobody can log in to guest `{}`", guest.name))
                    .lacks(&["rootpw", "users", "ssh_authorized_keys"])
                    .help("add `ssh_authorized_keys` or `users`, or say that it is meant with `rootpw: locked`"),
            );
        }
    }
    sink.about(None);
}

/// Returns whether one of the guest's SSH keys works, or there is another way in.
fn reads_keys(guest: &Guest) -> bool {
    let install = &guest.install;
    let of_users = install
        .users
        .iter()
        .flat_map(|user| &user.ssh_authorized_keys);
    let mut keys = install
        .ssh_authorized_keys
        .iter()
        .chain(of_users)
        .peekable();
    let root = install.rootpw.as_ref();
    let Some(generation) = guest.os.generation else {
        return true;
    };
    keys.peek().is_none()
        || keys.any(|key| key.since() <= generation)
        || root.is_some_and(|password| password.value != Password::Locked)
        || install.users.iter().any(has_password)
}

/// Returns whether an account opens with a password.
fn has_password(user: &Spanned<User>) -> bool {
    let set = user.password.as_ref();
    let set = set.is_some_and(|password| password.value != Password::Locked);
    set && !user.lock.unwrap_or(false)
}

fn can_log_in(guest: &Guest) -> bool {
    let install = &guest.install;
    let mut users = install.users.iter();
    let user = users.any(|user| has_password(user) || !user.ssh_authorized_keys.is_empty());
    install.rootpw.is_some() || !install.ssh_authorized_keys.is_empty() || user
}

fn readable(guest: &Guest, account: &str, password: &Spanned<Password>, sink: &mut Sink) {
    match &password.value {
        Password::Plain(_) if password.value.means_locked() => {
            let message = format!(
                "this closes an account elsewhere; here it would be the password of `{account}`, which is easily guessed"
            );
            let help = "write `locked`, or `\"$6$…\"`, a hash made with `openssl passwd -6`";
            sink.push(Diagnostic::error(Code::InvalidValue, password.span, message).help(help));
        }
        Password::Plain(_) => plain(&guest.os, account, password.span, sink),
        Password::Hash(hash) if guest.os.reads_no_hashes() => {
            let message = format!(
                "{} cannot read a password hash, and this is one of the kind `{}`",
                guest.os.name,
                kind(hash)
            );
            let help =
                "take the password itself from outside with `!env` or `!file`, or write `locked`";
            sink.push(Diagnostic::error(Code::UnreadableHash, password.span, message).help(help));
        }
        Password::Hash(hash)
            if !guest
                .os
                .hashes
                .iter()
                .any(|prefix| hash.starts_with(prefix.as_str())) =>
        {
            let message = format!(
                "{} cannot read a password hash of the kind `{}`",
                guest.os.name,
                kind(hash)
            );
            let help = format!(
                "it reads {}; make one with `openssl passwd -6`",
                guest.os.hashes.join(", ")
            );
            sink.push(Diagnostic::error(Code::UnreadableHash, password.span, message).help(help));
        }
        Password::Hash(hash) => whole(account, hash, password.span, sink),
        Password::Outside(_) if guest.os.reads_no_hashes() => {
            open(guest, account, password.span, sink)
        }
        Password::Locked | Password::Outside(_) => {}
    }
}

/// Says of a password that whoever may read the install file may read it as well.
fn open(guest: &Guest, account: &str, span: Span, sink: &mut Sink) {
    let message = format!(
        "the install file of guest `{}` holds the password of `{account}` for all who can read it",
        guest.name
    );
    let help = "its installer takes no hash; the file is for its owner alone, so keep it out of shared repositories, and change the password in the guest";
    sink.push(Diagnostic::note(Code::PlainPassword, span, message).help(help));
}

/// Reports a hash that lacks a part: no password has it, so the account is closed without anybody having said so.
fn whole(account: &str, hash: &str, span: Span, sink: &mut Sink) {
    let kind = kind(hash);
    let Some((_, due)) = DIGESTS.iter().find(|(known, _)| *known == kind) else {
        return;
    };
    // What bcrypt writes after its cost is the salt and the digest in one.
    let digest = hash[kind.len()..].rsplit_once('$');
    let found = digest.map_or(0, |(_, digest)| digest.chars().count());
    if found == *due {
        return;
    }
    let message = match found {
        0 => format!("the password hash of `{account}` is no more than a beginning"),
        _ => format!(
            "the password hash of `{account}` ends in {found} characters where {due} are due"
        ),
    };
    let help = format!(
        "copy it whole: a hash of the kind `{kind}` ends in {due} characters after its last `$`; `openssl passwd -6` makes one"
    );
    sink.push(Diagnostic::error(Code::UnreadableHash, span, message).help(help));
}

/// Returns how a hash begins, which says nothing of the password.
fn kind(hash: &str) -> &str {
    if hash.starts_with(GRUB_HASH) {
        return GRUB_HASH;
    }
    let end = hash.match_indices('$').nth(1);
    end.map_or("$", |(end, _)| &hash[..=end])
}

/// Reports a boot loader's password that is no hash its kind of GRUB reads: GRUB 2 has one of its own, GRUB before
/// RHEL 7 reads those of crypt(5), and in RHEL 5 only MD5 (kickstart's `bootloader --md5pass`).
fn boot_password(os: &Os, password: &Spanned<Password>, sink: &mut Sink) {
    let legacy =
        os.family == "redhat" && os.distro != "fedora" && os.major.is_some_and(|major| major < 7);
    let (kinds, make): (&[&str], &str) = match (legacy, os.major) {
        (true, Some(5)) => (&["$1$"], "openssl passwd -1"),
        (true, _) => (&["$6$", "$5$", "$1$"], "openssl passwd -6"),
        (false, _) => (&[GRUB_HASH], "grub2-mkpasswd-pbkdf2"),
    };
    let found = match &password.value {
        Password::Hash(hash) if kinds.contains(&kind(hash)) => return,
        Password::Hash(hash) => format!("a hash of the kind `{}`", kind(hash)),
        Password::Plain(_) | Password::Outside(_) => "plain text".to_owned(),
        Password::Locked => "`locked`".to_owned(),
    };
    let message = format!(
        "the boot loader of {} takes a hash that begins with {}, not {found}",
        os.name,
        kinds.join(" or ")
    );
    let help = format!("make one with `{make}`; without a password, leave the key out");
    sink.push(Diagnostic::error(Code::UnreadableHash, password.span, message).help(help));
}

fn plain(os: &Os, account: &str, span: Span, sink: &mut Sink) {
    let help = if os.reads_no_hashes() {
        "take it from outside with `!env` or `!file`; the install file holds it all the same, as the installer takes no hash"
    } else {
        "write a hash, made with `openssl passwd -6`, or take it from outside with `!env` or `!file`"
    };
    let message = format!("the password of `{account}` stands here in plain text");
    sink.push(Diagnostic::warning(Code::PlainPassword, span, message).help(help));
}
