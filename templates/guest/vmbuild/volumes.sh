disk() {
  local pool=$1 volume=$2 seen=$3
  if [[ $show ]]; then
    show_disk
  elif [[ $pool ]]; then
    (($# == 3)) || make_volume "$pool" "$volume" "${@:4}"
    machine+=(--disk "vol=\"$pool/$volume\",$seen")
  else
    machine+=(--disk "path=\"$volume\",$seen")
  fi
}

volume_info() { libvirt vol-info --bytes --pool "$1" "$2" 2> /dev/null || true; }

# make_volume POOL VOLUME BYTES XML|OPTION…: makes a volume, unless it is there and may be used.
make_volume() {
  local pool=$1 volume=$2 size=$3 found capacity=0 is_shared=''
  [[ " ${shared[*]} " != *" $pool/$volume "* ]] || is_shared=yes
  found=$(volume_info "$pool" "$volume")
  if [[ ! $found ]]; then
    # What was put there from elsewhere is known only when the pool has looked.
    libvirt pool-refresh "$pool" > /dev/null 2>&1 || true
    found=$(volume_info "$pool" "$volume")
  fi
  if [[ ! $found ]]; then
    say "creating volume $volume in pool $pool"
    if create_volume "$@" > /dev/null; then
      [[ $is_shared ]] || created+=("$pool/$volume")
      return
    fi
    # Another guest may have been faster with a shared one.
    [[ ! $is_shared ]] || found=$(volume_info "$pool" "$volume")
    [[ $found ]] || give_up "volume $volume could not be created; is the pool there and started? virsh pool-info $pool"
  fi
  [[ ! $found =~ Capacity:\ +([0-9]+) ]] || capacity=${BASH_REMATCH[1]}
  # Of files the size is exact. Volume groups round it up to whole extents.
  ((capacity == size)) || [[ $capacity -gt $size && $found =~ Type:\ +block ]] ||
    give_up "volume $volume of pool $pool exists, with $capacity bytes instead of $size; it is left alone"
  # A run that is killed before there is a domain leaves volumes with nothing in them.
  [[ $is_shared ]] || is_empty "$pool" "$volume" "$found" ||
    give_up "volume $volume of pool $pool exists and is not known as this guest's; it is left alone. If nobody needs it: virsh vol-delete --pool $pool $volume"
}

# Leaves nothing behind that was made for a guest that is not built.
give_up() {
  delete_volumes "${created[@]}"
  fail "$@"
}

create_volume() {
  if [[ $4 == '<'* ]]; then
    libvirt vol-create "$1" /dev/stdin <<< "$4"
  else
    libvirt vol-create-as "$@"
  fi
}

# Whether nothing was written to a volume: it takes no space but its header's, or it has neither partitions nor a file
# system, which all have something in their first MiB.
is_empty() {
  [[ $3 =~ Allocation:\ +[0-9]{1,6}\  ]] ||
    libvirt vol-download --pool "$1" "$2" /dev/stdout --length 1048576 2> /dev/null |
    cmp --silent --bytes 1048576 - /dev/zero
}

# Shows virt-install a disk that may not exist. It would look for it in pools, start them and even create some. So it
# is given a file that is everywhere, and the source is corrected.
show_disk() {
  local at xml path=$volume to
  shown=$((shown + 1))
  at=./devices/disk[$shown]
  if [[ $pool ]]; then
    # In a pool that exists, the path is known already. LUNs have paths that only the host knows.
    xml=$(libvirt pool-dumpxml "$pool" 2> /dev/null) || xml=
    path=
    [[ ! $xml =~ "<pool type='"(dir|fs|netfs|logical)"'>".*"<path>"(.*)"</path>" ]] || path=${BASH_REMATCH[2]}/$volume
  fi
  case $path in
    '') to=("@type=volume" "source/@pool=$pool" "source/@volume=$volume") ;;
    /dev/*) to=("@type=block" "source/@dev=$path") ;;
    *) to=("@type=file" "source/@file=$path") ;;
  esac
  machine+=(--disk "path=/dev/null,$seen" --xml "xpath.delete=$at/source")
  for xml in "${to[@]}"; do
    machine+=(--xml "xpath.set=$at/${xml%%=*},xpath.value=\"${xml#*=}\"")
  done
}
