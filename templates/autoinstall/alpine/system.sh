{#- What setup-disk leaves to do: run in the new system. -#}
{% set kernel_args = bootloader.append | join(sep=" ") -%}
{% set ntp_servers = [...timezone.ntp, ...ntp] | unique -%}
{% set scripts_to_run = [script for script in scripts if script.when == "firstboot"] -%}
#!/bin/sh
#
# Sets up the new system of {{ name | line }}. Run by install.sh, in that system.
#
# A $ in a value of the site is meant as one.
# shellcheck disable=SC2016
set -e
umask 022
{%- include "autoinstall/alpine/system/packages.sh" %}
{%- include "autoinstall/alpine/system/accounts.sh" %}
{%- include "autoinstall/alpine/system/network.sh" %}
{%- include "autoinstall/alpine/system/services.sh" %}
{%- include "autoinstall/alpine/system/firewall.sh" %}
{%- include "autoinstall/alpine/system/boot.sh" %}
{%- include "autoinstall/system/files.sh" %}
{%- include "autoinstall/alpine/system/firstboot.sh" %}
