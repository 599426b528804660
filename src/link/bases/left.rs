//! What is left to do in a guest that starts from a base image: what is said of both alike was done in the base.

use serde::Serialize;

use crate::model::guest::VirtinstSpec;
use crate::model::install::{Install, Scope, Script, When};
use crate::model::words::Backing;
use crate::source::{Span, Spanned};

/// Returns whether two values say the same, wherever they are written.
fn alike<T: Serialize>(one: &T, other: &T) -> bool {
    let json = |value: &T| serde_json::to_value(value).ok();
    json(one) == json(other)
}

/// Returns a value unless the base has the same.
fn other_than<T: Serialize + Clone>(own: &Option<T>, theirs: &Option<T>) -> Option<T> {
    own.clone().filter(|_| !alike(own, theirs))
}

/// Returns whether two scripts do the same at the same time; whom they are for is no part of that.
fn same(one: &Script, other: &Script) -> bool {
    let plain = |script: &Script| Script {
        scope: None,
        ..script.clone()
    };
    alike(&plain(one), &plain(other))
}

/// Returns whether a script of a base is for the guests that start from it: all at a first boot are, as a base has none.
fn is_later(script: &Script) -> bool {
    script.scope == Some(Scope::Node) || script.when.value == When::Firstboot
}

/// Returns what is left of a guest's install data when its `bases` have theirs; of a sealed guest, less what is for the
/// guests that start from it.
pub(super) fn left(own: &Install, bases: &[&Install], sealed: bool) -> Install {
    let mut install = own.clone();
    if let Some(base) = bases.first() {
        install.partitions = other_than(&own.partitions, &base.partitions);
        install.filesystem = other_than(&own.filesystem, &base.filesystem);
        install.swap = other_than(&own.swap, &base.swap);
    }
    for base in bases {
        let packages = &base.packages;
        install
            .packages
            .retain(|own| !packages.iter().any(|base| base.as_str() == own.as_str()));
        // Those that are for an install alone are gone from the image.
        install.repos.retain(|own| {
            own.install_only == Some(true) || !base.repos.iter().any(|base| alike(own, base))
        });
        let done = |own: &Script| {
            let mut scripts = base.scripts.iter();
            scripts.any(|base| !is_later(base) && same(own, base))
        };
        install.scripts.retain(|own| !done(own));
        // What the base keeps for the first boot comes before what the guest adds.
        let kept = base.scripts.iter();
        let kept = kept.filter(|script| {
            script.when.value == When::Firstboot
                && script.scope != Some(Scope::Node)
                && !own.scripts.iter().any(|own| same(own, script))
        });
        let kept: Vec<Spanned<Script>> = kept.cloned().collect();
        install.scripts.splice(0..0, kept);
    }
    if sealed {
        install.scripts.retain(|script| !is_later(script));
    }
    install
}

/// Returns the machine of a guest that starts from `image`: what its base was installed from is not its source.
pub(super) fn machine(
    own: &VirtinstSpec,
    base: &VirtinstSpec,
    image: Option<Backing>,
    span: Span,
) -> VirtinstSpec {
    let mut machine = own.clone();
    machine.location = other_than(&own.location, &base.location);
    machine.cdrom = other_than(&own.cdrom, &base.cdrom);
    machine.pxe = other_than(&own.pxe, &base.pxe);
    machine.extra_args = other_than(&own.extra_args, &base.extra_args);
    machine.image = image.map(|image| Spanned::new(image, span));
    machine
}
