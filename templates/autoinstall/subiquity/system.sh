{#- What the answers leave to do: run in the new system when its packages are there. -#}
{% set release = os.generation if os.generation is defined else os.major -%}
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
export DEBIAN_FRONTEND=noninteractive
{%- include "autoinstall/system/device.sh" %}

# Root.
{%- if rootpw is defined and not rootpw.lock %}
usermod -p {{ rootpw.hash | line | sh }} root
{%- else %}
passwd -l root
{%- endif %}
{%- include "autoinstall/preseed/system/accounts.sh" %}
{%- include "autoinstall/system/names.sh" %}
{%- if not timezone.utc %}

# The hardware clock has local time.
printf '0.0 0 0.0\n0\nLOCAL\n' > /etc/adjtime
{%- endif %}
{%- include "autoinstall/subiquity/packages.sh" %}
{%- include "autoinstall/preseed/system/locale.sh" %}
{%- include "autoinstall/preseed/system/services.sh" %}
{%- include "autoinstall/preseed/system/boot.sh" %}
{%- include "autoinstall/system/files.sh" %}
{%- include "autoinstall/system/firstboot.sh" %}
