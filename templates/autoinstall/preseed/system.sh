{#- What no question of Debian's installer asks for: run in the new system when its packages are there. -#}
{% set deb = os.generation if os.generation is defined else os.major -%}
{% set ntp_servers = [...timezone.ntp, ...ntp] | unique -%}
{# Only zypper's are put in place at the first boot. -#}
{% set later_repos = [] -%}
{# The kernel takes the last of several reservations, and kdump-tools brings one. -#}
{% set kernel_args = [...bootloader.append, ...(["crashkernel=" ~ kdump.reserve] if kdump.enabled and kdump.reserve is defined else [])] | join(sep=" ") -%}
#!/bin/sh
#
# Sets up the new system of {{ name | line }}: what the answers cannot say. Run by installer.sh, in that system.
set -e
umask 022
# The installer's debconf is not ours to talk to.
unset DEBCONF_REDIR DEBCONF_FRONTEND DEBCONF_READFD DEBCONF_WRITEFD DEBIAN_HAS_FRONTEND
export DEBIAN_FRONTEND=noninteractive
{%- include "autoinstall/system/device.sh" %}
{%- include "autoinstall/preseed/system/accounts.sh" %}
{%- include "autoinstall/preseed/system/network.sh" %}
{%- include "autoinstall/preseed/system/locale.sh" %}
{%- include "autoinstall/preseed/system/packages.sh" %}
{%- include "autoinstall/preseed/system/services.sh" %}
{%- include "autoinstall/preseed/system/boot.sh" %}
{%- include "autoinstall/system/files.sh" %}
{%- include "autoinstall/system/firstboot.sh" %}
