{#- Alpine's way to configure a live system: what the archive holds is unpacked over it before it boots. -#}
# pack_overlay: packs the installer's files into what its live system is started with: $overlay.
pack_overlay() {
  local file from root start
  from=$(dirname -- "$self")
  scratch=$(mktemp --directory)
  trap 'rm -rf -- "$scratch"' EXIT
  overlay=$scratch/{{ install.overlay | sh }}
  root=$scratch/root
  mkdir -p "$root/etc/local.d" "$root/etc/runlevels/default" "$root/var/lib/miniascape"
  for file in {{ install.file | sh }}{% for file in install.beside %} {{ file | sh }}{% endfor %}; do
    [[ -r $from/$file ]] || fail "a file of the installer's is missing: $from/$file"
    install -m 0600 -- "$from/$file" "$root/var/lib/miniascape/$file"
  done
  # Its own services start as well when this file is there.
  : > "$root/etc/.default_boot_services"
  ln -s /etc/init.d/local "$root/etc/runlevels/default/local"
  start=$root/etc/local.d/miniascape.start
  printf '%s\n' '#!/bin/sh' 'exec sh /var/lib/miniascape/install.sh < /dev/null > /dev/console 2>&1' > "$start"
  chmod 0755 "$start"
  tar --directory "$root" --create --gzip --file "$overlay" --owner 0 --group 0 --numeric-owner --sort name --mtime @0 etc var ||
    fail 'the archive with the files of the installer could not be made'
}
