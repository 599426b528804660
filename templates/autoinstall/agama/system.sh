{#- What the profile leaves to do: run in the new system when its packages are there. -#}
{% set sle = os.generation if os.generation is defined else os.major -%}
{% set ntp_servers = [...timezone.ntp, ...ntp] | unique -%}
{% set network_manager = true -%}
{# All repositories are in place when this has run. -#}
{% set later_repos = [] -%}
#!/bin/sh
#
# Sets up the new system of {{ name | line }}: what the profile cannot say. Run by installer.sh, in that system.
set -e
umask 022

{% include "autoinstall/autoyast/system/setting.sh" %}
{%- include "autoinstall/autoyast/system/accounts.sh" %}

# Interfaces as the installer had them are not needed any more.
mkdir -p /etc/NetworkManager/system-connections
find /etc/NetworkManager/system-connections -name '*.nmconnection' -delete
{%- include "autoinstall/autoyast/system/network.sh" %}
{%- include "autoinstall/autoyast/system/locale.sh" %}
{%- if not timezone.utc %}

# The hardware clock has local time.
printf '0.0 0 0.0\n0\nLOCAL\n' > /etc/adjtime
{%- endif %}
{%- include "autoinstall/agama/system/packages.sh" %}

# The installer starts it for those alone that it knows.
if [ -e /usr/lib/systemd/system/sshd.service ]; then
    systemctl enable sshd.service
fi
{%- include "autoinstall/autoyast/system/services.sh" %}
{%- include "autoinstall/agama/system/boot.sh" %}
{%- include "autoinstall/system/files.sh" %}
{%- include "autoinstall/system/firstboot.sh" %}
