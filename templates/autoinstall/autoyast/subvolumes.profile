{#- A btrfs. Its topmost subvolume is the one that the names of the others begin with, and they are mounted where these
    lead below it. -#}
{%- set roots = [volume for volume in pool.volumes if volume.mount == "/"] %}
{%- set_global topmost = roots[0] if roots else pool.volumes[0] %}
{%- for volume in pool.volumes %}{% if topmost.mount is starting_with(pat=volume.mount ~ "/") %}{% set_global topmost = volume %}{% endif %}{% endfor %}
          <mount>{{ topmost.mount | xml }}</mount>
          <filesystem config:type="symbol">btrfs</filesystem>
          <format config:type="boolean">true</format>
          <label>{{ pool.label | xml }}</label>
          <create_subvolumes config:type="boolean">true</create_subvolumes>
          <subvolumes_prefix>{{ topmost.name | xml }}</subvolumes_prefix>
          <subvolumes config:type="list">
{%- for volume in pool.volumes %}
{%- if volume.name != topmost.name %}
            <subvolume>
              <path>{{ volume.name | xml }}</path>
            </subvolume>
{%- endif %}
{%- endfor %}
          </subvolumes>
{#- The line break is the next part's. -#}
