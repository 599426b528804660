{%- set medium = virtinst.cdrom if virtinst.cdrom is defined else virtinst.location | default(value="") -%}
if [[ $show ]]; then
  shown=0
  disks
{%- if virtinst.image is defined %}
  seed
{%- elif install.volume is defined and install.cdrom is undefined %}
  [[ $show != installer ]] || seed
{%- endif %}
{%- if medium is ending_with(pat=".iso") and install.cdrom is undefined %}
  machine+=(--disk device=cdrom) # the drive of the medium
{%- endif %}
{%- if install.cdrom is defined %}
  domain=$(virt-install --connect "$connect" "${machine[@]}" "${options[@]}" --import --check all=off --print-xml)
  if [[ $show == installer ]]; then
    with_media "$domain"
  else
    printf '%s\n' "$domain"
  fi
{%- else %}
  if [[ $show == installer ]]; then
    machine+=(--events on_reboot=destroy)
{%- if virtinst.pxe %}
    machine+=(--boot network,hd)
{%- elif virtinst.image is undefined %}
    # Kernel and initrd are unknown until they are fetched.
    quoted=${kernel_args//\\/\\\\}
    machine+=(--boot "kernel=/dev/null,initrd=/dev/null,kernel_args=\"${quoted//\"/\\\"}\"")
{%- endif %}
  fi
  # With no install to prepare, virt-install fetches nothing and leaves no files. That the guest exists is no fault.
  virt-install --connect "$connect" "${machine[@]}" "${options[@]}" --import --check all=off --print-xml
{%- if not virtinst.pxe and virtinst.image is undefined %}
  if [[ $show == domain ]]; then
    # Two hyphens would end the comment; -i prints them as they are.
    while [[ $kernel_args == *--* ]]; do kernel_args=${kernel_args//--/- -}; done
    printf '<!-- Kernel arguments of the installer: %s -->\n' "$kernel_args"
  fi
{%- endif %}
{%- endif %}
  exit
fi

[[ $connect != test:* ]] || fail "libvirt's test driver forgets a guest when the program ends: only -n and -i make sense"
libvirt uri > /dev/null || fail "no connection to $connect"
self=$(readlink -f -- "${BASH_SOURCE[0]}")
{%- if not virtinst.pxe and install.overlay is defined %}
pack_overlay
{%- elif not virtinst.pxe and install.volume is undefined %}
answers=$(dirname -- "$self")/{{ install.file | sh }}
[[ -r $answers ]] || fail "the installer's answers are missing: $answers"
{%- if install.beside is defined %}
beside=()
for script in{% for script in install.beside %} {{ script | sh }}{% endfor %}; do
  script=$(dirname -- "$self")/$script
  [[ -r $script ]] || fail "a script of the installer's is missing: $script"
  beside+=(--initrd-inject "$script")
done
{%- endif %}
{%- endif %}

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

{% if install.cdrom is defined -%}
# Whether the guest is on in its installer: it may boot from a CD then, and the machine defined for later may not.
installing() {
  exists && [[ $(libvirt domstate "$uuid") != 'shut off' ]] &&
    [[ $(libvirt dumpxml "$uuid") == *"<boot dev='cdrom'/>"* ]] &&
    [[ $(libvirt dumpxml --inactive "$uuid") != *"<boot dev='cdrom'/>"* ]]
}
{%- else -%}
# Whether the guest is on in its installer. That ends at a reboot, while the machine defined for later does not.
installing() {
  exists && [[ $(libvirt domstate "$uuid") != 'shut off' ]] &&
    [[ $(libvirt dumpxml "$uuid") == *'<on_reboot>destroy<'* ]] &&
    [[ $(libvirt dumpxml --inactive "$uuid") != *'<on_reboot>destroy<'* ]]
}
{%- endif %}

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
{%- if install.volume is defined and virtinst.image is undefined %}
  remove_seed
{%- endif %}
{%- if seal is defined %}
  # It is not to be started any more. If somebody does, its disks are read-only, as what starts from them needs them.
  libvirt define /dev/stdin > /dev/null < <(libvirt dumpxml --inactive --security-info "$uuid" |
    sed -E "s#<target dev='[a-z]+' bus='(virtio|scsi|usb)'/>#&<readonly/>#")
  libvirt desc "$uuid" --config --title 'base image, not to be started' > /dev/null
{%- endif %}
  libvirt metadata "$uuid" "$xmlns" --config --key lab --set \
    "<lab site='$site' state='installed' digest='$digest' volumes='${volumes[*]}' shared='${shared[*]}'{% if seal is defined %} sealed='yes'{% endif %}/>" > /dev/null
  say '{% if seal is defined %}sealed: other guests can start from its image now{% else %}installed, and shut off{% endif %}'
  exit
}
{%- if seal is defined %}

# Prints the volumes that start from one of this guest's: without it, there is nothing in them.
overlays() {
  local volume pool path other
  for volume in "${volumes[@]}"; do
    pool=${volume%%/*}
    path=$(libvirt vol-path --pool "$pool" "${volume#*/}" 2> /dev/null) || continue
    while read -r other _; do
      [[ $(libvirt vol-dumpxml --pool "$pool" "$other" 2> /dev/null) != *"<backingStore>"*"<path>$path</path>"* ]] ||
        printf '%s ' "$other"
    done < <(libvirt vol-list "$pool")
  done
}
{%- endif %}
{%- if base is defined %}

# The base must be finished: whatever is written to it later destroys what starts from it.
check_base() {
  local base={{ base.uuid }} stamp
  stamp=$(libvirt metadata "$base" "$xmlns" 2> /dev/null) || stamp=
  [[ $stamp == *' state="installed"'* && $stamp == *' sealed="yes"'* ]] ||
    fail {{ ("its base image is not there: build guest " ~ base.name ~ " first") | sh }}
  [[ $(libvirt domstate "$base") == 'shut off' ]] || fail {{ ("guest " ~ base.name ~ ", whose image it starts from, is on") | sh }}
}
{%- endif %}

names=$(libvirt list --all --name)
if exists; then
  stamp=$(libvirt metadata "$uuid" "$xmlns" 2> /dev/null) || stamp=
  [[ $stamp == *" site=\"$site\""* ]] || fail 'its domain has no stamp of this site; it is left alone'
{%- if seal is defined %}
  lost=$(overlays)
  [[ ! $lost ]] || fail "guests start from its image, so it is left alone; it can be built anew when these volumes are gone: $lost"
{%- endif %}
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
{%- if virtinst.image is defined or install.cdrom is defined %}
{%- if virtinst.image is defined %}
{%- if base is defined %}
check_base
{%- endif %}
check_image
{%- endif %}
disks
{%- if install.cdrom is defined %}
make_seed "${seed%%/*}" "${seed#*/}"
# It is defined first, so that a run that is killed leaves a domain with its stamp. Setup restarts the machine as often as
# it likes; the end is when it turns it off.
{%- else %}
seed
# It is defined first, so that a run that is killed leaves a domain with its stamp. The first boot is over at a reboot
# as well, like an installer's.
{%- endif %}
if ! virt-install --connect "$connect" "${machine[@]}" "${options[@]}" --import --noreboot --noautoconsole > /dev/null 9<&-; then
  exists || delete_volumes "${created[@]}"
  fail 'virt-install failed'
fi
domain=$(libvirt dumpxml --inactive --security-info "$uuid")
{%- if install.cdrom is defined %}
first=$(with_media "$domain")
[[ $first == *"<boot dev='cdrom'/>"* ]] || fail 'it has a boot order of its own, and would not start from the medium'
{%- else %}
first=${domain/'<on_reboot>restart<'/'<on_reboot>destroy<'}
{%- endif %}
libvirt create /dev/stdin <<< "$first" > /dev/null || fail 'it could not be started'
{%- if install.cdrom is defined %}
say 'started; waiting for Windows Setup'
press_keys
{%- else %}
say 'started; waiting for cloud-init to set it up'
{%- endif %}
await
finish
{%- else %}
disks
{%- if install.volume is defined %}
seed
{%- endif %}
install=(
{%- if virtinst.pxe %}
  --pxe
{%- else %}
  --location {{ ("location=" ~ (medium | subopt) ~ (",kernel=" ~ (install.kernel | subopt) ~ ",initrd=" ~ (install.initrd | subopt) if install.kernel is defined else "")) | sh }}
{%- if install.overlay is defined %}
  --initrd-inject "$overlay"
{%- elif install.volume is undefined %}
  --initrd-inject "$answers"
{%- if install.beside is defined %}
  "${beside[@]}"
{%- endif %}
{%- endif %}
  --extra-args "$kernel_args"
{%- endif %}
  --noautoconsole
  --noreboot
  --wait "$minutes"
)
if ! virt-install --connect "$connect" "${machine[@]}" "${options[@]}" "${install[@]}" 9<&-; then
  ! installing || fail "no end after $minutes minutes; run this again to wait on, or look: virsh console $name"
  exists || delete_volumes "${created[@]}"
  fail 'virt-install failed'
fi
finish
{%- endif %}
