{#- Values that the script could not carry. It prints nothing. -#}
{%- if virtinst.image is defined %}{{ fail(msg=name ~ ": a guest from `virtinst.image` has no script yet; name a `location`") }}{% endif %}
{%- if virtinst.location is undefined and virtinst.cdrom is undefined and not virtinst.pxe %}{{ fail(msg=name ~ ": nothing to install from; name `virtinst.location`, `cdrom` or `pxe`") }}{% endif %}
{#- virt-install (4.1 and 5.0 tried) escapes the values of XML attributes twice, and the script quotes them itself. -#}
{%- for disk in disks %}
{%- set text = disk.pool ~ disk.vol if disk.pool is defined else disk.path %}
{%- if text | escape_xml != text or text is containing(pat="\\") or text is containing(pat="\n") %}{{ fail(msg=name ~ ", disk " ~ disk.device ~ ": virt-install cannot carry any of & < > \" ' \\ or a line break in " ~ text) }}{% endif %}
{#- The stamp lists volumes as words `pool/volume`. -#}
{%- if disk.pool is defined and (text is containing(pat=" ") or text is containing(pat="/")) %}{{ fail(msg=name ~ ", disk " ~ disk.device ~ ": no space or / may be in the name of a pool or volume: " ~ text) }}{% endif %}
{%- endfor %}
{%- for interface in interfaces %}
{%- set text = interface.network if interface.network is defined else interface.bridge %}
{%- if text | escape_xml != text %}{{ fail(msg=name ~ ", interface " ~ interface.device ~ ": virt-install cannot carry any of & < > \" ' in the name of a network or bridge: " ~ text) }}{% endif %}
{%- endfor %}
{%- if stamp.site | escape_xml != stamp.site or stamp.site is containing(pat=" ") %}{{ fail(msg="no space and none of & < > \" ' may be in the name of a site: " ~ stamp.site) }}{% endif -%}
