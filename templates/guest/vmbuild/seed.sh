{#- The volume an installer finds its files on. It is made here and uploaded, so that the host may be another. -#}
{%- if install.cdrom is undefined -%}
# seed: shows the machine the volume with the installer's files, as its last disk; makes it first, unless only shown.
seed() {
  [[ $show ]] || make_seed "${seed%%/*}" "${seed#*/}"
  disk "${seed%%/*}" "${seed#*/}" target.bus=virtio,driver.type=raw,readonly=yes
}

{% endif -%}

# make_seed POOL VOLUME: makes a volume that the installer knows by its label.
make_seed() {
  local pool=$1 volume=$2 file found program iso size
  # Not in a command substitution: a shell of its own would leave nothing to remove.
  scratch=$(mktemp --directory)
  trap 'rm -rf -- "$scratch"' EXIT
  mkdir "$scratch/files"
  for file in {{ install.file | sh }}{% for file in install.beside %} {{ file | sh }}{% endfor %}; do
    cp -- "$(dirname -- "$self")/$file" "$scratch/files/$file" || give_up "a file of the installer's cannot be read: $file"
  done
  iso=$scratch/seed.iso
  program=
  for program in xorriso genisoimage mkisofs; do
    ! command -v "$program" > /dev/null || break
    program=
  done
  [[ $program ]] || give_up 'none of xorriso, genisoimage and mkisofs is installed here, to make the volume with the files of the installer'
  [[ $program != xorriso ]] || program='xorriso -as mkisofs'
  # The UUID tells whose volume it is.
  $program -quiet -V {{ install.volume | sh }} -J -r -A "miniascape $uuid" -o "$iso" "$scratch/files" ||
    give_up 'the volume with the files of the installer could not be made'
  size=$(stat --format %s "$iso")
  libvirt pool-refresh "$pool" > /dev/null 2>&1 || true
  found=$(volume_info "$pool" "$volume")
  if [[ $found ]]; then
    is_empty "$pool" "$volume" "$found" || is_seed "$pool" "$volume" ||
      give_up "volume $volume of pool $pool exists and is not known as this guest's; it is left alone. If nobody needs it: virsh vol-delete --pool $pool $volume"
    delete_volumes "$pool/$volume"
  fi
  say "creating volume $volume in pool $pool"
  create_volume "$pool" "$volume" "$size" --format raw > /dev/null ||
    give_up "volume $volume could not be created; is the pool there and started? virsh pool-info $pool"
  created+=("$pool/$volume")
  libvirt vol-upload --pool "$pool" "$volume" "$iso" > /dev/null || give_up "volume $volume could not be written"
  rm -rf -- "$scratch"
}

# Whether a volume was made for this guest by a run that was cut short.
is_seed() {
  libvirt vol-download --pool "$1" "$2" /dev/stdout --length 36864 2> /dev/null | grep --text --fixed-strings "$uuid" > /dev/null
}
{%- if virtinst.image is undefined %}

# The installed system has no use for the volume, and there may be secrets in it.
remove_seed() {
  local device source
  while read -r device source; do
    [[ ${source##*/} != "${seed#*/}" ]] || libvirt detach-disk "$uuid" "$device" --config > /dev/null
  done < <(libvirt domblklist --inactive "$uuid")
  delete_volumes "$seed"
  unset 'volumes[-1]'
}
{%- endif %}
