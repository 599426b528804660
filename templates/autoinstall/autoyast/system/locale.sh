{#- Language of any kind, keyboard, time servers. #}

# Language and keyboard.
{%- if not lang is containing(pat="_") %}
echo {{ ("LANG=" ~ lang) | line | sh }} > /etc/locale.conf
{%- if sle < 15 %}
setting language RC_LANG {{ lang | line | sh | sh }}
{%- endif %}
{%- endif %}
{%- set keymap = keyboard.vconsole if keyboard.vconsole is defined else keyboard.layout ~ "-" ~ keyboard.variant if keyboard.variant is defined else keyboard.layout %}
echo KEYMAP={{ keymap | line | sh }} > /etc/vconsole.conf
mkdir -p /etc/X11/xorg.conf.d
cat > /etc/X11/xorg.conf.d/00-keyboard.conf <<'EOF'
Section "InputClass"
	Identifier "keyboard of the site"
	MatchIsKeyboard "on"
	Option "XkbLayout" "{{ keyboard.layout | ident }}"
{%- if keyboard.variant is defined %}
	Option "XkbVariant" "{{ keyboard.variant | ident }}"
{%- endif %}
EndSection
EOF
{%- if ntp_servers %}

# Time servers.
{%- if sle < 15 %}
sed -i '/^server[[:space:]]/d' /etc/ntp.conf
cat >> /etc/ntp.conf <<'EOF'
{%- for server in ntp_servers %}
server {{ server | ident }} iburst
{%- endfor %}
EOF
systemctl enable ntpd.service
{%- else %}
mkdir -p /etc/chrony.d
rm -f /etc/chrony.d/pool.conf
cat > /etc/chrony.d/miniascape.conf <<'EOF'
{%- for server in ntp_servers %}
server {{ server | ident }} iburst
{%- endfor %}
EOF
systemctl enable chronyd.service
{%- endif %}
{%- endif -%}
