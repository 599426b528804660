{#- Scripts for the first boot: kept in a directory, run by one service, each removed once it has run. One that failed
    stays with those after it, and is tried again at the next boot, unless its errors do not matter. `later_repos` are the
    repositories whose files, of zypper, are put in place before them. #}
{%- set scripts_to_run = [script for script in scripts if script.when == "firstboot"] %}
{%- if scripts_to_run or later_repos %}

# Scripts for the first boot.
mkdir -p /usr/local/libexec/miniascape
chmod 0700 /usr/local/libexec/miniascape
cd /usr/local/libexec/miniascape
{%- for script in scripts_to_run %}

{% if script.name is defined -%}
{{ script.name | comment }}
{% endif -%}
{% if script.run is heredoc -%}
cat > firstboot-{{ loop.index }} <<'EOF'
{{ script.run | trim_end(pat="\n") }}
EOF
{%- else -%}
base64 -d > firstboot-{{ loop.index }} <<'EOF'
{{ script.run | base64 | fold }}
EOF
{%- endif %}
{%- endfor %}

cat > firstboot <<'EOF'
cd /usr/local/libexec/miniascape || exit
{%- if later_repos %}
if [ -d repos ]; then
    rm -f{% for repo in later_repos %} /etc/zypp/repos.d/{{ repo | ident }}.repo{% endfor %}
    find repos -name '*.repo' -exec mv {} /etc/zypp/repos.d/ \;
    rm -r repos
fi
{%- endif %}
{%- for script in scripts_to_run %}
{%- set interpreter = script.interpreter if script.interpreter is defined else "/bin/sh" %}
{%- set file = "firstboot-" ~ loop.index %}
if [ -e {{ file }} ]; then
    {{ interpreter | path | sh }} ./{{ file }}{% if script.on_error == "fail" %} || exit{% endif %}
    rm {{ file }}
fi
{%- endfor %}
systemctl disable miniascape-firstboot.service
EOF

cat > /etc/systemd/system/miniascape-firstboot.service <<'EOF'
[Unit]
Description=First boot scripts of miniascape
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/bin/sh /usr/local/libexec/miniascape/firstboot
TimeoutStartSec=0
StandardOutput=journal+console

[Install]
WantedBy=multi-user.target
EOF
systemctl enable miniascape-firstboot.service
{%- endif -%}
