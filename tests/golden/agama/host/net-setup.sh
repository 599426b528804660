#!/usr/bin/env bash
#
# Makes the networks and pools of a lab on a libvirt host, which needs virsh for it and nothing else. Run again, it
# changes what differs, in a running network live where libvirt can.
# Generated: change the site, not this file.

set -euo pipefail

connect=qemu:///system
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

# Reads the XML of a network, libvirt's or this program's, which stand one element to a line in the same order. Prints a
# part to a line: its kind, a tab, the element in one line, as virsh net-update takes it. The kinds are the sections that
# net-update knows, with the place of an <ip> behind those of DHCP; `stamp`, by which the site knows its own; `bridge`,
# the name, which libvirt chooses where the site does not; and `fixed`, what stays as it is until the network is started.
parts() {
  local line element='' tag='' dns='' ip=-1 kind
  while IFS= read -r line; do
    line=${line#"${line%%[! ]*}"}
    line=${line//\"/\'}
    line=${line//&#39;/"&apos;"}
    if [[ $element ]]; then
      element+=$line
      [[ $line == "</$tag>" ]] || continue
    else
      case $line in
        '<dns'*) dns=yes ;;&
        '</dns>') dns= ;;&
        '<ip '*) ip=$((ip + 1)) ;;&
        '<host '*'/>' | '<range '*'/>' | '<txt '* | '<srv '* | '<portgroup '*'/>') element=$line ;;
        '<host '* | '<range '* | '<portgroup '*)
          element=$line tag=${line%% *} tag=${tag#<}
          continue
          ;;
        '<lab '*) printf 'stamp\t%s\n' "$line"; continue ;;
        '<network'* | '<name>'* | '<uuid>'* | '<metadata>' | '<dns>' | '<dhcp>' | '<dnsmasq:options>' | '</'* | '') continue ;;
        # What libvirt adds to <forward> by itself.
        '<nat>' | "<port start='1024' end='65535'/>") continue ;;
        *)
          [[ ! $line =~ ^'<bridge '(.*)"name='"([^\']*)"'"' '?(.*)$ ]] || {
            printf 'bridge\t%s\n' "${BASH_REMATCH[2]}"
            line="<bridge ${BASH_REMATCH[1]}${BASH_REMATCH[3]}"
          }
          [[ ! $line =~ ^(.*)" connections='"[0-9]+"'"(.*)$ ]] || line=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
          line=${line%'/>'}
          line=${line%'>'}
          printf 'fixed\t%s>\n' "${line%' '}"
          continue
          ;;
      esac
    fi
    case $element in
      '<host '*) kind=$([[ $dns ]] && echo dns-host || echo "ip-dhcp-host $ip") ;;
      '<range '*) kind="ip-dhcp-range $ip" ;;
      '<txt '*) kind='dns-txt' ;;
      '<srv '*) kind='dns-srv' ;;
      *) kind=portgroup ;;
    esac
    printf '%s\t%s\n' "$kind" "$element"
    element=''
  done
}

# missing A B: the lines of A that B does not have.
missing() {
  local line
  while IFS= read -r line; do
    [[ ! $line || $'\n'$2$'\n' == *$'\n'"$line"$'\n'* ]] || printf '%s\n' "$line"
  done <<< "$1"
}

# The lab's own networks: name, UUID, and whether it starts with the host. And those that must be there.
networks=(
  'lan b0756650-547b-5c19-a1f9-196c8b141982 yes'
  'san 0c881de8-e325-5a86-9b80-65d98307fc07 yes'
)
externals=()

known=$(ask net-list --all --name)
known_ids=$(ask net-list --all --uuid)
for object in "${networks[@]}"; do
  IFS=' ' read -r name uuid _ <<< "$object"
  claim network "$name" "$uuid" "$known" "$known_ids"
done
for name in "${externals[@]}"; do
  listed "$name" "$known" || { say "$name" 'is to be on the host already, and is not' >&2; failed=yes; }
done

