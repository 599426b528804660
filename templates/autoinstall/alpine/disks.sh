{#- Disks: tables of partitions first, then what is made of them, at last what is mounted. GRUB boots all of them, from
    file systems it can read: a root that is none has a /boot beside it. Raw layouts leave the new root at /mnt. -#}
{%- if partitions.kind == "raw" %}

# Disks, as the site says it.
cat > disks.sh <<'EOF'
{{ partitions.text | trim_end(pat="\n") }}
EOF
. ./disks.sh
{%- else %}
{%- set default_fs = filesystem if filesystem is defined else "ext4" %}
{%- set layout = partitions.kind == "layout" %}
{%- set plain = partitions.plain if layout else [] %}
{%- set groups_of_volumes = partitions.volume_groups if layout else [] %}
{%- set pools = partitions.btrfs if layout else [] %}
{%- set mounts = [...[part.mount for part in plain], ...[raid.mount for raid in raids if raid.mount is defined]] %}
{%- set readable = ["ext4", "ext3", "ext2"] %}
{%- set bare_part = [part for part in plain if part.mount == "/" and part.passphrase is undefined and readable is containing(pat=(part.fs if part.fs is defined else default_fs))] %}
{%- set bare_raid = [raid for raid in raids if raid.mount is defined and raid.mount == "/" and raid.level == 1 and readable is containing(pat=(raid.fs if raid.fs is defined else default_fs))] %}
{%- set bare = bare_part or bare_raid or not layout and readable is containing(pat=default_fs) %}
{%- set add_boot = not bare and not mounts is containing(pat="/boot") %}
{%- set uefi = virtinst.firmware == "uefi" %}
{%- set add_esp = uefi and not mounts is containing(pat="/boot/efi") %}
{%- set array_names = [raid.device for raid in raids] %}
{%- set_global named = [...boot_disks, first_disk, ...[part.disk for part in plain if part.disk is defined]] %}
{%- for item in [...raids, ...groups_of_volumes, ...pools] %}{% set_global named = [...named, ...item.disks] %}{% endfor %}
{%- set used_disks = [disk for disk in own_disks if named is containing(pat=disk.device)] %}
{%- set_global all_fs = [default_fs, ...[part.fs for part in [...plain, ...raids] if part.fs is defined]] %}
{%- for group in groups_of_volumes %}{% set_global all_fs = [...all_fs, ...[volume.fs for volume in group.volumes if volume.fs is defined]] %}{% endfor %}
{%- set tools = [
    ...(["lvm2"] if groups_of_volumes else []),
    ...(["mdadm"] if raids else []),
    ...(["cryptsetup"] if [item for item in [...plain, ...groups_of_volumes] if item.passphrase is defined] else []),
    ...(["btrfs-progs"] if pools or all_fs is containing(pat="btrfs") else []),
    ...(["xfsprogs"] if all_fs is containing(pat="xfs") else [])] %}

# Disks.
apk add --quiet blkid dosfstools e2fsprogs sfdisk{% for tool in tools %} {{ tool }}{% endfor %}
{%- include "autoinstall/alpine/format.sh" %}
{%- include "autoinstall/alpine/layout.sh" %}

mount_all
{%- if raids %}
mdadm --detail --scan > /etc/mdadm.conf
{%- endif %}
{%- endif %}
{#- The line break is the next part's. -#}
