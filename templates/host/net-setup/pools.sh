# The lab's own pools: name, UUID, whether it starts with the host, and type. And those that must be there.
pools=(
{%- for storage in storages %}
{%- if not storage.external %}
  {{ (storage.name ~ " " ~ storage.uuid ~ " " ~ ("yes" if storage.autostart else "no") ~ " " ~ storage.type) | sh }}
{%- endif %}
{%- endfor %}
)
external_pools=({% for storage in storages %}{% if storage.external %}{{ storage.name | sh }} {% endif %}{% endfor %})
# The volume groups of pools, each with its disks.
declare -A groups=(
{%- for storage in storages %}
{%- if not storage.external and storage.type == "logical" %}
  [{{ storage.name | sh }}]={{ (storage.source.name ~ " " ~ (storage.source.devices | join(sep=" ") if storage.source.devices else "DEVICE")) | sh }}
{%- endif %}
{%- endfor %}
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
