{%- set medium = virtinst.cdrom if virtinst.cdrom is defined else virtinst.location | default(value="") %}
if [[ $show ]]; then
  shown=0
  disks
{%- if medium is ending_with(pat=".iso") %}
  machine+=(--disk device=cdrom) # the medium's drive
{%- endif %}
  if [[ $show == installer ]]; then
    machine+=(--events on_reboot=destroy)
{%- if virtinst.pxe %}
    machine+=(--boot network,hd)
{%- else %}
    # Kernel and initrd have no name before they are fetched.
    quoted=${kernel_args//\\/\\\\}
    machine+=(--boot "kernel=/dev/null,initrd=/dev/null,kernel_args=\"${quoted//\"/\\\"}\"")
{%- endif %}
  fi
  # Nothing is to be installed, so virt-install fetches nothing. A guest that exists is no conflict.
  virt-install --connect "$connect" "${machine[@]}" --import --check all=off --print-xml
{%- if not virtinst.pxe %}
  # A comment cannot hold two hyphens in a row.
  dash='-\&#45;'
  [[ $show == installer ]] || printf '<!-- Kernel arguments of the installer: %s -->\n' "${kernel_args//--/$dash}"
{%- endif %}
  exit
fi

[[ $connect != test:* ]] || fail "libvirt's test driver forgets a guest when the command ends: only -n and -i make sense"
libvirt uri > /dev/null || fail "cannot reach the libvirt $connect"
{%- if not virtinst.pxe %}
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
answers=$here/{{ install.file | sh }}
[[ -r $answers ]] || fail "no answers for the installer: $answers"
{%- endif %}

# One run at a time. virt-install does not inherit the lock, so that a new run can wait for what a killed one began.
exec 9< "${BASH_SOURCE[0]}"
flock --nonblock 9 || fail 'this script is running already'

# Tells whether the guest runs its installer, and has the machine for later defined: only the first ends at a reboot.
installing() {
  [[ $(libvirt domstate "$uuid" 2> /dev/null) == running ]] &&
    [[ $(libvirt dumpxml "$uuid") == *'<on_reboot>destroy'* && $(libvirt dumpxml --inactive "$uuid") != *'<on_reboot>destroy'* ]]
}

# The last act. Only an install that ended by itself makes a finished guest.
finish() {
  local state
  state=$(libvirt domstate --reason "$uuid")
  [[ $state == 'shut off (shutdown)' ]] || fail "the install did not end by itself: the guest is $state"
  libvirt metadata "$uuid" "$xmlns" --config --key lab --set \
    "<lab site='$site' state='installed' digest='$digest' volumes='$volumes' shared='$shared'/>" > /dev/null
  say 'installed and shut off'
  exit
}

# Removes an unfinished guest with the volumes its stamp lists. The domain goes last, as it holds the list.
remove() {
  local listed=() volume
  [[ ! $1 =~ \ volumes=\"([^\"]*) ]] || read -ra listed <<< "${BASH_REMATCH[1]}"
  [[ $(libvirt domstate "$uuid") == 'shut off' ]] || libvirt destroy "$uuid" > /dev/null
  for volume in "${listed[@]}"; do
    ! libvirt vol-info --pool "${volume%%/*}" "${volume#*/}" > /dev/null 2>&1 ||
      libvirt vol-delete --pool "${volume%%/*}" "${volume#*/}" > /dev/null
  done
  # A guest that was not yet defined is gone already.
  ! libvirt domstate "$uuid" > /dev/null 2>&1 || libvirt undefine --nvram "$uuid" > /dev/null
}

names=$(libvirt list --all --name)
if libvirt domstate "$uuid" > /dev/null 2>&1; then
  stamp=$(libvirt metadata "$uuid" "$xmlns" 2> /dev/null) || stamp=
  [[ $stamp == *" site=\"$site\""* ]] || fail 'its domain has no stamp of this site; it is left alone'
  [[ $stamp != *' state="installed"'* ]] ||
    fail "it is finished. To build it anew, first: virsh undefine --nvram $name, and delete its volumes: $volumes"
  if installing; then
    say "the install goes on; waiting for its end"
    deadline=$((SECONDS + minutes * 60))
    while installing; do
      ((SECONDS < deadline)) || fail "no end after $minutes minutes; run this again to wait on"
      sleep 2
    done
    finish
  fi
  say 'an earlier install was cut short; starting over'
  remove "$stamp"
elif [[ $'\n'$names$'\n' == *$'\n'"$name"$'\n'* ]]; then
  fail 'another domain has this name; it is left alone'
fi

created=()
disks
install=(
{%- if virtinst.pxe %}
  --pxe
{%- elif virtinst.location is undefined and install.kernel_args | length == 0 %}
  --cdrom {{ virtinst.cdrom | sh }}
{%- else %}
  --location {{ medium | subopt | sh }}
  --initrd-inject "$answers"
  --extra-args "$kernel_args"
{%- endif %}
  --noautoconsole
  --noreboot
  --wait "$minutes"
)
if ! virt-install --connect "$connect" "${machine[@]}" "${install[@]}" 9<&-; then
  ! installing || fail "no end after $minutes minutes; run this again to wait on, or see: virsh console $name"
  if ! libvirt domstate "$uuid" > /dev/null 2>&1; then
    for volume in "${created[@]}"; do
      libvirt vol-delete --pool "${volume%%/*}" "${volume#*/}" > /dev/null
    done
  fi
  fail 'virt-install failed'
fi
finish
