//! Layouts of disks that AutoYaST can make.

use serde_json::{Value, json};

/// The layouts by name, and the first release that can make them; what came with 15.2 is of release 152.
pub(super) fn layouts() -> Vec<(&'static str, u32, Value)> {
    let two = json!([{"size": 40}, {"size": 40}]);
    let root = json!({"name": "root", "mount": "/", "size": "grow"});
    vec![
        ("auto", 12, json!({"partitions": "auto"})),
        ("swap", 12, json!({"partitions": "auto", "swap": "2G"})),
        (
            "xfs",
            12,
            json!({"partitions": "auto", "filesystem": "xfs"}),
        ),
        (
            "raw",
            12,
            json!({"partitions": {"raw": "<!-- Our own. -->\n<partitioning config:type=\"list\">\n  <drive><device>/dev/vda</device></drive>\n  <drive><device>/dev/raw</device></drive>\n</partitioning>\n"}}),
        ),
        (
            "plain",
            12,
            json!({"partitions": [
                {"mount": "/boot", "size": "500M", "disk": "vda", "fs": "ext3"},
                {"mount": "swap"},
                {"mount": "/home", "size": "10%", "disk": "vda", "options": "nodev,nosuid"},
                {"mount": "/srv", "size": "3G", "label": "data", "fs": "ext4"},
                {"mount": "/secret", "size": "1G", "encrypt": {"passphrase": "it's \"<#1>\" & more"}},
                {"mount": "/", "min": "5G", "size": "grow"},
            ]}),
        ),
        (
            "lvm",
            12,
            json!({"partitions": [
                {"volume_group": "vg0", "volumes": [
                    {"name": "root", "mount": "/", "size": "8G", "label": "root"},
                    {"name": "swap", "mount": "swap", "size": "1G"},
                    {"name": "log", "mount": "/var/log", "size": "20%", "options": "noexec"},
                    {"name": "var", "mount": "/var", "size": "grow", "fs": "xfs"},
                ]},
            ]}),
        ),
        (
            "thin",
            12,
            json!({"partitions": [
                {"mount": "/boot", "size": "1G"},
                {"volume_group": "vg0", "thin_pool": "pool", "volumes": [
                    {"name": "root", "mount": "/", "size": "9G"},
                    {"name": "home", "mount": "/home", "size": "20G", "encrypt": {"passphrase": "of home"}},
                    {"name": "swap", "mount": "swap", "size": "1G"},
                ]},
            ]}),
        ),
        (
            "disks",
            12,
            json!({
                "disks": [{"size": 20}, {"size": 30}, {"vol": "shared.raw", "size": 1, "format": "raw", "shareable": true}],
                "partitions": [
                    {"mount": "/", "size": "grow", "disk": "vda"},
                    {"volume_group": "data", "disks": ["vdb"], "volumes": [{"name": "srv", "mount": "/srv", "size": "4G"}]},
                ],
            }),
        ),
        (
            "raid",
            12,
            json!({
                "disks": two,
                "partitions": [
                    {"raid": "md0", "level": 1, "disks": ["vda", "vdb"], "size": "1G", "mount": "/boot", "fs": "ext3"},
                    {"raid": "md1", "level": 0, "disks": ["vda", "vdb"], "size": "1G", "mount": "swap"},
                    {"raid": "md2", "level": 1, "disks": ["vda", "vdb"], "mount": "/"},
                ],
            }),
        ),
        (
            "raid-lvm",
            12,
            json!({
                "disks": [{"size": 20}, {"size": 20}, {"size": 20}],
                "virtinst": {"firmware": "uefi"},
                "partitions": [
                    {"raid": "md0", "level": 1, "disks": ["vda", "vdb"], "size": "1G", "mount": "/boot"},
                    {"raid": "md1", "level": 5, "disks": ["vda", "vdb", "vdc"]},
                    {"volume_group": "vg0", "disks": ["md1"], "volumes": [root]},
                ],
            }),
        ),
        (
            "uefi",
            12,
            json!({"virtinst": {"firmware": "uefi"}, "partitions": [
                {"mount": "/boot", "size": "1G"},
                {"volume_group": "vg0", "volumes": [root]},
            ]}),
        ),
        (
            "uefi-swap",
            12,
            json!({"virtinst": {"firmware": "uefi"}, "partitions": "auto", "swap": "1G"}),
        ),
        (
            "luks",
            15,
            json!({"disks": two, "partitions": [
                {"volume_group": "vg0", "disks": ["vda", "vdb"], "encrypt": {"passphrase": "pass phrase"}, "volumes": [root]},
            ]}),
        ),
        (
            "btrfs",
            15,
            json!({"disks": two, "partitions": [
                {"mount": "swap", "size": "2G"},
                {"btrfs": "system", "volumes": [{"name": "home", "mount": "/home"}, {"name": "top", "mount": "/"}, {"name": "srv", "mount": "/srv"}]},
                {"btrfs": "data", "disks": ["vdb"], "volumes": [{"name": "data", "mount": "/data"}, {"name": "db", "mount": "/data/db"}]},
            ]}),
        ),
        (
            "btrfs-disks",
            152,
            json!({"disks": two, "partitions": [
                {"mount": "/boot", "size": "1G", "disk": "vda"},
                {"btrfs": "main", "disks": ["vda", "vdb"], "level": "raid1", "volumes": [{"name": "root", "mount": "/"}, {"name": "home", "mount": "/home"}]},
            ]}),
        ),
    ]
}
