{#- Names and interfaces. The installer knows one interface, and takes names from DHCP. #}
{%- include "autoinstall/system/names.sh" %}
{%- if interfaces %}
{%- if os.distro == "ubuntu" %}
{%- include "autoinstall/preseed/system/netplan.sh" %}
{%- else %}
{%- include "autoinstall/preseed/system/ifupdown.sh" %}
{%- endif %}
{%- endif -%}
