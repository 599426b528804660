# What only this guest has.
machine+=(
{%- for interface in interfaces %}
{%- set source = "network=" ~ (interface.network | subopt) if interface.network is defined else "bridge=" ~ (interface.bridge | subopt) %}
{%- if interface.portgroup is defined %}{% set source = source ~ ",portgroup=" ~ (interface.portgroup | subopt) %}{% endif %}
{%- set mtu = ",mtu.size=" ~ interface.mtu if interface.mtu is defined else "" %}
{%- set more = "," ~ interface.options if interface.options is defined else "" %}
  --network {{ (source ~ ",model=" ~ interface.model ~ ",mac=" ~ interface.mac ~ mtu ~ more) | sh }}
{%- else %}
  --network none
{%- endfor %}
{%- if [disk for disk in disks if disk.bus == "scsi"] %}
  --controller scsi,model=virtio-scsi
{%- endif %}
)
