{#- What cloud-init has no words for: run in the new system when its packages are there. -#}
{% set deb = release -%}
{# The kernel takes the last of several reservations, and kdump-tools brings one. -#}
{# From RHEL 9 on its own program knows how much to set aside. -#}
{% set reserve = kdump.reserve if kdump.reserve is defined else "" if debian or release > 8 else "auto" -%}
{% set picky = [] if debian else [nic for nic in interfaces if nic.bootproto == "dhcp" and (nic.nodns or nic.nodefroute)] -%}
{% set kernel_args = [...bootloader.append, ...(["crashkernel=" ~ reserve] if kdump.enabled and reserve else [])] | join(sep=" ") -%}
{% set post_scripts = [script for script in scripts if script.when == "post"] -%}
#!/bin/sh
#
# Sets up the system of {{ name | line }}: what cloud-init cannot be told. It runs once, when the packages are there.
set -e
umask 022
cd /run/miniascape
{%- if debian %}
export DEBIAN_FRONTEND=noninteractive
{%- endif %}
{%- if firewall.enabled and firewall.trusted or picky %}

# device MAC: prints the name of the interface that has this address.
device() {
    for address in /sys/class/net/*/address; do
        if [ "$(cat "$address")" = "$1" ]; then
            basename "${address%/address}"
            return
        fi
    done
    echo "no interface has the address $1" >&2
    return 1
}
{%- endif %}
{%- set numbered = [user for user in users if user.gid is defined] %}
{%- if numbered %}

# Groups with a number of their own.
{%- for user in numbered %}
usermod -g {{ user.gid }} {{ user.name | account }}
{%- endfor %}
{%- endif %}
{%- include "autoinstall/cloud/packages.sh" %}
{%- if firewall.enabled %}

# What is told offline must not be running.
systemctl stop firewalld.service
{%- endif %}
{%- include "autoinstall/preseed/system/services.sh" %}
{%- if debian %}
{%- include "autoinstall/preseed/system/boot.sh" %}
{%- else %}
{%- include "autoinstall/cloud/redhat.sh" %}
{%- endif %}
{%- if setup_data %}

# put NUMBER FILE OWNER MODE: puts a file in the place of what is there.
put() {
{%- if not debian %}
    new=$2
    dir=$(dirname "$2")
    while [ ! -d "$dir" ]; do
        new=$dir
        dir=$(dirname "$dir")
    done
{%- endif %}
    mkdir -p "$(dirname "$2")"
    rm -f "$2"
    (umask 077; cat "file-$1" > "$2")
    chown "$3" "$2"
    chmod "$4" "$2"
{%- if not debian %}
    restorecon -R "$new" 2> /dev/null || :
{%- endif %}
}
{%- for file in setup_data %}
put {{ loop.index }} {{ file.dst | path | sh }} {{ file.owner | account }}:{{ file.group | account }} {{ file.mode | ident }}
{%- endfor %}
{%- endif %}
{%- set later_repos = [] %}
{%- include "autoinstall/system/firstboot.sh" %}
{%- if post_scripts %}

# Scripts of the site.
cd /
{%- for script in post_scripts %}
{{ (script.interpreter if script.interpreter is defined else "/bin/sh") | path | sh }} /run/miniascape/post-{{ loop.index }}{% if script.on_error == "continue" %} || logger -t miniascape 'post-{{ loop.index }} failed'{% endif %}
{%- endfor %}
{%- endif %}
{%- if base is defined %}

# What the installer of the base left after that was sealed.
rm -rf /root/anaconda-ks.cfg /root/original-ks.cfg /tmp/ks-script-* /var/log/anaconda /root/.miniascape-sealed
{%- endif %}
{%- if seal is defined %}

# cloud-init goes on writing what is to be removed, so the system becomes an image when that is done. The random numbers
# that systemd would keep for the next boot would be the same in each guest.
mkdir -p /run/systemd/system/systemd-random-seed.service.d
printf '%s\n' '[Service]' 'ExecStop=' > /run/systemd/system/systemd-random-seed.service.d/miniascape.conf
cat > /run/systemd/system/miniascape-seal.service <<'EOF'
[Unit]
Description=Makes an image of this system
After=cloud-final.service

[Service]
Type=oneshot
ExecStart=/bin/sh /run/miniascape/seal.sh /
ExecStart=/bin/sh -c 'cat /root/.miniascape-sealed > /dev/console'
ExecStart=/bin/systemctl --no-block {{ finish }}
EOF
systemctl daemon-reload
systemctl --no-block start miniascape-seal.service
{%- else %}

# Reached only when nothing failed that has to succeed.
echo {{ ("miniascape: installed " ~ name) | line | sh }} > /root/.miniascape-installed
cat /root/.miniascape-installed > /dev/console
rm -r /run/miniascape
{%- endif %}
