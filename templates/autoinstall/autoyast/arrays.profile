{#- RAID devices. Until 15.2 they are the partitions of one drive, by their numbers. -#}
{%- if not modern and partitions.raids %}
    <drive>
      <device>/dev/md</device>
      <type config:type="symbol">CT_MD</type>
      <use>all</use>
      <partitions config:type="list">
{%- for raid in partitions.raids %}
        <partition>
{%- include "autoinstall/autoyast/array.profile" %}
          <partition_nr config:type="integer">{{ raid.device | trim_start(pat="md") | int }}</partition_nr>
          <raid_options>
            <raid_type>raid{{ raid.level }}</raid_type>
          </raid_options>
        </partition>
{%- endfor %}
      </partitions>
    </drive>
{%- endif %}
{%- if modern %}
{%- for raid in partitions.raids %}
    <drive>
      <device>/dev/{{ raid.device | xml }}</device>
      <type config:type="symbol">CT_MD</type>
      <disklabel>none</disklabel>
      <use>all</use>
      <partitions config:type="list">
        <partition>
{%- include "autoinstall/autoyast/array.profile" %}
        </partition>
      </partitions>
      <raid_options>
        <raid_type>raid{{ raid.level }}</raid_type>
      </raid_options>
    </drive>
{%- endfor %}
{%- endif -%}
