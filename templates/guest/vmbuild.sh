#!/usr/bin/env bash
#
# Builds one guest on a libvirt host, which needs virsh and virt-install (4.1 or later) for it and nothing else.
# Generated: change the site, not this file.
#
# A $ in a value of the site is meant as one, and the commas in options are virt-install's.
# shellcheck disable=SC2016,SC2054

set -euo pipefail

{% include "guest/vmbuild/values.sh" -%}
{% if install.volume is defined -%}
# The last volume is the one with the installer's files.
volumes+=("$seed")
{% endif -%}
{% if not virtinst.pxe and virtinst.image is undefined and install.cdrom is undefined -%}
{% set kernel_args = [...install.kernel_args, ...([virtinst.extra_args] if virtinst.extra_args else [])] | join(sep=" ") -%}
kernel_args={{ kernel_args | trim | sh_value }}
{% endif -%}
# How long the install may take.
minutes={{ virtinst.waittime }}
connect={{ host.connect | sh }}
connect=${LIBVIRT_DEFAULT_URI:-$connect}

usage() {
  cat << 'EOF'
Usage: vmbuild.sh [-n | -i] [-c URI]

Creates this guest's volumes, installs it and leaves it shut off
{%- if seal is defined %}, as a base image for other guests{% endif %}. Run again while the install goes on, it waits for
the end; after an install that was cut short it starts over. A finished guest is left alone, and so is every guest
and volume that is not this one's.

  -n, --dry-run       print the domain as it will be when it is installed; change nothing
  -i, --install-boot  print the domain as it boots the installer; change nothing
  -c, --connect URI   the libvirt to use (default: $LIBVIRT_DEFAULT_URI, else what the site says)
  -h, --help          print this text

Exit status: 0 done, 1 failed, 2 wrong usage.
EOF
}

say() { printf '%s: %s\n' "$name" "$*" >&2; }
fail() { say "$*"; exit 1; }
misuse() { say "$*"; usage >&2; exit 2; }
# Its answers are compared, so they must not be translated.
libvirt() { LC_ALL=C virsh --quiet --connect "$connect" "$@"; }

show=
while (($#)); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    -n | --dry-run) show=${show:-domain} ;;
    -i | --install-boot) show=installer ;;
    -c | --connect)
      [[ ${2-} ]] || misuse "$1 needs a URI"
      connect=$2
      shift
      ;;
    --connect=?*) connect=${1#*=} ;;
    --) [[ $# == 1 ]] || misuse "unexpected argument: $2" ;;
    *) misuse "unknown argument: $1" ;;
  esac
  shift
done
for program in virsh virt-install; do
  command -v "$program" > /dev/null || fail "$program is not installed here"
done

{% include "guest/vmbuild/machine.sh" %}
{% include "guest/vmbuild/devices.sh" %}
{% include "guest/vmbuild/disks.sh" %}
{% include "guest/vmbuild/volumes.sh" %}
{% if virtinst.image is defined -%}
{% include "guest/vmbuild/image.sh" %}
{% endif -%}
{% if install.overlay is defined -%}
{% include "guest/vmbuild/overlay.sh" %}
{% endif -%}
{% if install.volume is defined -%}
{% include "guest/vmbuild/seed.sh" %}
{% endif -%}
{% if install.cdrom is defined -%}
{% include "guest/vmbuild/cdroms.sh" %}
{% endif -%}
{% include "guest/vmbuild/install.sh" -%}
