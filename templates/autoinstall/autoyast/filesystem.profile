{#- What a partition, volume or RAID device is used for. -#}
{%- set other_fs = filesystem if filesystem is defined else "btrfs" if part.mount == "/" else "xfs" %}
{%- set fs = part.fs if part.fs is defined and part.fs != "efi" else "swap" if part.mount == "swap" else "vfat" if part.mount == "/boot/efi" else "ext4" if part.mount == "/boot" else other_fs %}
          <mount>{{ part.mount | xml }}</mount>
          <filesystem config:type="symbol">{{ fs | xml }}</filesystem>
          <format config:type="boolean">true</format>
{%- if part.options is defined %}
          <fstopt>{{ part.options | xml }}</fstopt>
{%- endif %}
{%- if part.label is defined %}
          <label>{{ part.label | xml }}</label>
{%- endif %}
{%- if part.passphrase is defined %}
{%- set passphrase = part.passphrase %}
{%- include "autoinstall/autoyast/encryption.profile" %}
{%- endif -%}
