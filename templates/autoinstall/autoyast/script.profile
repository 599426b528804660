{#- A script of the site. AutoYaST goes on whatever one ends with, and runs three interpreters by name; so one that has to
    succeed, or is another's, is put into a file by a script of ours, as base64 when it could end what it stands in. -#}
{%- set interpreter = script.interpreter if script.interpreter is defined else "/bin/sh" %}
      <script>
        <filename>{{ script.when }}-{{ number }}.sh</filename>
{%- if chrooted %}
        <chrooted config:type="boolean">{{ chrooted }}</chrooted>
{%- endif %}
        <debug config:type="boolean">false</debug>
        <interpreter>shell</interpreter>
        <source><![CDATA[
{%- if script.on_error == "continue" and interpreter == "/bin/sh" and script.run is heredoc -%}
{{ script.run | trim_end(pat="\n") }}
{%- else -%}
#!/bin/sh
{%- if script.name is defined %}
{{ script.name | comment }}
{%- endif %}
script=$(mktemp)
{%- if script.run is heredoc %}
cat > "$script" <<'EOF'
{{ script.run | trim_end(pat="\n") }}
EOF
{%- else %}
base64 -d > "$script" <<'EOF'
{{ script.run | base64 | fold }}
EOF
{%- endif %}
{{ interpreter | path | sh }} "$script"
{%- if script.on_error == "fail" %} || {
    # AutoYaST would go on, and nobody shall take what is left for a finished system.
    echo {{ ("miniascape: " ~ script.when ~ "-" ~ number ~ " failed on " ~ name) | line | sh }} > /dev/console
    while :; do sleep 3600; done
}
{%- endif %}
rm "$script"
{%- endif %}
]]></source>
      </script>
{#- The line break is the next part's. -#}
