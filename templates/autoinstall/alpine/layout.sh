{#- The tables of partitions, disk by disk, with what takes the rest of a disk at its end; then arrays, groups of volumes
    and file systems. -#}
{%- set swap_mib = [virtinst.ram, 4096] | sort | first %}
{%- for disk in used_disks %}
{%- set dev = disk.device | account %}
{%- set is_first = disk.device == first_disk %}

table {{ dev }}
{%- if not uefi and boot_disks is containing(pat=disk.device) %}
part {{ dev }} 21686148-6449-6E6F-744E-656564454649 1 # for GRUB
{%- endif %}
{%- if add_esp and is_first %}
part {{ dev }} uefi 200; esp=$new
{%- endif %}
{%- if add_boot and is_first %}
part {{ dev }} linux 512; boot=$new
{%- endif %}
{%- if not layout and is_first %}
{%- set quarter = (disk.size // 4) | mib | int if disk.size is defined else swap_mib %}
part {{ dev }} swap {% if swap is defined %}{{ swap | mib }}{% else %}{{ [swap_mib, quarter] | sort | first }}{% endif %}; swap=$new
part {{ dev }} linux; root=$new
{%- endif %}
{%- for part in plain %}
{%- if not part.grow and (part.disk == disk.device if part.disk is defined else is_first) %}
part {{ dev }} {% if part.mount == "swap" %}swap{% elif part.mount == "/boot/efi" %}uefi{% else %}linux{% endif %} {% if part.percent is defined %}{{ (disk.size * part.percent // 100) | mib }}{% elif part.size is defined %}{{ part.size | mib }}{% elif part.mount == "swap" %}{{ swap_mib }}{% elif part.mount == "/boot/efi" %}200{% else %}512{% endif %}; plain_{{ loop.index }}=$new
{%- endif %}
{%- endfor %}
{%- for raid in raids %}
{%- if raid.size is defined and raid.disks is containing(pat=disk.device) %}
part {{ dev }} raid {{ raid.size | mib }}; raid_{{ loop.index }}="$raid_{{ loop.index }} $new"
{%- endif %}
{%- endfor %}
{%- for part in plain %}
{%- if part.grow and (part.disk == disk.device if part.disk is defined else is_first) %}
part {{ dev }} linux; plain_{{ loop.index }}=$new
{%- endif %}
{%- endfor %}
{%- for raid in raids %}
{%- if raid.size is undefined and raid.disks is containing(pat=disk.device) %}
part {{ dev }} raid; raid_{{ loop.index }}="$raid_{{ loop.index }} $new"
{%- endif %}
{%- endfor %}
{%- for group in groups_of_volumes %}
{%- if group.disks is containing(pat=disk.device) or not group.disks and is_first %}
part {{ dev }} lvm; group_{{ loop.index }}="$group_{{ loop.index }} $new"
{%- endif %}
{%- endfor %}
{%- for pool in pools %}
{%- if pool.disks is containing(pat=disk.device) or not pool.disks and is_first %}
part {{ dev }} linux; pool_{{ loop.index }}="$pool_{{ loop.index }} $new"
{%- endif %}
{%- endfor %}
{%- endfor %}
mdev -s
{%- for raid in raids %}
# shellcheck disable=SC2086
mdadm --create {{ ("/dev/" ~ raid.device) | path | sh }} --run --quiet --homehost any --level {{ raid.level }} --raid-devices {{ raid.disks | length }} $raid_{{ loop.index }}
{%- endfor %}
{%- if add_esp %}
format "$esp" /boot/efi vfat
{%- endif %}
{%- if add_boot %}
format "$boot" /boot ext4
{%- endif %}
{%- if not layout %}
format "$swap" swap swap
format "$root" / {{ default_fs | ident }}
{%- endif %}
{%- for part in plain %}
{%- set number = loop.index %}
{%- set device = '"$plain_' ~ number ~ '"' %}
{%- if part.passphrase is defined %}
printf %s {{ part.passphrase | line | sh }} | cryptsetup luksFormat --batch-mode --type luks2 --key-file - {{ device }}
printf %s {{ part.passphrase | line | sh }} | cryptsetup open --key-file - {{ device }} root
{%- endif %}
format {% if part.passphrase is defined %}/dev/mapper/root{% else %}{{ device }}{% endif %} {{ part.mount | line | sh }} {% if part.mount == "swap" %}swap{% elif part.mount == "/boot/efi" %}vfat{% else %}{{ (part.fs if part.fs is defined else "ext4" if part.mount == "/boot" else default_fs) | ident }}{% endif %}
{%- if part.options is defined %} {{ part.options | preseed_word | sh }}{% elif part.label is defined %} ''{% endif %}
{%- if part.label is defined %} {{ part.label | line | sh }}{% endif %}
{%- endfor %}
{%- for raid in [raid for raid in raids if raid.mount is defined] %}
format {{ ("/dev/" ~ raid.device) | path | sh }} {{ raid.mount | line | sh }} {{ (raid.fs if raid.fs is defined else "swap" if raid.mount == "swap" else "ext4" if raid.mount == "/boot" else default_fs) | ident }}
{%- endfor %}
{%- for group in groups_of_volumes %}
{%- set arrays = [disk for disk in group.disks if array_names is containing(pat=disk)] %}
{%- if arrays %}
group_{{ loop.index }}="$group_{{ loop.index }}{% for array in arrays %} /dev/{{ array | account }}{% endfor %}"
{%- endif %}
{%- if group.passphrase is defined %}
printf %s {{ group.passphrase | line | sh }} | cryptsetup luksFormat --batch-mode --type luks2 --key-file - "${group_{{ loop.index }}# }"
printf %s {{ group.passphrase | line | sh }} | cryptsetup open --key-file - "${group_{{ loop.index }}# }" root
group_{{ loop.index }}=/dev/mapper/root
{%- endif %}
# shellcheck disable=SC2086
pvcreate --quiet --yes -ff $group_{{ loop.index }}
# shellcheck disable=SC2086
vgcreate --quiet {{ group.name | line | sh }} $group_{{ loop.index }}
{%- set fixed = [volume for volume in group.volumes if not volume.grow] %}
{%- set rest = [volume for volume in group.volumes if volume.grow] %}
{%- for volume in [...fixed, ...rest] %}
lvcreate --quiet --yes --wipesignatures y {% if volume.percent is defined %}--extents {{ volume.percent }}%VG{% elif volume.size is defined %}--size {{ volume.size | mib }}m{% elif volume.grow %}--extents 100%FREE{% else %}--size {{ swap_mib }}m{% endif %} --name {{ volume.name | line | sh }} {{ group.name | line | sh }}
{%- endfor %}
{%- for volume in group.volumes %}
format {{ ("/dev/" ~ group.name ~ "/" ~ volume.name) | path | sh }} {{ volume.mount | line | sh }} {{ ("swap" if volume.mount == "swap" else volume.fs if volume.fs is defined else "ext4" if default_fs == "btrfs" else default_fs) | ident }}
{%- if volume.options is defined %} {{ volume.options | preseed_word | sh }}{% elif volume.label is defined %} ''{% endif %}
{%- if volume.label is defined %} {{ volume.label | line | sh }}{% endif %}
{%- endfor %}
{%- endfor %}
{%- for pool in pools %}
{%- set arrays = [disk for disk in pool.disks if array_names is containing(pat=disk)] %}
{%- set number = loop.index %}
{%- if arrays %}
pool_{{ number }}="$pool_{{ number }}{% for array in arrays %} /dev/{{ array | account }}{% endfor %}"
{%- endif %}
# shellcheck disable=SC2086
mkfs.btrfs -q -f -L {{ pool.label | line | sh }}{% if pool.level != "single" %} -d {{ pool.level | ident }} -m {{ pool.level | ident }}{% endif %} $pool_{{ number }}
pool_{{ number }}=${pool_{{ number }}# }
pool_{{ number }}=${pool_{{ number }}%% *}
mount -t btrfs "$pool_{{ number }}" /mnt
{%- for volume in pool.volumes %}
mkdir -p "/mnt/$(dirname {{ volume.name | line | sh }})"
btrfs subvolume create {{ ("/mnt/" ~ volume.name) | path | sh }}
remember "$pool_{{ number }}" {{ volume.mount | line | sh }} btrfs {{ ("subvol=" ~ volume.name) | preseed_word | sh }}
{%- endfor %}
umount /mnt
{%- endfor %}
{#- The line break is the next part's. -#}
