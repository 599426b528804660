name={{ name | sh }}
uuid={{ uuid | sh }}
# The stamp in the domain's metadata, by which the site knows its own.
xmlns={{ stamp.xmlns | sh }}
site={{ stamp.site | sh }}
digest={{ stamp.digest | sh }}
# What is created for this guest alone, and what for several guests: POOL/VOLUME.
{%- set own = "" %}
{%- set common = "" %}
{%- for disk in disks %}
{%- set volume = disk.pool ~ "/" ~ disk.vol if disk.pool is defined and disk.size is defined else "" %}
{%- if volume and disk.shareable %}{% set_global common = common ~ " " ~ (volume | sh) %}{% elif volume %}{% set_global own = own ~ " " ~ (volume | sh) %}{% endif %}
{%- endfor %}
volumes=({{ own | trim }})
shared=({{ common | trim }})
{%- if not virtinst.pxe %}
{%- set kernel_args = install.kernel_args | join(sep=" ") %}
{%- if virtinst.extra_args %}{% set kernel_args = kernel_args ~ " " ~ virtinst.extra_args %}{% endif %}
kernel_args={{ kernel_args | trim | sh }}
{%- endif %}
# How long the install may take.
minutes={{ virtinst.waittime }}
connect={{ host.connect | sh }}
connect=${LIBVIRT_DEFAULT_URI:-$connect}
