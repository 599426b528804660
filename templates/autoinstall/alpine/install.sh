{#- What Alpine's live system runs to install itself. setup-alpine is not asked to: it would ask for a password and for
    accounts, has no words for most layouts of disks, and goes on when one of its programs fails. -#}
{% set own_disks = [disk for disk in drives if not disk.shareable] -%}
{% set first_disk = [disk.device for disk in own_disks] | first | default(value="vda") -%}
{% set pre = [script for script in scripts if script.when == "pre"] -%}
{% set outside = [script for script in scripts if script.when == "post-nochroot"] -%}
{% set inside = [script for script in scripts if script.when == "post"] -%}
{% set no_dns = [nic for nic in interfaces if nic.bootproto == "dhcp" and (nic.nodns or nic.nameservers or nameservers)] -%}
{# What boots is on each disk of a RAID device, and else on the first disk. -#}
{% set raids = partitions.raids if partitions.kind == "layout" else [] -%}
{% set boot_raids = [raid for raid in raids if raid.mount is defined and (raid.mount == "/boot" or raid.mount == "/")] -%}
{% set boot_disks = boot_raids[0].disks if boot_raids else [first_disk] -%}
{% set no_route = [nic for nic in interfaces if nic.bootproto == "dhcp" and nic.nodefroute] -%}
#!/bin/sh
#
# Installs {{ name | line }}: run by Alpine's live system when it has booted.
#
# A $ in a value of the site is meant as one.
# shellcheck disable=SC2016
set -e
umask 022
cd /var/lib/miniascape

# Nobody shall take what is left for a finished system: it stays on, with the console open to log in.
trap '[ $? = 0 ] || echo "miniascape: the install failed" > /dev/console' EXIT
{%- for script in pre %}
{%- set file = "pre-" ~ loop.index %}
{%- include "autoinstall/alpine/script.sh" %}
sh ./{{ file }}{% if script.on_error == "continue" %} || logger -t miniascape '{{ file }} failed'{% endif %}
{%- endfor %}

# The live system, as the new one shall be.
. ./answers
# shellcheck disable=SC2086
setup-hostname $HOSTNAMEOPTS
hostname -F /etc/hostname
{%- if no_dns or no_route %}
mkdir -p /etc/udhcpc
{%- set lists = [...(["NO_DNS"] if no_dns else []), ...(["NO_GATEWAY"] if no_route else [])] %}
# shellcheck disable=SC2154
cat > /etc/udhcpc/udhcpc.conf <<EOF
{%- for list in lists %}
{{ list }}="{% for nic in interfaces %}{% set picky = no_dns if list == "NO_DNS" else no_route %}{% if [one for one in picky if one.mac == nic.mac] %}$nic{{ loop.index0 }} {% endif %}{% endfor %}"
{%- endfor %}
EOF
{%- endif %}
printf '%s' "$INTERFACESOPTS" | setup-interfaces -i
rc-service --quiet networking restart
if [ -n "$DNSOPTS" ]; then
    # shellcheck disable=SC2086
    setup-dns $DNSOPTS
fi
{%- if proxy is defined %}
cat > /etc/profile.d/proxy.sh <<'EOF'
{%- include "autoinstall/proxy.sh" %}
EOF
. /etc/profile.d/proxy.sh
{%- endif %}
{%- for repo in [repo for repo in repos if repo.gpgkey is defined] %}
wget -q -P /etc/apk/keys {{ repo.gpgkey | line | sh }}
{%- endfor %}
# shellcheck disable=SC2086
setup-apkrepos $APKREPOSOPTS
apk add --quiet kbd-bkeymaps
keymap=/usr/share/bkeymaps/${KEYMAPOPTS% *}/${KEYMAPOPTS#* }.bmap.gz
[ -e "$keymap" ] || {
    echo "there is no keymap $keymap"
    exit 1
}
# shellcheck disable=SC2086
setup-keymap $KEYMAPOPTS
{%- include "autoinstall/alpine/disks.sh" %}

# The new system, with the settings of this one.
rm /etc/local.d/miniascape.start /etc/runlevels/default/local
apk add --quiet grub {% if virtinst.firmware == "uefi" %}grub-efi{% else %}grub-bios{% endif %}
# shellcheck disable=SC2086
BOOTLOADER=grub setup-disk $DISKOPTS
{%- if partitions.kind != "raw" %}
write_fstab
{%- endif %}
for dir in dev proc sys; do
    mkdir -p "/mnt/$dir"
    mount --bind "/$dir" "/mnt/$dir"
done
cp /etc/resolv.conf /mnt/etc/resolv.conf
{%- if virtinst.firmware != "uefi" %}
{%- for disk in boot_disks %}
chroot /mnt grub-install --target=i386-pc {{ ("/dev/" ~ disk) | path | sh }}
{%- endfor %}
{%- endif %}
cp system.sh /mnt/root/system.sh
chroot /mnt /bin/sh /root/system.sh
rm /mnt/root/system.sh
{%- for script in outside %}
{%- set file = "post-nochroot-" ~ loop.index %}
{%- include "autoinstall/alpine/script.sh" %}
sh ./{{ file }}{% if script.on_error == "continue" %} || logger -t miniascape '{{ file }} failed'{% endif %}
{%- endfor %}
{%- for script in inside %}
{%- set file = "/mnt/root/post-" ~ loop.index %}
{%- include "autoinstall/alpine/script.sh" %}
chroot /mnt {{ (script.interpreter if script.interpreter is defined else "/bin/sh") | path | sh }} /root/post-{{ loop.index }}{% if script.on_error == "continue" %} || logger -t miniascape 'post-{{ loop.index }} failed'{% endif %}
rm {{ file }}
{%- endfor %}

# Reached only when nothing failed that has to succeed.
echo {{ ("miniascape: installed " ~ name) | line | sh }} > /mnt/root/.miniascape-installed
cat /mnt/root/.miniascape-installed > /dev/console
sync
{{ finish }}
