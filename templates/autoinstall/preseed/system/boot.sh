{#- GRUB's menu and the kernel's arguments. #}

# Boot loader.
mkdir -p /etc/default/grub.d
cat > /etc/default/grub.d/miniascape.cfg <<'EOF'
GRUB_CMDLINE_LINUX={{ kernel_args | grub_args | sh }}
{%- if kernel_args is containing(pat="console=ttyS0") %}
GRUB_TERMINAL='console serial'
GRUB_SERIAL_COMMAND='serial --speed=115200'
{%- endif %}
{%- if bootloader.timeout is defined %}
GRUB_TIMEOUT={{ bootloader.timeout }}
{%- endif %}
EOF
{%- if kdump.enabled and kdump.reserve is defined %}
# What is set aside for crash dumps stands above.
: > /etc/default/grub.d/kdump-tools.cfg
{%- endif %}
{%- if bootloader.password is defined %}

# Whoever changes an entry is asked for the password; starting one is free.
cat > /etc/grub.d/01_miniascape <<'END'
#!/bin/sh
cat <<'EOF'
set superusers=root
password_pbkdf2 root {{ bootloader.password | ident }}
EOF
END
chmod 0700 /etc/grub.d/01_miniascape
sed -i '/^CLASS=/s/--class gnu-linux/--unrestricted &/' /etc/grub.d/10_linux
{%- endif %}
update-grub
{#- The line break is the next part's. -#}
