# The disks: pool and volume, or no pool and a path; what the machine sees; how the volume is created, if it is to be.
disks() {
{%- for disk in disks %}
{%- set options = "target.dev=" ~ disk.device ~ ",target.bus=" ~ disk.bus ~ ",driver.type=" ~ disk.format ~ ",driver.cache=" ~ disk.cache %}
{%- if disk.shareable %}{% set options = options ~ ",shareable=yes" %}{% elif disk.sparse %}{% set options = options ~ ",driver.discard=unmap" %}{% endif %}
{%- if disk.pool is undefined %}
{%- if disk.size is defined %}{% set options = options ~ ",format=" ~ disk.format ~ ",size=" ~ (disk.size | gib) %}{% endif %}
  disk '' {{ disk.path | sh }} {{ options | sh }}
{%- else %}
  disk {{ disk.pool | sh }} {{ disk.vol | sh }} {{ options | sh }}
{%- if disk.size is defined %} \
    {{ disk.size }} --format {{ disk.format | sh }}
{%- if disk.sparse %} --allocation 0{% endif %}
{%- if disk.backing is defined %} --backing-vol {{ disk.backing | sh }} --backing-vol-format {{ disk.backing_format | default(value="qcow2") | sh }}{% endif %} # {{ disk.size | gib }} GiB
{%- endif %}
{%- endif %}
{%- else %}
  machine+=(--disk none)
{%- endfor %}
}

disk() {
  local pool=$1 volume=$2 options=$3 size=${4-} found
  if [[ $show ]]; then
    show_disk
    return
  elif [[ ! $pool ]]; then
    machine+=(--disk "path=\"$volume\",$options")
    return
  elif [[ $size ]] && ! found=$(libvirt vol-info --bytes --pool "$pool" "$volume" 2> /dev/null); then
    say "creating volume $volume in pool $pool"
    libvirt vol-create-as "$pool" "$volume" "$size" "${@:5}" > /dev/null
    [[ " $volumes " != *" $pool/$volume "* ]] || created+=("$pool/$volume")
  elif [[ " $volumes " == *" $pool/$volume "* ]]; then
    # A run killed before there was a domain leaves its volumes empty. All others hold somebody's data.
    [[ $found =~ Capacity:\ +"$size "[^0-9]*Allocation:\ +([0-9]{1,6})\  ]] ||
      fail "volume $volume of pool $pool is there already and not known as this guest's; it is left alone"
  fi
  machine+=(--disk "vol=\"$pool/$volume\",$options")
}

# Shows virt-install a disk that need not exist. It would look for it in pools, start them and create some; so it gets
# a file that is everywhere, and the right source afterwards.
show_disk() {
  local xml source
  shown=$((shown + 1))
  source=./devices/disk[$shown]/source
  machine+=(--disk "path=/dev/null,$options" --xml "xpath.delete=$source")
  xml=$(libvirt pool-dumpxml "$pool" 2> /dev/null) || xml=
  if [[ ! $pool ]]; then
    machine+=(--xml "./devices/disk[$shown]/@type=file" --xml "xpath.set=$source/@file,xpath.value=\"$volume\"")
  elif [[ $xml =~ "<pool type='"(dir|fs|netfs)"'>".*"<path>"(.*)"</path>" ]]; then
    machine+=(--xml "./devices/disk[$shown]/@type=file")
    machine+=(--xml "xpath.set=$source/@file,xpath.value=\"${BASH_REMATCH[2]}/$volume\"")
  else
    machine+=(--xml "./devices/disk[$shown]/@type=volume" --xml "xpath.set=$source/@pool,xpath.value=\"$pool\"")
    machine+=(--xml "xpath.set=$source/@volume,xpath.value=\"$volume\"")
  fi
}
