//! The stable names of faults, and what is said of each at length.

use super::Severity;

/// Declares the codes. `or Warning` and `or Note` give the least severity a code is reported with; it is `Error` for the
/// others. The long text is `docs/faults/NAME.md`.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal $(or $least:ident)?,)+) => {
        /// The kind of a fault, with a stable kebab-case name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in the order of the pipeline.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Returns the name users see and may rely on.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// Returns what it means, in a sentence.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),+).trim_ascii_start(),)+
                }
            }

            /// Returns the long text, in Markdown: why it matters, a lab that has it, and that lab repaired.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self {
                    $(Self::$variant => include_str!(concat!("../../docs/faults/", $name, ".md")),)+
                }
            }

            /// Returns the least severity it is reported with; what is always an error cannot be allowed.
            #[must_use]
            pub fn least(self) -> Severity {
                match self {
                    $(Self::$variant => codes!(@least $($least)?),)+
                }
            }
        }
    };
    (@least) => { Severity::Error };
    (@least $least:ident) => { Severity::$least };
}

impl Code {
    /// Returns the code of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|code| code.as_str() == name)
    }
}

codes! {
    /// A file or directory of the site cannot be read, or is not what its place demands.
    UnreadableFile = "unreadable-file",
    /// A file is not UTF-8.
    NotUtf8 = "not-utf8",
    /// The text is not YAML 1.2.
    YamlSyntax = "yaml-syntax",
    /// A map names a key twice.
    DuplicateKey = "duplicate-key",
    /// A YAML tag this program does not know.
    UnknownTag = "unknown-tag",
    /// Aliases or nesting that would cost more than any real site.
    YamlTooLarge = "yaml-too-large",
    /// A value of the wrong type or form.
    InvalidValue = "invalid-value",
    /// A key that means nothing here.
    UnknownKey = "unknown-key" or Warning,
    /// A key that must be there is not.
    MissingKey = "missing-key" or Warning,
    /// Two keys that exclude each other.
    ConflictingKeys = "conflicting-keys" or Warning,
    /// A key or value of an older version that is read but should be rewritten.
    LegacyKey = "legacy-key" or Warning,
    /// The site has no such directory or file layout.
    SiteLayout = "site-layout" or Warning,
    /// One object is defined in two places.
    DefinedTwice = "defined-twice",
    /// A `name:` that differs from the file's name.
    NameMismatch = "name-mismatch",
    /// A guest or group names a group that does not exist.
    UnknownSysgroup = "unknown-sysgroup",
    /// Groups that are their own parents.
    SysgroupCycle = "sysgroup-cycle",
    /// An operating system the table does not have.
    UnknownOs = "unknown-os" or Warning,
    /// A guest without an operating system.
    MissingOs = "missing-os",
    /// A layer changes a map into a list or the other way round.
    KindChange = "kind-change",
    /// `!append`, `!remove` or `!replace` where it cannot work.
    MisplacedTag = "misplaced-tag" or Warning,
    /// An expression that cannot be parsed or evaluated.
    Expression = "expression",
    /// An expression names something that does not exist.
    UnknownName = "unknown-name" or Warning,
    /// Expressions that need each other.
    ExpressionCycle = "expression-cycle",
    /// `!env` names a variable that is not set.
    MissingVariable = "missing-variable",
    /// A network nobody defines.
    UnknownNetwork = "unknown-network" or Warning,
    /// A storage pool nobody defines.
    UnknownPool = "unknown-pool" or Warning,
    /// A `depends_on` target nobody defines.
    UnknownGuest = "unknown-guest" or Warning,
    /// A bond, bridge or VLAN names a device the guest does not have.
    UnknownInterface = "unknown-interface",
    /// Bonds, bridges and VLANs that do not fit together or onto their interfaces.
    BadLink = "bad-link",
    /// Guests that wait for each other.
    DependencyCycle = "dependency-cycle",
    /// A template or output key nobody defines.
    UnknownTemplate = "unknown-template",
    /// An address outside the subnet of its network.
    AddressOutsideNetwork = "address-outside-network" or Warning,
    /// The gateway's, network's or broadcast address given to somebody else.
    ReservedAddress = "reserved-address" or Warning,
    /// An address used twice.
    DuplicateAddress = "duplicate-address" or Warning,
    /// A reservation inside the dynamic range.
    AddressInRange = "address-in-range" or Warning,
    /// An address where the network cannot serve one.
    AddressNotServed = "address-not-served" or Warning,
    /// A subnet with no address left.
    SubnetFull = "subnet-full",
    /// A DHCP range that lies outside the subnet or runs backwards.
    BadRange = "bad-range",
    /// A range with fewer leases than the network has reservations.
    RangeTooSmall = "range-too-small",
    /// Two networks that share addresses.
    OverlappingNetworks = "overlapping-networks" or Warning,
    /// A MAC address used twice.
    DuplicateMac = "duplicate-mac",
    /// A MAC address that is a manufacturer's or libvirt's own.
    BadMac = "bad-mac" or Warning,
    /// A guest that no network reaches.
    NoNetwork = "no-network" or Note,
    /// A network that no guest is in.
    UnusedNetwork = "unused-network" or Note,
    /// A name used twice.
    DuplicateName = "duplicate-name" or Note,
    /// A name that DNS, libvirt or the kernel refuses.
    BadName = "bad-name" or Warning,
    /// One volume used by two guests that do not share it.
    DuplicateVolume = "duplicate-volume",
    /// A base image that a guest cannot start from.
    BaseImage = "base-image",
    /// Two pools in one place.
    DuplicatePool = "duplicate-pool",
    /// Two accounts or groups of one name or number, or an account only the system may have.
    DuplicateAccount = "duplicate-account",
    /// A layout names a disk the guest does not have.
    UnknownDisk = "unknown-disk",
    /// Two file systems are mounted at one place.
    DuplicateMount = "duplicate-mount",
    /// Parts of a layout that do not fit together or their disks.
    BadLayout = "bad-layout",
    /// Less memory than the installer runs in.
    TooLittleMemory = "too-little-memory" or Note,
    /// A disk smaller than a default install.
    DiskTooSmall = "disk-too-small" or Warning,
    /// Guests that need more than the host has.
    HostTooSmall = "host-too-small" or Warning,
    /// An architecture that does not exist, or that the guest's OS is not made for.
    UnknownArch = "unknown-arch",
    /// A machine type that the guest's architecture does not have.
    UnknownMachine = "unknown-machine" or Warning,
    /// A processor that libvirt does not know.
    UnknownProcessor = "unknown-processor" or Warning,
    /// Hardware that libvirt or QEMU does not put together.
    ImpossibleHardware = "impossible-hardware" or Warning,
    /// Hardware that the guest's OS has no driver for.
    MissingDriver = "missing-driver" or Warning,
    /// The lock does not fit the site.
    LockConflict = "lock-conflict",
    /// A guest without a source to install from.
    MissingSource = "missing-source" or Warning,
    /// An installer or source this version cannot serve.
    UnsupportedInstaller = "unsupported-installer",
    /// A key or value that the guest's installer cannot express.
    UnsupportedKey = "unsupported-key" or Warning,
    /// A processor older than the programs of the guest's OS are compiled for.
    ProcessorTooOld = "processor-too-old" or Warning,
    /// A plain-text password in the site.
    PlainPassword = "plain-password" or Note,
    /// A hash the guest's OS cannot read.
    UnreadableHash = "unreadable-hash",
    /// A guest nobody can log in to.
    NoLogin = "no-login" or Warning,
    /// A time zone the tz database does not have.
    UnknownTimezone = "unknown-timezone" or Warning,
    /// A keyboard layout, variant or keymap no system has.
    UnknownKeyboard = "unknown-keyboard" or Warning,
    /// A locale no system has.
    UnknownLocale = "unknown-locale" or Warning,
    /// A service of the firewall that firewalld does not know.
    UnknownService = "unknown-service" or Warning,
    /// A number that YAML 1.1 and 1.2 read differently.
    AmbiguousNumber = "ambiguous-number" or Warning,
    /// A value that every guest it is for replaces.
    ShadowedValue = "shadowed-value" or Note,
    /// A template that fails.
    Template = "template" or Warning,
    /// Files of `setup_data` that are more than an installer can hold.
    PayloadTooLarge = "payload-too-large",
    /// Two outputs of one name.
    DuplicateOutput = "duplicate-output",
    /// An allowance of a fault that is not there.
    UnusedAllowance = "unused-allowance" or Warning,
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn names_are_unique_kebab_case() {
        let mut names: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(names.iter().all(|name| {
            name.bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit())
        }));
    }
}
