{#- Scripts. AutoYaST runs those of the installer first, then in the new system what is common to all guests, the site's
    own, and what says that it got so far; only the boot loader comes after that. -#}
{%- set pre = [script for script in scripts if script.when == "pre"] %}
{%- set outside = [script for script in scripts if script.when == "post-nochroot"] %}
{%- set inside = [script for script in scripts if script.when == "post"] %}
  <scripts>
{%- if pre %}
    <pre-scripts config:type="list">
{%- set chrooted = "" %}
{%- for script in pre %}
{%- set number = loop.index %}
{%- include "autoinstall/autoyast/script.profile" %}
{%- endfor %}
    </pre-scripts>
{%- endif %}
    <chroot-scripts config:type="list">
{%- for script in outside %}
{%- set chrooted = "false" %}
{%- set number = loop.index %}
{%- include "autoinstall/autoyast/script.profile" %}
{%- endfor %}
      <script>
        <filename>system.sh</filename>
        <chrooted config:type="boolean">true</chrooted>
        <debug config:type="boolean">false</debug>
        <interpreter>shell</interpreter>
        <source><![CDATA[
{%- include "autoinstall/autoyast/system.sh" %}
]]></source>
      </script>
{%- for script in inside %}
{%- set chrooted = "true" %}
{%- set number = loop.index %}
{%- include "autoinstall/autoyast/script.profile" %}
{%- endfor %}
      <script>
        <filename>installed.sh</filename>
        <chrooted config:type="boolean">true</chrooted>
        <debug config:type="boolean">false</debug>
        <interpreter>shell</interpreter>
{%- if seal is defined %}
        <source><![CDATA[#!/bin/sh
# The end: this system becomes an image. Here stands seal.sh.
trap '[ $? = 0 ] || { echo "miniascape: seal.sh failed" > /dev/console; while :; do sleep 3600; done; }' EXIT
set -- /
{% include "autoinstall/seal.sh" -%}
cat /root/.miniascape-sealed > /dev/console
]]></source>
{%- else %}
        <source><![CDATA[#!/bin/sh
# Reached only when no script failed that has to succeed.
echo {{ ("miniascape: installed " ~ name) | line | sh }} > /root/.miniascape-installed
cat /root/.miniascape-installed > /dev/console
]]></source>
{%- endif %}
      </script>
    </chroot-scripts>
  </scripts>
{#- The line break is the next part's. -#}
