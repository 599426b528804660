#!/bin/sh
#
# Installs raw: run by Alpine's live system when it has booted.
#
# A $ in a value of the site is meant as one.
# shellcheck disable=SC2016
set -e
umask 022
cd /var/lib/miniascape

# Nobody shall take what is left for a finished system: it stays on, with the console open to log in.
trap '[ $? = 0 ] || echo "miniascape: the install failed" > /dev/console' EXIT

# The live system, as the new one shall be.
. ./answers
# shellcheck disable=SC2086
setup-hostname $HOSTNAMEOPTS
hostname -F /etc/hostname
printf '%s' "$INTERFACESOPTS" | setup-interfaces -i
rc-service --quiet networking restart
if [ -n "$DNSOPTS" ]; then
    # shellcheck disable=SC2086
    setup-dns $DNSOPTS
fi
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

# Disks, as the site says it.
cat > disks.sh <<'EOF'
echo 'label: gpt' | sfdisk /dev/vda
EOF
. ./disks.sh

# The new system, with the settings of this one.
rm /etc/local.d/miniascape.start /etc/runlevels/default/local
apk add --quiet grub grub-bios
# shellcheck disable=SC2086
BOOTLOADER=grub setup-disk $DISKOPTS
for dir in dev proc sys; do
    mkdir -p "/mnt/$dir"
    mount --bind "/$dir" "/mnt/$dir"
done
cp /etc/resolv.conf /mnt/etc/resolv.conf
chroot /mnt grub-install --target=i386-pc /dev/vda
cp system.sh /mnt/root/system.sh
chroot /mnt /bin/sh /root/system.sh
rm /mnt/root/system.sh

# Reached only when nothing failed that has to succeed.
echo 'miniascape: installed raw' > /mnt/root/.miniascape-installed
cat /mnt/root/.miniascape-installed > /dev/console
sync
poweroff
