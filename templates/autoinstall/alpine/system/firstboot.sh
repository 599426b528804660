{#- Scripts of the first boot. One that fails and must not stays, with those behind it, and runs at the next boot. -#}
{%- if scripts_to_run %}

# Scripts of the first boot.
mkdir -p /usr/local/libexec/miniascape /etc/local.d
chmod 0700 /usr/local/libexec/miniascape
cd /usr/local/libexec/miniascape
{%- for script in scripts_to_run %}
{%- set file = "firstboot-" ~ loop.index %}
{%- include "autoinstall/alpine/script.sh" %}
{%- endfor %}

cat > /etc/local.d/miniascape.start <<'END'
#!/bin/sh
exec < /dev/null > /dev/console 2>&1
cd /usr/local/libexec/miniascape || exit
{%- for script in scripts_to_run %}
{%- set file = "firstboot-" ~ loop.index %}
if [ -e {{ file }} ]; then
    {{ (script.interpreter if script.interpreter is defined else "/bin/sh") | path | sh }} ./{{ file }}{% if script.on_error == "fail" %} || exit{% endif %}
    rm {{ file }}
fi
{%- endfor %}
rm /etc/local.d/miniascape.start
END
chmod 0755 /etc/local.d/miniascape.start
rc-update --quiet add local default
{%- endif -%}
