{%- if modern %}
          <crypt_method config:type="symbol">luks1</crypt_method>
{%- else %}
          <crypt_fs config:type="boolean">true</crypt_fs>
{%- endif %}
          <crypt_key>{{ passphrase | xml }}</crypt_key>
{#- The line break is the next part's. -#}
