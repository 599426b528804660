//! Layouts of disks that Alpine's tools can make. What becomes of two disks of 40 GiB is in `made.txt`.

/// A layout, as the keys of a guest.
pub(super) struct Layout {
    pub(super) name: &'static str,
    pub(super) guest: &'static str,
}

/// The layouts.
pub(super) const LAYOUTS: &[Layout] = &[
    Layout {
        name: "auto",
        guest: r#"{"partitions": "auto"}"#,
    },
    Layout {
        name: "swap",
        guest: r#"{"partitions": "auto", "swap": "1G", "filesystem": "xfs"}"#,
    },
    Layout {
        name: "plain",
        guest: r#"{"partitions": [{"mount": "/srv", "size": "grow", "fs": "xfs"}, {"mount": "/", "size": "8G", "label": "root", "options": "noatime"}, {"mount": "swap"}, {"mount": "/srv/data", "size": "25%", "disk": "vdb", "fs": "xfs", "label": "my data"}]}"#,
    },
    Layout {
        name: "lvm",
        guest: r#"{"partitions": [{"mount": "/boot", "size": "1G"}, {"volume_group": "vg0", "disks": ["vda", "vdb"], "volumes": [{"name": "root", "mount": "/", "size": "8G"}, {"name": "swap", "mount": "swap", "size": "1G"}, {"name": "rest", "mount": "/srv", "size": "grow", "fs": "xfs"}, {"name": "log", "mount": "/var/log", "size": "20%", "options": "noexec,nodev"}]}]}"#,
    },
    Layout {
        name: "luks",
        guest: r#"{"partitions": [{"mount": "/", "size": "grow", "encrypt": {"passphrase": "it's \"secret\" $HOME"}}]}"#,
    },
    Layout {
        name: "vault",
        guest: r#"{"partitions": [{"volume_group": "vault", "encrypt": {"passphrase": "open"}, "volumes": [{"name": "root", "mount": "/", "size": "grow"}]}]}"#,
    },
    Layout {
        name: "raid",
        guest: r#"{"partitions": [{"raid": "md0", "level": 1, "disks": ["vda", "vdb"], "mount": "/"}]}"#,
    },
    Layout {
        name: "raidlvm",
        guest: r#"{"partitions": [{"raid": "md0", "level": 1, "disks": ["vda", "vdb"], "size": "1G", "mount": "/boot"}, {"raid": "md1", "level": 1, "disks": ["vda", "vdb"]}, {"volume_group": "data", "disks": ["md1"], "volumes": [{"name": "root", "mount": "/", "size": "grow"}]}]}"#,
    },
    Layout {
        name: "btrfs",
        guest: r#"{"partitions": [{"btrfs": "system", "volumes": [{"name": "root", "mount": "/"}, {"name": "home", "mount": "/home"}]}, {"btrfs": "data", "disks": ["vdb"], "volumes": [{"name": "data", "mount": "/data"}]}]}"#,
    },
    Layout {
        name: "raw",
        guest: r#"{"partitions": {"raw": "echo 'label: gpt' | sfdisk --quiet /dev/vda\n"}}"#,
    },
];
