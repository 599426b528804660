{#- What layouts are made with. #}

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
    {#- GRUB 2.06 cannot read a file system with a seed of its own for checksums. #}
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
{#- The line break is the next part's. -#}
