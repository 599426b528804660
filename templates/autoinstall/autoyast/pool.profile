{#- A btrfs on one disk, or its part of one on several. -#}
{%- if pool.disks | length > 1 %}
          <format config:type="boolean">false</format>
          <btrfs_name>{{ pool.label | xml }}</btrfs_name>
{%- else %}
{%- include "autoinstall/autoyast/subvolumes.profile" %}
{%- endif -%}
