{#- The site's own layout. A RAID device without a mount point is a disk of the volume group or btrfs that names it. -#}
{%- set mounts = [...[part.mount for part in partitions.plain], ...[raid.mount for raid in partitions.raids if raid.mount is defined]] %}
{#- The boot loader's own means read neither volumes nor what is striped or encrypted without asking: /boot is apart then. #}
{%- set bare_root = [...[part for part in partitions.plain if part.mount == "/" and part.passphrase is undefined], ...[raid for raid in partitions.raids if raid.mount is defined and raid.mount == "/" and raid.level == 1 and raid.passphrase is undefined]] %}
{%- set pool_roots = [pool for pool in partitions.btrfs if pool.disks | length < 2 and [volume for volume in pool.volumes if volume.mount == "/"]] %}
{%- set add_boot = not bare_root and not pool_roots and not mounts is containing(pat="/boot") %}
{%- set raid_devices = [raid.device for raid in partitions.raids] %}
{#- Every disk that something is on, the guest's own first and in their order. #}
{%- set_global named = [part.disk for part in partitions.plain if part.disk is defined] %}
{%- for raid in partitions.raids %}{% set_global named = [...named, ...raid.disks] %}{% endfor %}
{%- for group in partitions.volume_groups %}{% set_global named = [...named, ...group.disks] %}{% endfor %}
{%- for pool in partitions.btrfs %}{% set_global named = [...named, ...pool.disks] %}{% endfor %}
{%- set on_first = [
    ...[part for part in partitions.plain if part.disk is undefined],
    ...[group for group in partitions.volume_groups if not group.disks],
    ...[pool for pool in partitions.btrfs if not pool.disks]] %}
{%- set needs_first = on_first or add_boot or virtinst.firmware == "uefi" and not mounts is containing(pat="/boot/efi") %}
{%- set known = [disk for disk in own_disks if named is containing(pat=disk) or needs_first and disk == first_disk] %}
{%- set elsewhere = [disk for disk in named if not own_disks is containing(pat=disk) and not raid_devices is containing(pat=disk)] | unique %}
{#- What the firmware boots is on each disk of a RAID, and else on the first disk. #}
{%- set boot_disks = partitions.raids[0].disks if partitions.raids else [] %}
  <partitioning config:type="list">
{%- for disk in [...known, ...elsewhere] %}
    <drive>
      <device>/dev/{{ disk | xml }}</device>
      <initialize config:type="boolean">true</initialize>
      <use>all</use>
{%- include "autoinstall/autoyast/disklabel.profile" %}
      <partitions config:type="list">
{%- if disk == first_disk or boot_disks is containing(pat=disk) %}
{%- include "autoinstall/autoyast/firmware.profile" %}
{%- endif %}
{%- if add_boot and disk == first_disk %}
        <partition>
          <create config:type="boolean">true</create>
          <mount>/boot</mount>
          <filesystem config:type="symbol">ext4</filesystem>
          <format config:type="boolean">true</format>
          <size>1024M</size>
        </partition>
{%- endif %}
{%- for part in partitions.plain %}
{%- if (part.disk if part.disk is defined else first_disk) == disk %}
        <partition>
          <create config:type="boolean">true</create>
{%- include "autoinstall/autoyast/filesystem.profile" %}
{%- if part.mount == "/boot/efi" %}
          <partition_id config:type="integer">259</partition_id>
{%- endif %}
{%- include "autoinstall/autoyast/size.profile" %}
        </partition>
{%- endif %}
{%- endfor %}
{%- for raid in partitions.raids %}
{%- if raid.disks is containing(pat=disk) %}
        <partition>
          <create config:type="boolean">true</create>
          <format config:type="boolean">false</format>
          <partition_id config:type="integer">253</partition_id>
          <raid_name>/dev/{{ raid.device | xml }}</raid_name>
          <size>{% if raid.size is defined %}{{ raid.size | mib }}M{% else %}max{% endif %}</size>
        </partition>
{%- endif %}
{%- endfor %}
{%- for group in partitions.volume_groups %}
{%- if (group.disks or [first_disk]) is containing(pat=disk) %}
        <partition>
          <create config:type="boolean">true</create>
          <partition_id config:type="integer">142</partition_id>
{%- include "autoinstall/autoyast/member.profile" %}
          <size>max</size>
        </partition>
{%- endif %}
{%- endfor %}
{%- for pool in partitions.btrfs %}
{%- if (pool.disks or [first_disk]) is containing(pat=disk) %}
        <partition>
          <create config:type="boolean">true</create>
{%- include "autoinstall/autoyast/pool.profile" %}
          <size>max</size>
        </partition>
{%- endif %}
{%- endfor %}
      </partitions>
    </drive>
{%- endfor %}
{%- include "autoinstall/autoyast/arrays.profile" %}
{%- for group in partitions.volume_groups %}
    <drive>
      <device>/dev/{{ group.name | xml }}</device>
      <type config:type="symbol">CT_LVM</type>
      <use>all</use>
      <partitions config:type="list">
{%- if group.thin_pool is defined %}
        <partition>
          <create config:type="boolean">true</create>
          <lv_name>{{ group.thin_pool | xml }}</lv_name>
          <pool config:type="boolean">true</pool>
          <size>max</size>
        </partition>
{%- endif %}
{%- for part in group.volumes %}
        <partition>
          <create config:type="boolean">true</create>
          <lv_name>{{ part.name | xml }}</lv_name>
{%- if group.thin_pool is defined and part.mount != "swap" %}
          <used_pool>{{ group.thin_pool | xml }}</used_pool>
{%- endif %}
{%- include "autoinstall/autoyast/filesystem.profile" %}
{%- include "autoinstall/autoyast/size.profile" %}
        </partition>
{%- endfor %}
      </partitions>
    </drive>
{%- endfor %}
{%- for pool in partitions.btrfs %}
{%- if pool.disks | length > 1 %}
    <drive>
      <device>{{ pool.label | xml }}</device>
      <type config:type="symbol">CT_BTRFS</type>
      <disklabel>none</disklabel>
      <partitions config:type="list">
        <partition>
{%- include "autoinstall/autoyast/subvolumes.profile" %}
        </partition>
      </partitions>
      <btrfs_options>
        <data_raid_level>{{ pool.level | xml }}</data_raid_level>
        <metadata_raid_level>{{ (pool.level if pool.level != "single" else "raid1") | xml }}</metadata_raid_level>
      </btrfs_options>
    </drive>
{%- endif %}
{%- endfor %}
  </partitioning>
{#- The line break is the next part's. -#}
