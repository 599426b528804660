//! Languages, keyboards and time zones that a system knows.
//!
//! Installers take any word and go on with their default, so that the guest runs in another zone or with another
//! keyboard than was meant. Releases differ a little, so what the tables lack is a warning.

use crate::diag::{Code, Diagnostic, Sink};
use crate::link::Lab;
use crate::model::install::Install;
use crate::model::tables::{Known, keyboard, keyboard_variant, keymap, locale, time_zone};
use crate::source::Span;

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for install in super::installs(lab) {
        language(install, sink);
        keys(install, sink);
        zone(install, sink);
    }
}

fn language(install: &Install, sink: &mut Sink) {
    if let Some(lang) = &install.lang {
        let message = || format!("no system has a locale `{}`", lang.value);
        let help = "write a language, a country and UTF-8, as in en_US.UTF-8; `locale -a` lists those of a system";
        report(
            Code::UnknownLocale,
            lang.span,
            locale(lang.as_str()),
            message,
            help,
            sink,
        );
    }
}

fn keys(install: &Install, sink: &mut Sink) {
    let Some(written) = &install.keyboard else {
        return;
    };
    let layout = &written.layout;
    let message = || format!("there is no keyboard layout `{}`", layout.value);
    let help = "`localectl list-x11-keymap-layouts` lists those of a system";
    report(
        Code::UnknownKeyboard,
        layout.span,
        keyboard(layout.as_str()),
        message,
        help,
        sink,
    );
    if let Some(variant) = &written.variant {
        let known = keyboard_variant(layout.as_str(), variant.as_str());
        let message = || {
            format!(
                "keyboard layout `{}` has no variant `{}`",
                layout.value, variant.value
            )
        };
        let help = format!(
            "`localectl list-x11-keymap-variants {}` lists them",
            layout.value
        );
        report(
            Code::UnknownKeyboard,
            variant.span,
            known,
            message,
            &help,
            sink,
        );
    }
    if let Some(vconsole) = &written.vconsole {
        let message = || format!("there is no console keymap `{}`", vconsole.value);
        let help = "`localectl list-keymaps` lists those of a system";
        report(
            Code::UnknownKeyboard,
            vconsole.span,
            keymap(vconsole.as_str()),
            message,
            help,
            sink,
        );
    }
}

fn zone(install: &Install, sink: &mut Sink) {
    if let Some(written) = &install.timezone {
        let zone = &written.timezone;
        let message = || format!("there is no time zone `{}`", zone.value);
        let help = "write a region and a city of the tz database, as in Europe/Berlin, or UTC; `timedatectl list-timezones` lists them";
        report(
            Code::UnknownTimezone,
            zone.span,
            time_zone(zone.as_str()),
            message,
            help,
            sink,
        );
    }
}

fn report(
    code: Code,
    span: Span,
    known: Known,
    message: impl Fn() -> String,
    help: &str,
    sink: &mut Sink,
) {
    let help = match known {
        Known::Yes => return,
        Known::Near(near) => format!("did you mean `{near}`?"),
        Known::No => help.to_owned(),
    };
    sink.push(Diagnostic::warning(code, span, message()).help(help));
}
