# The machine in full. What is left out virt-install takes from its database of systems, and that changes.
machine=(
  --name "$name"
  --metadata "uuid=$uuid"
{%- if description is defined %}
  --metadata {{ ("description=" ~ (description | subopt)) | sh }}
{%- endif %}
  --memory {{ virtinst.ram }}
  --vcpus {{ virtinst.vcpus }}
{%- set x86 = virtinst.arch in ["x86_64", "i686"] %}
{%- set arm = virtinst.arch in ["aarch64", "armv6l", "armv7l"] %}
{%- set power = virtinst.arch in ["ppc", "ppc64", "ppc64le"] %}
{%- set mainframe = virtinst.arch == "s390x" %}
{%- if virtinst.virt_type == "kvm" and arm and virtinst.cpu | default(value="") == "host-model" %}
  --cpu host-passthrough # ARM has no models of CPUs
{%- elif virtinst.virt_type == "kvm" or virtinst.cpu is defined and virtinst.cpu is not starting_with(pat="host-") %}
  --cpu {{ virtinst.cpu | default(value="host-passthrough") | sh }}
{%- else %}
  --cpu mode=maximum # an emulated CPU cannot be the host's
{%- endif %}
{%- if virtinst.firmware == "uefi" %}
{%- set switch = "yes" if virtinst.secure_boot else "no" %}
  --boot firmware=efi,firmware.feature0.name=secure-boot,firmware.feature0.enabled={{ switch }}
  --boot firmware.feature1.name=enrolled-keys,firmware.feature1.enabled={{ switch }}
{%- endif %}
{%- if virtinst.secure_boot %}
  --features smm.state=on # secure boot guards its variables with it
{%- endif %}
{%- set enlightened = os.family == "windows" and virtinst.virt_type == "kvm" and x86 %}
{%- if enlightened %}
  # Without these Windows counts and waits by devices, which takes the host's time.
  --features hyperv.relaxed.state=on,hyperv.vapic.state=on,hyperv.spinlocks.state=on,hyperv.spinlocks.retries=8191
{%- elif os.family == "windows" and x86 %}
  # Only KVM has what virt-install 4 would add.
  --features hyperv.relaxed.state=off,hyperv.vapic.state=off,hyperv.spinlocks.state=off,hyperv.spinlocks.retries=8191
{%- endif %}
  --clock offset=utc{% if x86 %},rtc_tickpolicy=catchup,pit_tickpolicy=delay,hpet_present=no{% endif %}{% if enlightened %},hypervclock_present=yes{% endif %}
  --controller {% if virtinst.machine == "pc" %}usb2{% elif mainframe %}usb,model=none{% else %}usb,model=qemu-xhci{% endif %}
  --graphics {{ virtinst.graphics | sh }}
{%- if virtinst.graphics != "none" %}
  --video {% if virtinst.video == "vga" and not x86 and not power %}virtio{% else %}{{ virtinst.video | sh }}{% endif %}
{%- set bus = "virtio" if mainframe else "usb" %}
  --input tablet,bus={{ bus }}
{%- if not x86 %}
  --input keyboard,bus={{ bus }}
{%- endif %}
{%- endif %}
  --sound none
  --console pty,target.type={% if mainframe %}sclp{% else %}serial{% endif %}
  --channel unix,target.type=virtio,target.name=org.qemu.guest_agent.0
  --memballoon virtio
  --rng {% if virtinst.rng %}/dev/urandom{% else %}none{% endif %}
  --tpm {% if virtinst.tpm %}emulator,model={% if x86 %}tpm-crb{% elif power %}tpm-spapr{% else %}tpm-tis{% endif %},backend.version=2.0{% else %}none{% endif %}
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
  *) machine+=(--virt-type {{ virtinst.virt_type | sh }} --arch {{ virtinst.arch | sh }} --machine {{ virtinst.machine | sh }}) ;;
esac
# What the site adds in virt-install's own words.
options=({% for option in virtinst.options %}
  {{ option | sh }}
{%- if loop.last %}
{% endif %}{% endfor %})

# The first of these names that the host's osinfo-db has. It decides nothing: it labels the domain for virt-manager.
osinfo=require=off
known=$(virt-install --osinfo list)
for os in{% for id in os.osinfo %} {{ id | sh }}{% endfor %}; do
  if [[ " ${known//[$',\n']/ } " == *" $os "* ]]; then
    osinfo=name=$os
    break
  fi
done
machine+=(--osinfo "detect=off,$osinfo")
