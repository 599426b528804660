{#- What Agama runs, from the volume with its files. Scripts of the site stand here as they are; one that could end its
    here-document, or holds bytes that none can hold, comes as base64. -#}
{% set pre = [script for script in scripts if script.when == "pre"] -%}
{% set post = [script for script in scripts if script.when == "post" or script.when == "post-nochroot"] -%}
{% set target = "/mnt" -%}
#!/bin/sh
#
# Run by the installer of {{ name | line }}: `pre` before the disks are touched, `post` when the new
# system is below /mnt. When it fails, the install stops.
set -e

case $1 in
pre)
{%- for script in pre %}
{%- set file = "/tmp/pre-" ~ loop.index %}
{%- include "autoinstall/preseed/script.sh" %}
    {{ (script.interpreter if script.interpreter is defined else "/bin/sh") | path | sh }} {{ file }}{% if script.on_error == "continue" %} || logger -t miniascape '{{ script.when }}-{{ loop.index }} failed'{% endif %}
{%- endfor %}
    ;;
post)
    cp /run/miniascape/system.sh /mnt/root/system.sh
    chroot /mnt sh /root/system.sh
    rm /mnt/root/system.sh
{%- for script in post %}
{%- set inside = script.when == "post" %}
{%- set file = ("/mnt/root/" if inside else "/tmp/") ~ script.when ~ "-" ~ loop.index %}
{%- include "autoinstall/preseed/script.sh" %}
    {% if inside %}chroot /mnt {% endif %}{{ (script.interpreter if script.interpreter is defined else "/bin/sh") | path | sh }} {{ file | trim_start(pat="/mnt") }}{% if script.on_error == "continue" %} || logger -t miniascape '{{ script.when }}-{{ loop.index }} failed'{% endif %}
    rm {{ file }}
{%- endfor %}
{%- if selinux != "disabled" %}

    # Nothing that was written here has a label yet, and the kernel that runs knows of none.
    labels=/etc/selinux/targeted/contexts/files/file_contexts
    if [ -e "/mnt$labels" ]; then
        chroot /mnt setfiles -F -m -e /dev -e /proc -e /run -e /sys "$labels" / || touch /mnt/.autorelabel
    fi
{%- endif %}

    # Reached only when nothing failed that has to succeed.
    echo {{ ("miniascape: installed " ~ name) | line | sh }} > /mnt/root/.miniascape-installed
    cat /mnt/root/.miniascape-installed > /dev/console
    ;;
esac
