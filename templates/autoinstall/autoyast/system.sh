{#- What the first stage of AutoYaST leaves to do: run in the new system when its packages are there. Stands in CDATA. -#}
#!/bin/sh
#
# Sets up the new system of {{ name | line }}: what the profile cannot say, or only for a second stage.
set -e
umask 022

# AutoYaST goes on when a script fails. Nobody shall take what is left for a finished system: the install stops here.
trap '[ $? = 0 ] || { echo "miniascape: system.sh failed" > /dev/console; while :; do sleep 3600; done; }' EXIT

{% include "autoinstall/autoyast/system/setting.sh" %}
{%- include "autoinstall/autoyast/system/accounts.sh" %}
{%- include "autoinstall/autoyast/system/network.sh" %}
{%- include "autoinstall/autoyast/system/locale.sh" %}
{%- include "autoinstall/autoyast/system/packages.sh" %}
{%- include "autoinstall/autoyast/system/services.sh" %}
{#- A text in XML holds ten million bytes at most (libxml2, XML_MAX_TEXT_LENGTH). #}
{%- set_global payload = 0 %}
{%- for file in setup_data %}{% set_global payload = payload + (file.base64 | length) %}{% endfor %}
{%- if payload > 9000000 %}{{ fail(msg="setup_data: " ~ payload ~ " bytes of base64 are more than AutoYaST can read") }}{% endif %}
{%- include "autoinstall/system/files.sh" %}
{%- set later_repos = [repo.name for repo in repos if repo.install_only or repo.enabled] %}
{%- include "autoinstall/system/firstboot.sh" -%}