# network NAME UUID AUTOSTART: makes a network of the lab, or brings it up to date.
network() {
  local name=$1 uuid=$2 autostart=$3 file=$here/networks.d/$1.xml info wanted stored running
  changes=0
  wanted=$(parts < "$file")
  if ! listed "$name" "$known"; then
    act "$name" defined libvirt net-define "$file" || return 0
    act "$name" started libvirt net-start "$uuid" || return 0
    [[ $autostart == no ]] || act "$name" 'set to start with the host' libvirt net-autostart "$uuid" || true
    return 0
  fi
  info=$(ask net-info "$uuid")
  # A network that was started without being defined has no stored definition: the running one is shown.
  stored=$(ask net-dumpxml --inactive "$uuid" | parts)
  if ! is Persistent yes || differs "$wanted" "$stored"; then
    act "$name" redefined redefine "$file" "$stored" || return 0
  fi
  if is Active yes; then
    running=$(ask net-dumpxml "$uuid" | parts)
    live "$name" "$uuid" "$wanted" "$running"
  else
    act "$name" started libvirt net-start "$uuid" || return 0
  fi
  if [[ $autostart == yes ]] && is Autostart no; then
    act "$name" 'set to start with the host' libvirt net-autostart "$uuid" || true
  elif [[ $autostart == no ]] && is Autostart yes; then
    act "$name" 'set not to start with the host' libvirt net-autostart --disable "$uuid" || true
  fi
  ((changes)) || say "$name" unchanged
}

# redefine FILE PARTS: defines a network anew. A bridge keeps the name that libvirt chose for it.
redefine() {
  local text line
  text=$(< "$1")
  while IFS= read -r line; do
    [[ $line != bridge$'\t'* ]] || text=${text/'<bridge stp='/"<bridge name=\"${line#*$'\t'}\" stp="}
  done <<< "$2"
  libvirt net-define /dev/stdin <<< "$text"
}

# external_network NAME: a network of the host's own, which is used and never changed.
external_network() {
  local name=$1 info
  info=$(ask net-info "$name")
  is Active yes || say "$name" "is not active; before guests are built: virsh net-start $name"
}

# differs WANTED FOUND: whether two definitions differ otherwise than in the name libvirt chose for the bridge.
differs() {
  local found=$2
  [[ $1 == *$'bridge\t'* ]] || found=$(without bridge "$2")
  [[ $(missing "$1" "$found")$(missing "$found" "$1") ]]
}

# without KIND PARTS
without() {
  local line
  while IFS= read -r line; do
    [[ $line == "$1"$'\t'* ]] || printf '%s\n' "$line"
  done <<< "$2"
}

# live NAME UUID WANTED FOUND: changes a running network, or says what has to wait for its next start.
live() {
  local name=$1 uuid=$2 wanted found gone new moved='' later=()
  wanted=$(without stamp "$3") found=$(without stamp "$4")
  [[ $wanted == *$'bridge\t'* ]] || found=$(without bridge "$found")
  gone=$(missing "$found" "$wanted") new=$(missing "$wanted" "$found")
  # An <ip> that comes, goes or moves takes its DHCP along.
  [[ $gone$new != *$'fixed\t<ip '* ]] || moved=yes
  each delete - "$gone"
  each add + "$new"
  [[ ! ${later[*]} ]] || {
    changes=$((changes + 1))
    say "$name" "these changes wait for its next start (virsh net-destroy $name; virsh net-start $name), which takes running guests off the network:"
    printf '    %s\n' "${later[@]}"
  }
}

# each COMMAND SIGN PARTS: makes the changes of `live`, and notes under their sign those that have to wait.
each() {
  local line
  while IFS= read -r line; do
    case $line in
      '') ;;
      fixed* | bridge*) later+=("$2 ${line#*$'\t'}") ;;
      ip-dhcp*) [[ $moved ]] || update "$name" "$uuid" "$1" "$line" ;;
      *) update "$name" "$uuid" "$1" "$line" ;;
    esac
  done <<< "$3"
}

