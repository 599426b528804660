{#- Profile for AutoYaST: SUSE Linux Enterprise Server 12 and 15, Leap 15, and Tumbleweed.

    `sle` is the SUSE Linux Enterprise whose installer it is. The guest is off when the first stage ends, so the profile says
    only what that stage does; the rest is done by scripts in the new system. Values of XML go through `xml`. The name does
    not end in .xml because scripts stand in here as they are, in CDATA: what is printed there cannot hold its end. -#}
{% set sle = os.generation if os.generation is defined else os.major -%}
{# What came with 15.2: RAID devices each in a drive of their own, methods of encryption, file systems on several disks. -#}
{% set modern = sle > 15 or sle == 15 and not (os.minor is defined and os.minor < 2) -%}
{# Disks that other guests use as well must not be touched. -#}
{% set own_disks = [disk.device for disk in drives if not disk.shareable] -%}
{% set first_disk = own_disks | first | default(value="vda") -%}
{% set ntp_servers = [...timezone.ntp, ...ntp] | unique -%}
{% set reserve = kdump.reserve if kdump.reserve is defined else "256M" -%}
{% set kernel_args = [...bootloader.append, ...(["crashkernel=" ~ reserve] if kdump.enabled else [])] | join(sep=" ") -%}
{% set network_manager = sle > 15 -%}
<?xml version="1.0"?>
<!DOCTYPE profile>
<!-- Profile of {{ name | xml_comment }} ({{ os.name | xml_comment }}) in site {{ site | xml_comment }}, written by miniascape. -->
{%- if description is defined %}
<!-- {{ description | xml_comment }} -->
{%- endif %}
<profile xmlns="http://www.suse.com/1.0/yast2ns" xmlns:config="http://www.suse.com/1.0/configns">
  <general>
    <mode>
      <confirm config:type="boolean">false</confirm>
      <halt config:type="boolean">{{ finish == "poweroff" }}</halt>
      <second_stage config:type="boolean">false</second_stage>
    </mode>
    <self_update config:type="boolean">false</self_update>
    <signature-handling>
      <accept_unknown_gpg_key config:type="boolean">true</accept_unknown_gpg_key>
      <import_gpg_key config:type="boolean">true</import_gpg_key>
    </signature-handling>
  </general>
  <!-- An error waits for somebody to look; nothing else does. -->
  <report>
    <errors>
      <show config:type="boolean">true</show>
      <timeout config:type="integer">0</timeout>
    </errors>
    <warnings>
      <timeout config:type="integer">5</timeout>
    </warnings>
    <messages>
      <timeout config:type="integer">5</timeout>
    </messages>
    <yesno_messages>
      <timeout config:type="integer">5</timeout>
    </yesno_messages>
  </report>
  {#- A locale without a country, such as C.UTF-8, is no language of YaST's: the system's own script sets it. #}
{%- set language = lang | split(pat=".") | first | split(pat="@") | first %}
  <language>
    <language>{{ (language if language is containing(pat="_") else "en_US") | xml }}</language>
  </language>
  <timezone>
    <hwclock>{{ "UTC" if timezone.utc else "localtime" }}</hwclock>
    <timezone>{{ timezone.timezone | xml }}</timezone>
  </timezone>
  <!-- The interfaces of the new system are set up by system.sh. -->
  <networking>
    <keep_install_network config:type="boolean">true</keep_install_network>
  </networking>
{%- include "autoinstall/autoyast/partitioning.profile" %}
{%- include "autoinstall/autoyast/bootloader.profile" %}
{%- include "autoinstall/autoyast/software.profile" %}
{%- if sle > 15 %}
  <security>
    <lsm>
      <select>{{ "none" if selinux == "disabled" else "selinux" }}</select>
{%- if selinux != "disabled" %}
      <selinux>
        <mode>{{ selinux | xml }}</mode>
      </selinux>
{%- endif %}
    </lsm>
  </security>
{%- endif %}
  <!-- Accounts. All but root are made by system.sh. -->
  <users config:type="list">
    <user>
      <username>root</username>
      <user_password>{% if rootpw is defined and not rootpw.lock %}{{ rootpw.hash | xml }}{% else %}!{% endif %}</user_password>
      <encrypted config:type="boolean">true</encrypted>
    </user>
  </users>
{%- include "autoinstall/autoyast/scripts.profile" %}
</profile>
