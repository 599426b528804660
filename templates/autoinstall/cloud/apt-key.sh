{#- Fetches a repository's key, once; apt tells by the file's name whether it is armoured. -#}
{%- set key = "/etc/apt/trusted.gpg.d/" ~ (repo.name | ident) -%}
[ -e {{ key }}.asc ] || [ -e {{ key }}.gpg ] || { /usr/lib/apt/apt-helper
{%- if proxy is defined and not repo.gpgkey is direct(no_proxy=proxy.no_proxy) %} -o {{ ("Acquire::http::Proxy=" ~ proxy.url) | line | sh }} -o {{ ("Acquire::https::Proxy=" ~ proxy.url) | line | sh }}{% endif %} download-file {{ repo.gpgkey | line | sh }} {{ key }}.new && { if grep -q 'BEGIN PGP' {{ key }}.new; then mv {{ key }}.new {{ key }}.asc; else mv {{ key }}.new {{ key }}.gpg; fi; }; }
{#- The end of the command. -#}
