{#- The pools' part of net-setup.sh, which gives it `lab_virsh`, `say`, `die`, `dry_run`, and `here`, its own directory. -#}
{%- if storages %}
# The UUID says whose a pool is, because libvirt keeps no stamp in one.
pool_uuid() { lab_virsh pool-uuid "$1" 2> /dev/null || true; }

pool_is_active() { [[ " $(lab_virsh pool-list --name | tr -s '[:space:]' ' ')" == *" $1 "* ]]; }

# Where a pool's volumes appear; --inactive asks for what counts from its next start.
pool_target() {
  local xml
  xml=$(lab_virsh pool-dumpxml "$@")
  [[ ! $xml =~ '<target>'[[:space:]]*'<path>'([^<]*) ]] || printf '%s\n' "${BASH_REMATCH[1]}"
}

# pool NAME UUID AUTOSTART TYPE [GROUP DEVICE…]: defines and starts a pool. One that runs goes on, and what is on disks stays.
pool() {
  local name=$1 uuid=$2 autostart=$3 type=$4 known flags=()
  [[ $autostart == yes ]] || flags=(--disable)
  known=$(pool_uuid "$name")
  [[ ! $known || $known == "$uuid" ]] ||
    die "pool $name of this host is another one ($known); rename one, or write \`external: true\` to use it as it is"
  if ((dry_run)); then
    if [[ $known ]]; then say "would update pool $name"; else say "would define pool $name"; fi
    pool_is_active "$name" || say "would start pool $name"
    return
  fi
  lab_virsh pool-define "$here/storages.d/$name.xml" > /dev/null || die "pool $name could not be defined"
  lab_virsh pool-autostart "$name" "${flags[@]}" > /dev/null || die "pool $name keeps its old autostart"
  if pool_is_active "$name"; then
    [[ $(pool_target "$name") == "$(pool_target "$name" --inactive)" ]] ||
      say "pool $name runs with its old target; when no guest needs it: virsh pool-destroy $name; virsh pool-start $name"
    say "pool $name is up to date"
    return
  fi
  case $type in
    dir | netfs)
      # Only a directory that is missing is made: building makes no file system in these types of pools.
      lab_virsh pool-start "$name" > /dev/null 2>&1 || {
        lab_virsh pool-build "$name" > /dev/null || die "the directory of pool $name could not be made"
        lab_virsh pool-start "$name" > /dev/null || die "pool $name does not start"
      }
      ;;
    logical)
      # Building would overwrite the disks of the group, so that is left to whoever knows them.
      lab_virsh pool-start "$name" > /dev/null ||
        die "pool $name does not start; if its volume group is still to be made: vgcreate ${*:5}"
      ;;
    *) lab_virsh pool-start "$name" > /dev/null || die "pool $name does not start" ;;
  esac
  say "pool $name is ready"
}

# external_pool NAME: a pool of the host's own, which is used and never changed.
external_pool() {
  local name=$1 way
  if [[ ! $(pool_uuid "$name") ]]; then
    way="define it, or let the site define it in storages.d"
    [[ $name != default ]] || way+=", or: virsh pool-define-as default dir --target /var/lib/libvirt/images"
    die "pool $name does not exist on this host: $way"
  fi
  pool_is_active "$name" || say "pool $name is not active; before guests are built: virsh pool-start $name"
}
{% for storage in storages %}
{%- if storage.external %}
external_pool {{ storage.name | sh }}
{%- else %}
pool {{ storage.name | sh }} {{ storage.uuid }} {% if storage.autostart %}yes{% else %}no{% endif %} {{ storage.type }}
{%- if storage.type == "logical" %} {{ storage.source.name | sh }}{% for device in storage.source.devices %} {{ device | sh }}{% else %} DEVICE{% endfor %}{% endif %}
{%- endif %}
{%- endfor %}
{%- endif %}
