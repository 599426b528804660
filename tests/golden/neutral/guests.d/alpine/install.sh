#!/bin/sh
#
# Installs alpine: run by Alpine's live system when it has booted.
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

# Disks.
apk add --quiet blkid dosfstools e2fsprogs sfdisk lvm2

# table DISK: gives a disk an empty table of partitions.
table() {
    echo 'label: gpt' | sfdisk --quiet --wipe always "/dev/$1"
}

# part DISK TYPE [MIB]: adds a partition, which takes what is left when no size is given. Its device is $new.
part() {
    echo "type=$2${3:+, size=${3}MiB}" | sfdisk --quiet --append --wipe-partitions always "/dev/$1"
    new=$(sfdisk --dump "/dev/$1" | sed -n 's/^\([^ ]*\) : .*/\1/p' | tail -n 1)
}

# format DEVICE PLACE FS [OPTIONS [LABEL]]: makes a file system, and remembers where it belongs.
format() {
    case $3 in
    swap) mkswap ${5:+-L "$5"} "$1" ;;
    vfat) mkfs.vfat -F 32 ${5:+-n "$5"} "$1" ;;
    ext4) mkfs.ext4 -q -F -O ^metadata_csum_seed ${5:+-L "$5"} "$1" ;;
    ext*) "mkfs.$3" -q -F ${5:+-L "$5"} "$1" ;;
    *) "mkfs.$3" -q -f ${5:+-L "$5"} "$1" ;;
    esac
    remember "$1" "$2" "$3" "${4:-defaults}"
}

# remember DEVICE PLACE FS OPTIONS
remember() {
    printf '%s\t%s\t%s\t%s\n' "$2" "$1" "$3" "$4" >> mounts
}

# mount_all: mounts the new system at /mnt, what lies outside first.
mount_all() {
    LC_ALL=C sort mounts > mounts.sorted
    while IFS='	' read -r place device fs options; do
        [ "$fs" != swap ] || continue
        case $options in
        subvol=*) inside=${options%%,*} ;;
        *) inside=rw ;;
        esac
        mkdir -p "/mnt$place"
        mount -t "$fs" -o "$inside" "$device" "/mnt$place"
    done < mounts.sorted
}

# write_fstab: says in the new system what is mounted where.
write_fstab() {
    while IFS='	' read -r place device fs options; do
        pass=2
        case $place:$fs in
        *:swap) place=swap pass=0 ;;
        *:xfs | *:btrfs) pass=0 ;;
        /:*) pass=1 ;;
        esac
        printf 'UUID=%s\t%s\t%s\t%s\t0 %s\n' "$(blkid -s UUID -o value "$device")" "$place" "$fs" "$options" "$pass"
    done < mounts.sorted > /mnt/etc/fstab
    printf 'tmpfs\t/tmp\ttmpfs\tnosuid,nodev\t0 0\n' >> /mnt/etc/fstab
}

table vda
part vda 21686148-6449-6E6F-744E-656564454649 1 # for GRUB
part vda linux 1024; plain_1=$new
part vda lvm; group_1="$group_1 $new"
mdev -s
format "$plain_1" /boot ext4
# shellcheck disable=SC2086
pvcreate --quiet --yes -ff $group_1
# shellcheck disable=SC2086
vgcreate --quiet system $group_1
lvcreate --quiet --yes --wipesignatures y --size 12288m --name root system
format /dev/system/root / ext4

mount_all

# The new system, with the settings of this one.
rm /etc/local.d/miniascape.start /etc/runlevels/default/local
apk add --quiet grub grub-bios
# shellcheck disable=SC2086
BOOTLOADER=grub setup-disk $DISKOPTS
write_fstab
for dir in dev proc sys; do
    mkdir -p "/mnt/$dir"
    mount --bind "/$dir" "/mnt/$dir"
done
cp /etc/resolv.conf /mnt/etc/resolv.conf
chroot /mnt grub-install --target=i386-pc /dev/vda
cp system.sh /mnt/root/system.sh
chroot /mnt /bin/sh /root/system.sh
rm /mnt/root/system.sh

# Say so
cat > /mnt/root/post-1 <<'EOF'
echo neutral > /root/neutral
EOF
chroot /mnt /bin/sh /root/post-1 || logger -t miniascape 'post-1 failed'
rm /mnt/root/post-1

# Reached only when nothing failed that has to succeed.
echo 'miniascape: installed alpine' > /mnt/root/.miniascape-installed
cat /mnt/root/.miniascape-installed > /dev/console
sync
poweroff
