{#- What the installer of Debian runs, with its own busybox. Scripts of the site stand here as they are; one that could
    end its here-document, or holds bytes that none can hold, comes as base64. -#}
{% set pre = [script for script in scripts if script.when == "pre"] -%}
{% set post = [script for script in scripts if script.when == "post" or script.when == "post-nochroot"] -%}
{% set target = "/target" -%}
#!/bin/sh
#
# Run by the installer of {{ name | line }}: `pre` before the disks are touched, `late` when the packages are there.
set -e

case $1 in
pre)
{%- if proxy is defined %}
    # The proxy, for the package manager of the new system as soon as there is one.
    cat > /usr/lib/post-base-installer.d/80miniascape <<'EOF'
#!/bin/sh
cat > /target/etc/apt/apt.conf.d/90miniascape <<'END'
{%- include "autoinstall/preseed/apt-proxy.conf" %}
END
EOF
    chmod 0755 /usr/lib/post-base-installer.d/80miniascape
{%- endif %}
{%- for script in pre %}
{%- set file = "/tmp/pre-" ~ loop.index %}
{%- include "autoinstall/preseed/script.sh" %}
    sh {{ file }}{% if script.on_error == "continue" %} || logger -t miniascape '{{ script.when }}-{{ loop.index }} failed'{% endif %}
{%- endfor %}
    ;;
late)
    cp /system.sh /target/root/system.sh
    in-target sh /root/system.sh
    rm /target/root/system.sh
{%- for script in post %}
{%- set inside = script.when == "post" %}
{%- set file = ("/target/root/" if inside else "/tmp/") ~ script.when ~ "-" ~ loop.index %}
{%- include "autoinstall/preseed/script.sh" %}
    {% if inside %}in-target {{ (script.interpreter if script.interpreter is defined else "/bin/sh") | path | sh }} {{ file | trim_start(pat="/target") }}{% else %}sh {{ file }}{% endif %}{% if script.on_error == "continue" %} || logger -t miniascape '{{ script.when }}-{{ loop.index }} failed'{% endif %}
    rm {{ file }}
{%- endfor %}
{%- if seal is defined %}

    # The system becomes an image when the installer has left what it leaves: it copies its network configuration and its
    # logs after this. Of a script there that fails it only takes note, so a failure stops here.
    cat > /usr/lib/finish-install.d/94zz-miniascape <<'EOF'
#!/bin/sh
cp /seal.sh /target/root/seal.sh
if in-target sh /root/seal.sh /; then
    rm /target/root/seal.sh
    cat /target/root/.miniascape-sealed > /dev/console
else
    echo 'miniascape: seal.sh failed' > /dev/console
    while :; do sleep 3600; done
fi
EOF
    chmod 0755 /usr/lib/finish-install.d/94zz-miniascape
{%- else %}

    # Reached only when nothing failed that has to succeed.
    echo {{ ("miniascape: installed " ~ name) | line | sh }} > /target/root/.miniascape-installed
    cat /target/root/.miniascape-installed > /dev/console
{%- endif %}
    ;;
esac
