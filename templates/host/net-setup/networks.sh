# The lab's own networks: name, UUID, and whether it starts with the host. And those that must be there.
networks=(
{%- for network in networks %}
{%- if not network.external %}
  {{ (network.name ~ " " ~ network.uuid ~ " " ~ ("yes" if network.autostart else "no")) | sh }}
{%- endif %}
{%- endfor %}
)
externals=({% for network in networks %}{% if network.external %}{{ network.name | sh }} {% endif %}{% endfor %})

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
