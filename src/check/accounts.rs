//! Accounts and groups: each name and number once, and none of the system's own.

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::{Guest, Lab};
use crate::source::{Span, Spanned};

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        users(guest, sink);
        groups(guest, sink);
    }
    sink.about(None);
}

fn users(guest: &Guest, sink: &mut Sink) {
    let users = &guest.install.users;
    once(
        "user",
        users
            .iter()
            .map(|user| (user.name.value.0.as_str(), user.name.span)),
        sink,
    );
    numbered(
        "user",
        users.iter().filter_map(|user| user.uid.as_ref()),
        sink,
    );
    for user in users.iter() {
        let own = guest
            .install
            .groups
            .iter()
            .find(|group| group.name.value == user.name.value);
        let (Some(gid), Some(group)) = (&user.gid, own) else {
            continue;
        };
        if group.gid.as_ref().map(|gid| gid.value) != Some(gid.value) {
            let message = format!(
                "the group `{}` has another number than its user's own group",
                user.name.value.0
            );
            sink.push(
                Diagnostic::error(Code::DuplicateAccount, gid.span, message)
                    .also(group.name.span, "the group")
                    .help("write the same `gid` in both places, or leave the group out: the user brings it"),
            );
        }
    }
    for user in users.iter().filter(|user| user.name.value.0 == "root") {
        let message = "`root` is there already";
        sink.push(
            Diagnostic::error(Code::DuplicateAccount, user.name.span, message)
                .help("its password is `rootpw`, its keys are `ssh_authorized_keys`"),
        );
    }
    for uid in users
        .iter()
        .filter_map(|user| user.uid.as_ref())
        .filter(|uid| uid.value == 0)
    {
        let message = "number 0 is `root`'s";
        sink.push(
            Diagnostic::error(Code::DuplicateAccount, uid.span, message)
                .help("write another, from 1000 on for people; `sudo: true` lets it act as root"),
        );
    }
}

fn groups(guest: &Guest, sink: &mut Sink) {
    let groups = &guest.install.groups;
    once(
        "group",
        groups
            .iter()
            .map(|group| (group.name.value.0.as_str(), group.name.span)),
        sink,
    );
    numbered(
        "group",
        groups.iter().filter_map(|group| group.gid.as_ref()),
        sink,
    );
}

fn once<'a>(what: &str, names: impl Iterator<Item = (&'a str, Span)>, sink: &mut Sink) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for (name, span) in names {
        if let Some(first) = seen.insert(name, span) {
            let message = format!("{what} `{name}` is defined twice");
            sink.push(
                Diagnostic::error(Code::DuplicateAccount, span, message)
                    .also(first, "the other one")
                    .help("write one entry with what both say, or another `name`"),
            );
        }
    }
}

fn numbered<'a>(what: &str, numbers: impl Iterator<Item = &'a Spanned<u32>>, sink: &mut Sink) {
    let mut seen: HashMap<u32, Span> = HashMap::new();
    for number in numbers {
        if let Some(first) = seen.insert(number.value, number.span) {
            let message = format!("two {what}s have the number {}", number.value);
            sink.push(
                Diagnostic::error(Code::DuplicateAccount, number.span, message)
                    .also(first, "the other one")
                    .help("give one of them another number, or leave it out for the next free one"),
            );
        }
    }
}
