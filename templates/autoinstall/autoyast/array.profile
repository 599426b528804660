{#- What is on a RAID device. -#}
{%- if raid.mount is defined %}
{%- set part = raid %}
{%- include "autoinstall/autoyast/filesystem.profile" %}
{%- endif %}
{%- for group in partitions.volume_groups %}
{%- if group.disks is containing(pat=raid.device) %}
{%- include "autoinstall/autoyast/member.profile" %}
{%- endif %}
{%- endfor %}
{%- for pool in partitions.btrfs %}
{%- if pool.disks is containing(pat=raid.device) %}
{%- include "autoinstall/autoyast/pool.profile" %}
{%- endif %}
{%- endfor -%}
