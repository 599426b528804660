{#- Media of an installer that boots from one. A part of its own, as it reads the guest's disks. -#}
{%- set pools = [disk.pool for disk in disks if disk.pool is defined and disk.size is defined] %}
{%- set pool = pools | first | default(value="default") %}
{%- set media = ["<source file='" ~ (virtinst.cdrom | xml) ~ "'/>"] %}
{%- if virtinst.drivers is defined and virtinst.drivers != "none" %}
{%- set media = [...media, "<source file='" ~ (virtinst.drivers | xml) ~ "'/>"] %}
{%- endif %}
# with_media XML: prints the domain with the media it is installed from. It boots from its disk, and from the first of them
# while there is nothing on that. Only the domain that runs has them: the one defined for later stays as it is.
with_media() {
  local xml=$1 quote cdroms=''
{%- for source in media %}
  cdroms+={{ ("<disk type='file' device='cdrom'>" ~ source ~ "<target dev='sd" ~ ("x" if loop.first else "y") ~ "' bus='sata'/><readonly/><address type='drive' controller='0' bus='0' target='0' unit='" ~ (2 + loop.index) ~ "'/></disk>") | sh }}$'\n    '
{%- endfor %}
  cdroms+={{ ("<disk type='volume' device='cdrom'><source pool='" ~ (pool | xml) ~ "' volume='" ~ (name | xml) ~ "-seed.iso'/><target dev='sdz' bus='sata'/><readonly/><address type='drive' controller='0' bus='0' target='0' unit='5'/></disk>") | sh }}$'\n    '
  for quote in \' \"; do
    xml=${xml/"<boot dev=${quote}hd$quote/>"/"<boot dev='hd'/><boot dev='cdrom'/>"}
  done
  printf '%s\n' "${xml/'<disk '/"$cdroms<disk "}"
}

# The medium asks for a key, and Setup starts only when it gets one. Afterwards letters do nothing: no question is asked.
press_keys() {
  local end=$((SECONDS + {{ 60 if virtinst.virt_type == "kvm" else 300 }}))
  while ((SECONDS < end)) && installing; do
    libvirt send-key "$uuid" KEY_A > /dev/null 2>&1 || true
    sleep 1
  done
}
