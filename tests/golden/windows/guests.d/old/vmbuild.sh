#!/usr/bin/env bash
#
# Builds one guest on a libvirt host, which needs virsh and virt-install (4.1 or later) for it and nothing else.
# Generated: change the site, not this file.
#
# A $ in a value of the site is meant as one, and the commas in options are virt-install's.
# shellcheck disable=SC2016,SC2054

set -euo pipefail

name='old'
uuid=41336a95-76a3-5307-b484-f44366f1a864
# The stamp in the domain's metadata, by which the site knows its own.
xmlns=urn:miniascape:lab:1
site='windows'
digest=f6bca4eb8c095405b825fdf15ba16c38
# What is created for this guest alone, and what for several guests: POOL/VOLUME.
# The one with the installer's files.
seed='default/old-seed.iso'
volumes=(default/old-1.qcow2 default/old-2.qcow2)
shared=()
# The last volume is the one with the installer's files.
volumes+=("$seed")
# How long the install may take.
minutes=60
connect=qemu:///system
connect=${LIBVIRT_DEFAULT_URI:-$connect}

usage() {
  cat << 'EOF'
Usage: vmbuild.sh [-n | -i] [-c URI]

Creates this guest's volumes, installs it and leaves it shut off. Run again while the install goes on, it waits for
the end; after an install that was cut short it starts over. A finished guest is left alone, and so is every guest
and volume that is not this one's.

  -n, --dry-run       print the domain as it will be when it is installed; change nothing
  -i, --install-boot  print the domain as it boots the installer; change nothing
  -c, --connect URI   the libvirt to use (default: $LIBVIRT_DEFAULT_URI, else what the site says)
  -h, --help          print this text

Exit status: 0 done, 1 failed, 2 wrong usage.
EOF
}

say() { printf '%s: %s\n' "$name" "$*" >&2; }
fail() { say "$*"; exit 1; }
misuse() { say "$*"; usage >&2; exit 2; }
# Its answers are compared, so they must not be translated.
libvirt() { LC_ALL=C virsh --quiet --connect "$connect" "$@"; }

