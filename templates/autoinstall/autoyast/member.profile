{#- A part of a volume group. #}
          <format config:type="boolean">false</format>
          <lvm_group>{{ group.name | xml }}</lvm_group>
{%- if group.passphrase is defined %}
{%- set passphrase = group.passphrase %}
{%- include "autoinstall/autoyast/encryption.profile" %}
{%- endif -%}
