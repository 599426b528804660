# Each disk: pool and volume, or no pool and a path; what the machine sees; how virsh creates the volume, if it shall.
disks() {
{%- for disk in disks %}
{%- set seen = "target.dev=" ~ disk.device ~ ",target.bus=" ~ disk.bus ~ ",driver.type=" ~ disk.format ~ ",driver.cache=" ~ disk.cache %}
{%- if disk.shareable %}{% set seen = seen ~ ",shareable=yes" %}{% elif disk.sparse %}{% set seen = seen ~ ",driver.discard=unmap" %}{% endif %}
{%- if disk.pool is undefined %}
{%- if disk.size is defined %}{% set seen = seen ~ ",format=" ~ disk.format ~ ",size=" ~ (disk.size | gib) %}{% endif %}
{%- if disk.size is defined and not disk.sparse %}{% set seen = seen ~ ",sparse=no" %}{% endif %}
{%- if disk.backing is defined %}{% set seen = seen ~ ",backing_store=" ~ (disk.backing | subopt) ~ ",backing_format=" ~ disk.backing_format %}{% endif %}
  disk '' {{ disk.path | sh }} {{ seen | sh }}
{%- elif disk.size is undefined %}
  disk {{ disk.pool | sh }} {{ disk.vol | sh }} {{ seen | sh }}
{%- else %}
  # {{ disk.size | gib }} GiB
  disk {{ disk.pool | sh }} {{ disk.vol | sh }} {{ seen | sh }} \
{%- if disk.backing is defined and disk.backing is starting_with(pat="/") %}
    {{ disk.size }} {{ ("<volume><name>" ~ disk.vol ~ "</name><capacity>" ~ disk.size ~ "</capacity><allocation>0</allocation><target><format type='" ~ disk.format ~ "'/></target><backingStore><path>" ~ (disk.backing | xml) ~ "</path><format type='" ~ disk.backing_format ~ "'/></backingStore></volume>") | sh }}
{%- else %}
    {{ disk.size }} --format {{ disk.format }}
{%- if disk.sparse %} --allocation 0{% elif disk.format == "qcow2" %} --prealloc-metadata{% endif %}
{%- if disk.backing is defined %} --backing-vol {{ disk.backing | sh }} --backing-vol-format {{ disk.backing_format }}{% endif %}
{%- endif %}
{%- endif %}
{%- else %}
  machine+=(--disk none)
{%- endfor %}
}