show=
while (($#)); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    -n | --dry-run) show=${show:-domain} ;;
    -i | --install-boot) show=installer ;;
    -c | --connect)
      [[ ${2-} ]] || misuse "$1 needs a URI"
      connect=$2
      shift
      ;;
    --connect=?*) connect=${1#*=} ;;
    --) [[ $# == 1 ]] || misuse "unexpected argument: $2" ;;
    *) misuse "unknown argument: $1" ;;
  esac
  shift
done
for program in virsh virt-install; do
  command -v "$program" > /dev/null || fail "$program is not installed here"
done

# The machine in full. What is left out virt-install takes from its database of systems, and that changes.
machine=(
  --name "$name"
  --metadata "uuid=$uuid"
  --memory 4096
  --vcpus 2
  --cpu mode=maximum # an emulated CPU cannot be the host's
  # Only KVM has what virt-install 4 would add.
  --features hyperv.relaxed.state=off,hyperv.vapic.state=off,hyperv.spinlocks.state=off,hyperv.spinlocks.retries=8191
  --clock offset=utc,rtc_tickpolicy=catchup,pit_tickpolicy=delay,hpet_present=no
  --controller usb,model=qemu-xhci
  --graphics vnc
  --video vga
  --input tablet,bus=usb
  --sound none
  --console pty,target.type=serial
  --channel unix,target.type=virtio,target.name=org.qemu.guest_agent.0
  --memballoon virtio
  --rng /dev/urandom
  --tpm none
  --xml "./metadata/lab/@xmlns=$xmlns"
  --xml "./metadata/lab/@site=$site"
  --xml ./metadata/lab/@state=installing
  --xml "./metadata/lab/@digest=$digest"
  --xml "./metadata/lab/@volumes=${volumes[*]}"
  --xml "./metadata/lab/@shared=${shared[*]}"
)
case $connect in
  # libvirt's test driver has an architecture of its own and no machine types.
  test:* | *test:/*,predictable) machine+=(--virt-type test) ;;
  *) machine+=(--virt-type qemu --arch x86_64 --machine q35) ;;
esac
# What the site adds in virt-install's own words.
options=()

# The first of these names that the host's osinfo-db has. It decides nothing: it labels the domain for virt-manager.
osinfo=require=off
known=$(virt-install --osinfo list)
for os in win2k16 win2k12r2; do
  if [[ " ${known//[$',\n']/ } " == *" $os "* ]]; then
    osinfo=name=$os
    break
  fi
done
machine+=(--osinfo "detect=off,$osinfo")

# What only this guest has.
machine+=(
  --network 'network=lan,model=e1000e,mac=52:54:00:38:14:6d'
)

# Each disk: pool and volume, or no pool and a path; what the machine sees; how virsh creates the volume, if it shall.
disks() {
  # 40 GiB
  disk default old-1.qcow2 'target.dev=sda,target.bus=sata,driver.type=qcow2,driver.cache=none,driver.discard=unmap' \
    42949672960 --format qcow2 --allocation 0
  # 10 GiB
  disk default old-2.qcow2 'target.dev=sdb,target.bus=sata,driver.type=qcow2,driver.cache=none,driver.discard=unmap' \
    10737418240 --format qcow2 --allocation 0
}

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

# make_seed POOL VOLUME: makes a volume that the installer knows by its label.
make_seed() {
  local pool=$1 volume=$2 file found program iso size
  # Not in a command substitution: a shell of its own would leave nothing to remove.
  scratch=$(mktemp --directory)
  trap 'rm -rf -- "$scratch"' EXIT
  mkdir "$scratch/files"
  for file in autounattend.xml setup.json setup.ps1 SetupComplete.cmd; do
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
  $program -quiet -V unattend -J -r -A "miniascape $uuid" -o "$iso" "$scratch/files" ||
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

# The installed system has no use for the volume, and there may be secrets in it.
remove_seed() {
  local device source
  while read -r device source; do
    [[ ${source##*/} != "${seed#*/}" ]] || libvirt detach-disk "$uuid" "$device" --config > /dev/null
  done < <(libvirt domblklist --inactive "$uuid")
  delete_volumes "$seed"
  unset 'volumes[-1]'
}


# with_media XML: prints the domain with the media it is installed from. It boots from its disk, and from the first of them
# while there is nothing on that. Only the domain that runs has them: the one defined for later stays as it is.
with_media() {
  local xml=$1 quote cdroms=''
  cdroms+="<disk type='file' device='cdrom'><source file='/srv/iso/windows-server-2022.iso'/><target dev='sdx' bus='sata'/><readonly/><address type='drive' controller='0' bus='0' target='0' unit='3'/></disk>"$'\n    '
  cdroms+="<disk type='volume' device='cdrom'><source pool='default' volume='old-seed.iso'/><target dev='sdz' bus='sata'/><readonly/><address type='drive' controller='0' bus='0' target='0' unit='5'/></disk>"$'\n    '
  for quote in \' \"; do
    xml=${xml/"<boot dev=${quote}hd$quote/>"/"<boot dev='hd'/><boot dev='cdrom'/>"}
  done
  printf '%s\n' "${xml/'<disk '/"$cdroms<disk "}"
}

# The medium asks for a key, and Setup starts only when it gets one. Afterwards letters do nothing: no question is asked.
press_keys() {
  local end=$((SECONDS + 300))
  while ((SECONDS < end)) && installing; do
    libvirt send-key "$uuid" KEY_A > /dev/null 2>&1 || true
    sleep 1
  done
}

if [[ $show ]]; then
  shown=0
  disks
  domain=$(virt-install --connect "$connect" "${machine[@]}" "${options[@]}" --import --check all=off --print-xml)
  if [[ $show == installer ]]; then
    with_media "$domain"
  else
    printf '%s\n' "$domain"
  fi
  exit
fi

[[ $connect != test:* ]] || fail "libvirt's test driver forgets a guest when the program ends: only -n and -i make sense"
libvirt uri > /dev/null || fail "no connection to $connect"
self=$(readlink -f -- "${BASH_SOURCE[0]}")

