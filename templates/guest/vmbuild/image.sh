{#- A part of its own, as it reads the guest's disks: what install.sh reads, many guests have in common. -#}
{%- set on_image = [disk for disk in disks if disk.backing is defined and disk.backing == virtinst.image] | first -%}
# What the guest starts from must be there, and no larger than its disk.
check_image() {
{%- if on_image.pool is defined and virtinst.image is not starting_with(pat="/") %}
  local image
  image=$(volume_info {{ on_image.pool | sh }} {{ virtinst.image | sh }})
  if [[ ! $image ]]; then
    libvirt pool-refresh {{ on_image.pool | sh }} > /dev/null 2>&1 || true
    image=$(volume_info {{ on_image.pool | sh }} {{ virtinst.image | sh }})
  fi
  [[ $image ]] || fail {{ ("there is no image " ~ virtinst.image ~ " in pool " ~ on_image.pool ~ "; " ~ ("the vmbuild.sh of guest " ~ base.name ~ " makes it" if base is defined else "virsh vol-create-as and vol-upload put one there")) | sh }}
  [[ ! $image =~ Capacity:\ +([0-9]+) ]] || ((BASH_REMATCH[1] <= {{ on_image.size }})) ||
    fail "the image has ${BASH_REMATCH[1]} bytes, more than the disk of {{ on_image.size }}"
{%- else %}
  # Of a file, libvirt says so itself.
  :
{%- endif %}
}
