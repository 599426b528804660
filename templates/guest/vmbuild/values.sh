name={{ name | sh_value }}
uuid={{ uuid }}
# The stamp in the domain's metadata, by which the site knows its own.
xmlns={{ stamp.xmlns }}
site={{ stamp.site | sh_value }}
digest={{ stamp.digest }}
# What is created for this guest alone, and what for several guests: POOL/VOLUME.
{%- set created = [disk for disk in disks if disk.pool is defined and disk.size is defined] %}
{%- if install.volume is defined %}
{%- set pools = [disk.pool for disk in created] %}
# The one with the installer's files.
seed={{ ((pools | first | default(value="default")) ~ "/" ~ name ~ "-seed.iso") | sh_value }}
{%- endif %}
volumes=({{ [(disk.pool ~ "/" ~ disk.vol) | sh for disk in created if not disk.shareable] | join(sep=" ") }})
shared=({{ [(disk.pool ~ "/" ~ disk.vol) | sh for disk in created if disk.shareable] | join(sep=" ") }})
