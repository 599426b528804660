{#- What subiquity runs, from the volume with its files. Scripts of the site stand here as they are; one that could end its
    here-document, or holds bytes that none can hold, comes as base64. -#}
{% set pre = [script for script in scripts if script.when == "pre"] -%}
{% set post = [script for script in scripts if script.when == "post" or script.when == "post-nochroot"] -%}
{% set target = "/target" -%}
#!/bin/sh
#
# Run by the installer of {{ name | line }}: `pre` before the disks are touched, `late` when the packages are there.
set -e

case $1 in
pre)
{%- for script in pre %}
{%- set file = "/tmp/pre-" ~ loop.index %}
{%- include "autoinstall/preseed/script.sh" %}
    {{ (script.interpreter if script.interpreter is defined else "/bin/sh") | path | sh }} {{ file }}{% if script.on_error == "continue" %} || logger -t miniascape '{{ script.when }}-{{ loop.index }} failed'{% endif %}
{%- endfor %}
    ;;
late)
    cp /run/miniascape/system.sh /target/root/system.sh
    curtin in-target --target=/target -- sh /root/system.sh
    rm /target/root/system.sh
{%- for script in post %}
{%- set inside = script.when == "post" %}
{%- set file = ("/target/root/" if inside else "/tmp/") ~ script.when ~ "-" ~ loop.index %}
{%- include "autoinstall/preseed/script.sh" %}
    {% if inside %}curtin in-target --target=/target -- {% endif %}{{ (script.interpreter if script.interpreter is defined else "/bin/sh") | path | sh }} {{ file | trim_start(pat="/target") }}{% if script.on_error == "continue" %} || logger -t miniascape '{{ script.when }}-{{ loop.index }} failed'{% endif %}
    rm {{ file }}
{%- endfor %}
{%- if seal is defined %}

    # The system becomes an image. When this has ended, the installer copies its logs, with what is secret in them, so they
    # go into memory.
    sh /run/miniascape/seal.sh /target
    mkdir -p /target/var/log/installer
    mount -t tmpfs -o mode=0700 tmpfs /target/var/log/installer
    cat /target/root/.miniascape-sealed > /dev/console
{%- else %}

    # Reached only when nothing failed that has to succeed.
    echo {{ ("miniascape: installed " ~ name) | line | sh }} > /target/root/.miniascape-installed
    cat /target/root/.miniascape-installed > /dev/console
{%- endif %}
    ;;
esac
