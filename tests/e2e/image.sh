#!/usr/bin/env bash
#
# Makes a small Debian like those for clouds: one partition that can grow, GRUB, Debian's cloud kernel, cloud-init.
#
#   image.sh FILE
#
# Needs root, and a mirror of Debian. Nobody can log in before cloud-init has been told who may.

set -euo pipefail

file=$(realpath -- "${1?which file is to be made?}")
work=$(mktemp -d "${TMPDIR:-/tmp}/miniascape-image.XXXXXX")
loop=
# shellcheck disable=SC2317 # the trap calls it
cleanup() {
  ! mountpoint --quiet "$work/root" || umount "$work/root"
  [[ ! $loop ]] || losetup --detach "$loop"
  rm -rf -- "$work"
}
trap cleanup EXIT
mkdir "$work/root"

# shellcheck disable=SC1091
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
packages=(systemd-sysv dbus udev linux-image-cloud-amd64 grub-pc-bin grub2-common cloud-init cloud-guest-utils
  netplan.io systemd-resolved iproute2 openssh-server sudo locales tzdata ca-certificates)
# The partition begins where GRUB leaves room, at 1 MiB.
truncate --size 2500M "$file"
echo '2048,,L,*' | sfdisk --quiet "$file"
loop=$(losetup --find --show --offset 1MiB "$file")
mkfs.ext4 -q -L root "$loop"
mount "$loop" "$work/root"
# shellcheck disable=SC2016 # the hooks' own
(
  IFS=,
  mmdebstrap --quiet --variant=minbase --include="${packages[*]}" \
    --aptopt='Acquire::Retries "3"' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --customize-hook='rm -f "$1"/etc/ssh/ssh_host_*' \
    --customize-hook='chroot "$1" grub-mkimage --format=i386-pc --prefix="(hd0,msdos1)/boot/grub" --output=/boot/core.img biosdisk part_msdos ext2 normal linux search' \
    "$suite" - | tar --extract --directory "$work/root" --numeric-owner
)
cd "$work/root"
echo 'LABEL=root / ext4 errors=remount-ro 0 1' > etc/fstab
: > etc/machine-id
# There is one source of what a seed may be on.
echo 'datasource_list: [NoCloud, None]' > etc/cloud/cloud.cfg.d/90_image.cfg
mkdir -p boot/grub/i386-pc
cp usr/lib/grub/i386-pc/*.mod usr/lib/grub/i386-pc/*.lst boot/grub/i386-pc/
cat > boot/grub/grub.cfg << 'END'
linux /vmlinuz root=LABEL=root console=ttyS0
initrd /initrd.img
boot
END
# The boot sector looks for the rest of GRUB in the sector after it.
dd if=usr/lib/grub/i386-pc/boot.img of="$file" bs=440 count=1 conv=notrunc status=none
dd if=boot/core.img of="$file" bs=512 seek=1 conv=notrunc status=none
# Nothing of this machine's network.
ln -sf ../run/systemd/resolve/stub-resolv.conf etc/resolv.conf
rm -f etc/hostname etc/apt/sources.list
cd /
umount "$work/root"
losetup --detach "$loop"
loop=
