#!/usr/bin/env bash
#
# Makes the networks and pools of a lab on a libvirt host, which needs virsh for it and nothing else. Run again, it
# changes what differs, in a running network live where libvirt can.
# Generated: change the site, not this file.

set -euo pipefail

connect={{ connect | sh }}
connect=${LIBVIRT_DEFAULT_URI:-$connect}

usage() {
  cat << 'EOF'
Usage: net-setup.sh [-n] [-c URI]

Defines and starts the lab's networks and pools. Of a running network it changes live what libvirt can change live:
DHCP ranges and reservations, names, services and texts of DNS, portgroups. What needs a restart is said, as a restart
takes the running guests off the network. Networks and pools that are not the lab's are left alone, and so is what is
on disks.

  -n, --dry-run      print what would be done; change nothing
  -c, --connect URI  the libvirt to use (default: $LIBVIRT_DEFAULT_URI, else what the site says)
  -h, --help         print this text

Exit status: 0 done, 1 failed, 2 wrong usage.
EOF
}

fail() { printf 'net-setup.sh: %s\n' "$*" >&2; exit 1; }
misuse() { printf 'net-setup.sh: %s\n' "$*" >&2; usage >&2; exit 2; }
# Its answers are compared, so they must not be translated.
libvirt() { LC_ALL=C virsh --quiet --connect "$connect" "$@"; }
# ask COMMAND…: an answer that what is to be done depends on.
ask() { libvirt "$@" || fail "no answer to \`virsh $*\`; run this again"; }

dry=
while (($#)); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    -n | --dry-run) dry=yes ;;
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
command -v virsh > /dev/null || fail 'virsh is not installed here'
[[ $dry || $connect != test:* ]] || fail "libvirt's test driver forgets networks when the program ends: only -n makes sense"
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
libvirt uri > /dev/null || fail "no connection to $connect"

failed=
changes=0
say() { printf '%s: %s\n' "$1" "$2"; }
# act OBJECT PARTICIPLE COMMAND…: does something to an object, or says what would be done.
act() {
  changes=$((changes + 1))
  if [[ $dry ]]; then
    say "$1" "would be $2"
  elif "${@:3}" > /dev/null; then
    say "$1" "$2"
  else
    say "$1" "could not be $2" >&2
    failed=yes
    return 1
  fi
}

# is KEY ANSWER: what libvirt said of an object in `info`.
is() { [[ $info =~ $'\n'$1:\ +$2 ]]; }
# listed WORD LINES
listed() { [[ $'\n'$2$'\n' == *$'\n'"$1"$'\n'* ]]; }

# claim KIND NAME UUID NAMES UUIDS: finds what stands in the way of an object of the lab, given all names and UUIDs of
# the host's objects of its kind.
claim() {
  local kind=$1 name=$2 uuid=$3 object="pool $2" command=pool file=$here/storages.d/$2.xml theirs
  [[ $kind == pool ]] || object=$name command=net file=$here/networks.d/$name.xml
  [[ -r $file ]] || { say "$object" "its definition is missing: $file" >&2; failed=yes; }
  if listed "$name" "$4"; then
    theirs=$(ask "$command-uuid" "$name")
    [[ $theirs == "$uuid" ]] || {
      say "$object" "a $kind of this name, $theirs, exists and is not this lab's; it is left alone, and with \`external: true\` the lab uses it" >&2
      failed=yes
    }
  elif listed "$uuid" "$5"; then
    theirs=$(ask "$command-name" "$uuid")
    say "$object" "this lab's $kind is called $theirs on this host; it is left alone" >&2
    failed=yes
  fi
}
{% if networks %}
{% include "host/net-setup/parts.sh" %}
{% include "host/net-setup/networks.sh" %}
{%- endif %}
{%- if storages %}
{% include "host/net-setup/pools.sh" %}
{%- endif %}

# Nothing is touched unless all that is the lab's can be.
[[ ! $failed ]] || fail 'nothing was changed'
{%- if networks %}
for object in "${networks[@]}"; do
  IFS=' ' read -r name uuid autostart <<< "$object"
  network "$name" "$uuid" "$autostart"
done
for name in "${externals[@]}"; do
  external_network "$name"
done
{%- endif %}
{%- if storages %}
for object in "${pools[@]}"; do
  IFS=' ' read -r name uuid autostart type <<< "$object"
  pool "$name" "$uuid" "$autostart" "$type"
done
for name in "${external_pools[@]}"; do
  external_pool "$name"
done
{%- endif %}
[[ ! $failed ]] || fail 'not everything could be done, see above'
