{#- The size of a part. Swap of no size follows memory. #}
          <size>
{%- if part.percent is defined %}{{ part.percent }}%
{%- elif part.size is defined %}{{ part.size | mib }}M
{%- elif part.grow %}max
{%- else %}auto
{%- endif %}</size>
{#- The line break is the next part's. -#}
