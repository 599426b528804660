//! Accounts: somebody can log in, with a password the guest can read and nobody else can.

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::model::password::Password;
use crate::source::{Span, Spanned};

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for guest in &lab.guests {
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
        if !can_log_in(guest) {
            sink.push(
                Diagnostic::warning(Code::NoLogin, guest.defined, format!("nobody can log in to guest `{}`", guest.name))
                    .help("add `ssh_authorized_keys` or `users`, or say that it is meant with `rootpw: locked`"),
            );
        }
    }
}

fn can_log_in(guest: &Guest) -> bool {
    let install = &guest.install;
    let user = install.users.iter().any(|user| {
        let open = !user.lock.unwrap_or(false);
        let password = user
            .password
            .as_ref()
            .is_some_and(|password| password.value != Password::Locked);
        (open && password) || !user.ssh_authorized_keys.is_empty()
    });
    install.rootpw.is_some() || !install.ssh_authorized_keys.is_empty() || user
}

fn readable(guest: &Guest, account: &str, password: &Spanned<Password>, sink: &mut Sink) {
    match &password.value {
        Password::Plain(_) => plain(account, password.span, sink),
        Password::Hash(hash)
            if !guest
                .os
                .hashes
                .iter()
                .any(|prefix| hash.starts_with(prefix.as_str())) =>
        {
            let end = hash[1..].find('$').map_or(hash.len(), |end| end + 2);
            let message = format!(
                "{} cannot read a password hash of the kind `{}`",
                guest.os.name,
                &hash[..end]
            );
            let help = format!(
                "it reads {}; make one with `openssl passwd -6`",
                guest.os.hashes.join(", ")
            );
            sink.push(Diagnostic::error(Code::UnreadableHash, password.span, message).help(help));
        }
        Password::Hash(_) | Password::Locked | Password::Outside(_) => {}
    }
}

fn plain(account: &str, span: Span, sink: &mut Sink) {
    sink.push(
        Diagnostic::warning(Code::PlainPassword, span, format!("the password of `{account}` stands here in plain text"))
            .help("write a hash, made with `openssl passwd -6`, or take it from outside with `!env` or `!file`"),
    );
}
