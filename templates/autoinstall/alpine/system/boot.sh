{#- GRUB's menu and the kernel's arguments, after what setup-disk found out about the disks; consoles to log in on. #}

# Boot loader.
cat >> /etc/default/grub <<'EOF'
GRUB_CMDLINE_LINUX={{ kernel_args | grub_args | sh }}
{%- if kernel_args is containing(pat="console=ttyS0") %}
GRUB_TERMINAL='console serial'
GRUB_SERIAL_COMMAND='serial --speed=115200'
{%- endif %}
{%- if bootloader.timeout is defined %}
GRUB_TIMEOUT={{ bootloader.timeout }}
{%- endif %}
EOF
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
grub-mkconfig -o /boot/grub/grub.cfg
{%- for arg in [arg for arg in bootloader.append if arg is starting_with(pat="console=ttyS") or arg is starting_with(pat="console=ttyAMA")] %}
{%- set tty = arg | trim_start(pat="console=") | split(pat=",") | first %}
grep -q '^{{ tty | account }}:' /etc/inittab || echo '{{ tty | account }}::respawn:/sbin/getty -L 0 {{ tty | account }} vt100' >> /etc/inittab
{%- endfor -%}
