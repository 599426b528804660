//! Layouts of disks that Agama can make.

use serde_json::{Value, json};

/// The layouts by name.
pub(super) fn layouts() -> Vec<(&'static str, Value)> {
    let two = json!([{"size": 40}, {"size": 40}]);
    let root = json!({"name": "root", "mount": "/", "size": "grow"});
    vec![
        ("auto", json!({"partitions": "auto"})),
        ("swap", json!({"partitions": "auto", "swap": "2G"})),
        ("xfs", json!({"partitions": "auto", "filesystem": "xfs"})),
        (
            "raw",
            json!({"partitions": {"raw": "\n{\n  \"drives\": [\n    {\"search\": \"/dev/vda\", \"partitions\": [{\"generate\": \"default\"}]}\n  ]\n}\n"}}),
        ),
        (
            "plain",
            json!({"partitions": [
                {"mount": "/boot", "size": "500M", "disk": "vda", "fs": "ext3"},
                {"mount": "/", "min": "5G", "max": "15G", "size": "grow"},
                {"mount": "swap"},
                {"mount": "/home", "size": "10%", "disk": "vda", "options": "nodev,nosuid"},
                {"mount": "/var", "size": "grow"},
                {"mount": "/srv", "size": "3G", "label": "data", "fs": "ext4"},
                {"mount": "/secret", "size": "1G", "encrypt": {"passphrase": "it's \"<#1>\" & more"}},
            ]}),
        ),
        (
            "lvm",
            json!({"partitions": [
                {"volume_group": "vg0", "volumes": [
                    {"name": "root", "mount": "/", "size": "8G", "label": "root"},
                    {"name": "var", "mount": "/var", "size": "grow", "fs": "xfs"},
                    {"name": "swap", "mount": "swap", "size": "1G"},
                    {"name": "log", "mount": "/var/log", "min": "1G", "max": "4G", "size": "grow", "options": "noexec"},
                ]},
            ]}),
        ),
        (
            "thin",
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
            json!({
                "disks": [{"size": 20}, {"size": 20}, {"size": 20}],
                "virtinst": {"firmware": "uefi"},
                "partitions": [
                    {"raid": "md0", "level": 5, "disks": ["vda", "vdb", "vdc"]},
                    {"volume_group": "vg0", "disks": ["md0"], "encrypt": {"passphrase": "pass phrase"}, "volumes": [root]},
                ],
            }),
        ),
        (
            "uefi",
            json!({"virtinst": {"firmware": "uefi"}, "partitions": [
                {"mount": "/boot/efi", "size": "600M"},
                {"mount": "/boot", "size": "1G"},
                {"volume_group": "vg0", "encrypt": {"passphrase": "of the group"}, "volumes": [root]},
            ]}),
        ),
        (
            "luks",
            json!({"disks": two, "partitions": [
                {"volume_group": "vg0", "disks": ["vda", "vdb"], "encrypt": {"passphrase": "pass phrase"}, "volumes": [root]},
            ]}),
        ),
    ]
}
