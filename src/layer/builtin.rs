//! The data that ships inside the program: defaults and the OS table.

/// What a guest is when nothing else is said.
pub const DEFAULTS: (&str, &str) = (
    "builtin:common/defaults.yml",
    include_str!("../../conf.d/common/defaults.yml"),
);

/// The operating systems, one file per family.
pub const OS_TABLE: &[(&str, &str)] = &[
    (
        "builtin:os.d/redhat.yml",
        include_str!("../../conf.d/os.d/redhat.yml"),
    ),
    (
        "builtin:os.d/debian.yml",
        include_str!("../../conf.d/os.d/debian.yml"),
    ),
    (
        "builtin:os.d/suse.yml",
        include_str!("../../conf.d/os.d/suse.yml"),
    ),
    (
        "builtin:os.d/alpine.yml",
        include_str!("../../conf.d/os.d/alpine.yml"),
    ),
    (
        "builtin:os.d/windows.yml",
        include_str!("../../conf.d/os.d/windows.yml"),
    ),
];
