{#- Disks and file systems. Each disk is a drive, and so are volume groups, RAID devices and file systems on several disks:
    what is on a disk says by name what it is a part of. -#}
{%- if partitions.kind == "raw" %}
{{ partitions.text | autoyast_raw }}
{%- elif partitions.kind == "layout" %}
{%- include "autoinstall/autoyast/layout.profile" %}
{%- elif swap is defined or filesystem is defined %}
{%- set disk = first_disk %}
{%- set mounts = [] %}
  <partitioning config:type="list">
    <drive>
      <device>/dev/{{ disk | xml }}</device>
      <initialize config:type="boolean">true</initialize>
      <use>all</use>
{%- include "autoinstall/autoyast/disklabel.profile" %}
      <partitions config:type="list">
{%- include "autoinstall/autoyast/firmware.profile" %}
        <partition>
          <create config:type="boolean">true</create>
          <mount>swap</mount>
          <filesystem config:type="symbol">swap</filesystem>
          <format config:type="boolean">true</format>
          <size>{% if swap is defined %}{{ swap | mib }}M{% else %}auto{% endif %}</size>
        </partition>
        <partition>
          <create config:type="boolean">true</create>
          <mount>/</mount>
          <filesystem config:type="symbol">{{ (filesystem if filesystem is defined else "btrfs") | xml }}</filesystem>
          <format config:type="boolean">true</format>
          <size>max</size>
        </partition>
      </partitions>
    </drive>
  </partitioning>
{%- else %}
  <!-- The installer's own proposal, on this disk. -->
  <partitioning config:type="list">
    <drive>
      <device>/dev/{{ first_disk | xml }}</device>
      <initialize config:type="boolean">true</initialize>
      <use>all</use>
    </drive>
  </partitioning>
{%- endif -%}
