{#- Writes a script of the site to `file`; `target` is where the new system is. #}
{%- if script.name is defined %}

{{ script.name | comment }}
{%- else %}
{% endif %}
{%- if script.run is heredoc %}
    cat > {{ file }} <<'EOF'
{{ script.run | trim_end(pat="\n") }}
EOF
{%- else %}
    {% if script.when == "post" %}chroot {{ target }} {% endif %}base64 -d > {{ file }} <<'EOF'
{{ script.run | base64 | fold }}
EOF
{%- endif -%}
