{#- Files of the site. They come as base64, so any bytes arrive as they are. #}
{%- if setup_data %}

# put FILE OWNER MODE: writes the base64 text it reads to FILE, in the place of what is there.
put() {
    mkdir -p "$(dirname "$1")"
    rm -f "$1"
    (umask 077; base64 -d > "$1")
    chown "$2" "$1"
    chmod "$3" "$1"
}
{%- for file in setup_data %}

put {{ file.dst | path | sh }} {{ file.owner | account }}:{{ file.group | account }} {{ file.mode | ident }} {% if file.base64 -%} <<'EOF'
{{ file.base64 | fold }}
EOF
{%- else -%} < /dev/null
{%- endif %}
{%- endfor %}
{%- endif -%}
