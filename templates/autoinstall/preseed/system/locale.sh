{#- What the answers leave out of language, keyboard and clock. #}
{%- if not lang is containing(pat="_") %}

# A locale without a country.
update-locale LANG={{ lang | line | sh }}
{%- endif %}
{%- if keyboard.variant is defined %}

sed -i 's/^XKBVARIANT=.*/XKBVARIANT="{{ keyboard.variant | ident }}"/' /etc/default/keyboard
{%- endif %}
{%- if ntp_servers %}

mkdir -p /etc/systemd/timesyncd.conf.d
cat > /etc/systemd/timesyncd.conf.d/miniascape.conf <<'EOF'
[Time]
NTP={% for server in ntp_servers %}{{ server | ident }}{% if not loop.last %} {% endif %}{% endfor %}
EOF
systemctl enable systemd-timesyncd.service
{%- endif -%}
