# Each disk: pool and volume, or no pool and a path; what the machine sees; how virsh creates the volume, if it shall.
disks() {
{%- for disk in disks %}
{%- set seen = "target.dev=" ~ disk.device ~ ",target.bus=" ~ disk.bus ~ ",driver.type=" ~ disk.format ~ ",driver.cache=" ~ disk.cache %}
{%- if disk.shareable %}{% set seen = seen ~ ",shareable=yes" %}{% elif disk.sparse %}{% set seen = seen ~ ",driver.discard=unmap" %}{% endif %}
{%- if disk.pool is undefined %}
{%- if disk.size is defined %}{% set seen = seen ~ ",format=" ~ disk.format ~ ",size=" ~ (disk.size | gib) %}{% endif %}
  disk '' {{ disk.path | sh }} {{ seen | sh }}
{%- elif disk.size is undefined %}
  disk {{ disk.pool | sh }} {{ disk.vol | sh }} {{ seen | sh }}
{%- else %}
  # {{ disk.size | gib }} GiB
  disk {{ disk.pool | sh }} {{ disk.vol | sh }} {{ seen | sh }} \
    {{ disk.size }} --format {{ disk.format | sh }}
{%- if disk.sparse %} --allocation 0{% endif %}
{%- if disk.backing is defined %} --backing-vol {{ disk.backing | sh }} --backing-vol-format {{ disk.backing_format | default(value="qcow2") | sh }}{% endif %}
{%- endif %}
{%- else %}
  machine+=(--disk none)
{%- endfor %}
}

disk() {
  local pool=$1 volume=$2 seen=$3 size=${4-} found='' is_shared=''
  if [[ $show ]]; then
    show_disk
    return
  elif [[ ! $pool ]]; then
    machine+=(--disk "path=\"$volume\",$seen")
    return
  fi
  [[ " ${shared[*]} " != *" $pool/$volume "* ]] || is_shared=yes
  [[ ! $size ]] || found=$(libvirt vol-info --bytes --pool "$pool" "$volume" 2> /dev/null) || found=
  if [[ $size && ! $found ]]; then
    say "creating volume $volume in pool $pool"
    if libvirt vol-create-as "$pool" "$volume" "$size" "${@:5}" > /dev/null; then
      [[ $is_shared ]] || created+=("$pool/$volume")
    elif [[ ! $is_shared ]] || ! libvirt vol-info --pool "$pool" "$volume" > /dev/null; then
      fail "volume $volume of pool $pool could not be created" # nor has another guest been faster with a shared one
    fi
  elif [[ $size && ! $is_shared ]]; then
    # A run that is killed before there is a domain leaves volumes of this size with nothing in them.
    [[ $found =~ Capacity:\ +"$size "[^0-9]+Allocation:\ +[0-9]{1,6}\  ]] ||
      fail "volume $volume of pool $pool exists and is not known as this guest's; it is left alone"
  fi
  machine+=(--disk "vol=\"$pool/$volume\",$seen")
}

# Shows virt-install a disk that may not exist. It would look for it in pools, start them and even create some. So it
# is given a file that is everywhere, and the source is corrected.
show_disk() {
  local at xml to=("@type=file" "source/@file=$volume")
  shown=$((shown + 1))
  at=./devices/disk[$shown]
  if [[ $pool ]]; then
    to=("@type=volume" "source/@pool=$pool" "source/@volume=$volume")
    # In a pool of files that exists, the path is known already.
    xml=$(libvirt pool-dumpxml "$pool" 2> /dev/null) || xml=
    [[ ! $xml =~ "<pool type='"(dir|fs|netfs)"'>".*"<path>"(.*)"</path>" ]] ||
      to=("@type=file" "source/@file=${BASH_REMATCH[2]}/$volume")
  fi
  machine+=(--disk "path=/dev/null,$seen" --xml "xpath.delete=$at/source")
  for xml in "${to[@]}"; do
    machine+=(--xml "xpath.set=$at/${xml%%=*},xpath.value=\"${xml#*=}\"")
  done
}