# update NAME UUID COMMAND PART: one change of a running network.
update() {
  local name=$1 uuid=$2 command=$3 section=${4%%$'\t'*} element=${4#*$'\t'} at=()
  local given=$element
  [[ $section != *' '* ]] || at=(--parent-index "${section#* }")
  section=${section%% *}
  # libvirt finds an entry by address or by name, and a name may have an address of each family.
  [[ "$command $section" != 'delete dns-host' ]] || given="${element%%>*}/>"
  local done=added
  [[ $command == add ]] || done=removed
  act "$name" "$done live: $element" \
    libvirt net-update "$uuid" "$command" "$section" "$given" --live "${at[@]}" || true
}

# The lab's own pools: name, UUID, whether it starts with the host, and type. And those that must be there.
pools=(
)
external_pools=(default )
# The volume groups of pools, each with its disks.
declare -A groups=(
)

# The UUID says whose a pool is, because libvirt keeps no stamp in one.
# virsh pads their names.
known_pools=$(ask pool-list --all --name | sed 's/ *$//')
known_pool_ids=$(ask pool-list --all --uuid)
for object in "${pools[@]}"; do
  IFS=' ' read -r name uuid _ <<< "$object"
  claim pool "$name" "$uuid" "$known_pools" "$known_pool_ids"
done

# pool NAME UUID AUTOSTART TYPE: makes a pool of the lab, or brings it up to date. What is on disks stays.
pool() {
  local name=$1 uuid=$2 autostart=$3 type=$4 file=$here/storages.d/$1.xml object="pool $1" info='' wanted found
  changes=0
  wanted=$(place < "$file")
  if ! listed "$uuid" "$known_pool_ids"; then
    act "$object" defined libvirt pool-define "$file" || return 0
  else
    info=$(ask pool-info "$uuid")
    found=$(ask pool-dumpxml --inactive "$uuid" | place)
    if ! is Persistent yes || [[ $wanted != "$found" ]]; then
      act "$object" redefined libvirt pool-define "$file" || return 0
    fi
  fi
  if is State running; then
    found=$(ask pool-dumpxml "$uuid" | place)
    [[ $wanted == "$found" ]] || {
      changes=$((changes + 1))
      say "$object" "it runs with its old source or target; when no guest needs it: virsh pool-destroy $name; virsh pool-start $name"
    }
  elif ! act "$object" started start_pool "$uuid" "$type"; then
    [[ $type != logical ]] || say "$object" "if its volume group is still to be made: vgcreate ${groups[$name]}" >&2
    return 0
  fi
  if [[ $autostart == yes ]] && ! is Autostart yes; then
    act "$object" 'set to start with the host' libvirt pool-autostart "$uuid" || true
  elif [[ $autostart == no ]] && is Autostart yes; then
    act "$object" 'set not to start with the host' libvirt pool-autostart --disable "$uuid" || true
  fi
  ((changes)) || say "$object" unchanged
}

# start_pool UUID TYPE
start_pool() {
  case $2 in
    # Building makes the directory, and no file system in these types of pools. In others it would overwrite disks.
    dir | netfs) libvirt pool-start "$1" 2> /dev/null || { libvirt pool-build "$1" && libvirt pool-start "$1"; } ;;
    *) libvirt pool-start "$1" ;;
  esac
}

# Reads the XML of a pool, libvirt's or this program's. Prints what its source is made of, and its target's path.
place() {
  local line source='' parts=()
  while IFS= read -r line; do
    line=${line#"${line%%[! ]*}"}
    line=${line//\"/\'}
    line=${line//&#39;/"&apos;"}
    case $line in
      '<source>') source=yes ;;
      '</source>') source= ;;
      '<path>'*) parts+=("$line") ;;
      *) [[ ! $source ]] || parts+=("$line") ;;
    esac
  done
  printf '%s\n' "${parts[@]}"
}

# external_pool NAME: a pool of the host's own, which is used and never changed. Many hosts have no `default` until
# somebody needs it.
external_pool() {
  local name=$1 info
  if listed "$name" "$known_pools"; then
    info=$(ask pool-info "$name")
    is State running || say "pool $name" "is not active; before guests are built: virsh pool-start $name"
  elif [[ $name == default ]]; then
    say "pool $name" 'is not there; before guests are built: virsh pool-define-as default dir --target /var/lib/libvirt/images; virsh pool-start default'
  else
    say "pool $name" 'is to be on the host already, and is not: define it, or let the site define it in storages.d' >&2
    failed=yes
  fi
}


# Nothing is touched unless all that is the lab's can be.
[[ ! $failed ]] || fail 'nothing was changed'
for object in "${networks[@]}"; do
  IFS=' ' read -r name uuid autostart <<< "$object"
  network "$name" "$uuid" "$autostart"
done
for name in "${externals[@]}"; do
  external_network "$name"
done
for object in "${pools[@]}"; do
  IFS=' ' read -r name uuid autostart type <<< "$object"
  pool "$name" "$uuid" "$autostart" "$type"
done
for name in "${external_pools[@]}"; do
  external_pool "$name"
done
[[ ! $failed ]] || fail 'not everything could be done, see above'
