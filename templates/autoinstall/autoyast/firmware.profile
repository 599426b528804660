{#- The partition the firmware boots from. -#}
{%- if virtinst.arch == "ppc64le" %}
        <partition>
          <create config:type="boolean">true</create>
          <format config:type="boolean">false</format>
          <partition_id config:type="integer">65</partition_id>
          <size>8M</size>
        </partition>
{%- elif virtinst.firmware == "uefi" and disk == first_disk and not mounts is containing(pat="/boot/efi") %}
        <partition>
          <create config:type="boolean">true</create>
          <mount>/boot/efi</mount>
          <filesystem config:type="symbol">vfat</filesystem>
          <format config:type="boolean">true</format>
          <partition_id config:type="integer">259</partition_id>
          <size>512M</size>
        </partition>
{%- elif virtinst.firmware != "uefi" and sle > 12 %}
        <partition>
          <create config:type="boolean">true</create>
          <format config:type="boolean">false</format>
          <partition_id config:type="integer">257</partition_id>
          <size>8M</size>
        </partition>
{%- endif -%}