# One run at a time. virt-install does not inherit the lock: a new run may wait for what a killed one began.
exec 9< "$self"
flock --nonblock 9 || fail 'this script is running already'

exists() { libvirt domstate "$uuid" > /dev/null 2>&1; }
delete_volumes() {
  local volume
  for volume in "$@"; do
    ! libvirt vol-info --pool "${volume%%/*}" "${volume#*/}" > /dev/null 2>&1 ||
      libvirt vol-delete --pool "${volume%%/*}" "${volume#*/}" > /dev/null
  done
}

# Whether the guest is on in its installer: it may boot from a CD then, and the machine defined for later may not.
installing() {
  exists && [[ $(libvirt domstate "$uuid") != 'shut off' ]] &&
    [[ $(libvirt dumpxml "$uuid") == *"<boot dev='cdrom'/>"* ]] &&
    [[ $(libvirt dumpxml --inactive "$uuid") != *"<boot dev='cdrom'/>"* ]]
}

# Waits for the end of an install.
await() {
  local deadline=$((SECONDS + minutes * 60))
  while installing; do
    ((SECONDS < deadline)) || fail "no end after $minutes minutes; run this again to wait on, or look: virsh console $name"
    sleep 2
  done
}

# The last act: an install that ended by itself has made a finished guest.
finish() {
  local state
  state=$(libvirt domstate --reason "$uuid")
  [[ $state == 'shut off (shutdown)' ]] || fail "the install did not end by itself: the guest is $state"
  remove_seed
  libvirt metadata "$uuid" "$xmlns" --config --key lab --set \
    "<lab site='$site' state='installed' digest='$digest' volumes='${volumes[*]}' shared='${shared[*]}'/>" > /dev/null
  say 'installed, and shut off'
  exit
}

names=$(libvirt list --all --name)
if exists; then
  stamp=$(libvirt metadata "$uuid" "$xmlns" 2> /dev/null) || stamp=
  [[ $stamp == *" site=\"$site\""* ]] || fail 'its domain has no stamp of this site; it is left alone'
  [[ $stamp != *' state="installed"'* ]] ||
    fail "it is finished; to build it anew, remove it: virsh undefine --nvram $name$(printf '; virsh vol-delete --pool %s' "${volumes[@]/\// }")"
  if installing; then
    say 'the install goes on; waiting for its end'
    await
    finish
  fi
  say 'an earlier install was cut short; starting over'
  old_volumes=("${volumes[@]}")
  if [[ $stamp != *" digest=\"$digest\""* && $stamp =~ \ volumes=\"([^\"]*) ]]; then
    read -ra old_volumes <<< "${BASH_REMATCH[1]}"
  fi
  [[ $(libvirt domstate "$uuid") == 'shut off' ]] || libvirt destroy "$uuid" > /dev/null
  # The domain goes last, as it lists the volumes. One that was never defined is gone by now.
  delete_volumes "${old_volumes[@]}"
  ! exists || libvirt undefine --nvram "$uuid" > /dev/null
elif [[ $'\n'$names$'\n' == *$'\n'"$name"$'\n'* ]]; then
  fail 'another domain has this name; it is left alone'
fi

created=()
disks
make_seed "${seed%%/*}" "${seed#*/}"
# It is defined first, so that a run that is killed leaves a domain with its stamp. Setup restarts the machine as often as
# it likes; the end is when it turns it off.
if ! virt-install --connect "$connect" "${machine[@]}" "${options[@]}" --import --noreboot --noautoconsole > /dev/null 9<&-; then
  exists || delete_volumes "${created[@]}"
  fail 'virt-install failed'
fi
domain=$(libvirt dumpxml --inactive --security-info "$uuid")
first=$(with_media "$domain")
[[ $first == *"<boot dev='cdrom'/>"* ]] || fail 'it has a boot order of its own, and would not start from the medium'
libvirt create /dev/stdin <<< "$first" > /dev/null || fail 'it could not be started'
say 'started; waiting for Windows Setup'
press_keys
await
finish
