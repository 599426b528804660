{#- Boot loader. On other than PCs the installer knows which one there is. #}
  <bootloader>
    <loader_type>{% if virtinst.arch != "x86_64" %}default{% elif virtinst.firmware == "uefi" %}grub2-efi{% else %}grub2{% endif %}</loader_type>
    <global>
{%- if kernel_args %}
      <append>{{ kernel_args | xml }}</append>
{%- endif %}
{%- if kernel_args is containing(pat="console=ttyS0") %}
      <terminal>serial</terminal>
      <serial>serial --speed=115200 --unit=0 --word=8 --parity=no --stop=1</serial>
{%- endif %}
{%- if bootloader.timeout is defined %}
      <timeout config:type="integer">{{ bootloader.timeout }}</timeout>
{%- endif %}
{%- if virtinst.firmware == "uefi" %}
      <secure_boot>{{ virtinst.secure_boot }}</secure_boot>
{%- endif %}
{%- if bootloader.password is defined %}
      <!-- Whoever changes an entry is asked for the password; starting one is free. -->
      <password>
        <value>{{ bootloader.password | xml }}</value>
        <encrypted config:type="boolean">true</encrypted>
        <unrestricted config:type="boolean">true</unrestricted>
      </password>
{%- endif %}
    </global>
  </bootloader>
{#- The line break is the next part's. -#}
