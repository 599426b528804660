{#- Repositories as the site has them, packages, what needs some: clock, language, proxy. -#}
{%- set location = virtinst.location | default(value="") %}
{%- set remote = location is starting_with(pat="http://") or location is starting_with(pat="https://") or location is starting_with(pat="ftp://") %}
{%- set mirror = (location | split(pat="/releases/") | first) if remote and location is containing(pat="/releases/") else os.mirror ~ "/v" ~ os.version %}
{%- set spoken = not ["C", "POSIX", "en"] is containing(pat=(lang | split(pat=".") | first | split(pat="_") | first)) %}
{%- set needed_packages = [
    "shadow", "tzdata",
    ...(["sudo"] if [user for user in users if user.sudo is defined] else []),
    ...(["chrony"] if ntp_servers else []),
    ...(["nftables"] if firewall.enabled else []),
    ...(["musl-locales"] if spoken else [])] %}

# Packages, from repositories that the installer may have had more of.
apk add --quiet --update-cache {% for package in [...packages.installed, ...needed_packages] | unique %}{{ package | line | sh }}{% if not loop.last %} {% endif %}{% endfor %}
{%- if packages.uninstalled %}
apk del --quiet {% for package in packages.uninstalled %}{{ package | line | sh }}{% if not loop.last %} {% endif %}{% endfor %}
{%- endif %}
cat > /etc/apk/repositories <<'EOF'
{{ (mirror ~ "/main") | preseed_word }}
{{ (mirror ~ "/community") | preseed_word }}
{%- for repo in [repo for repo in repos if not repo.install_only] %}
{% if not repo.enabled %}#{% endif %}{{ repo.baseurl | preseed_word }}
{%- endfor %}
EOF

# Clock and language.
{%- set zone = ("/usr/share/zoneinfo/" ~ timezone.timezone) | path | sh %}
[ -e {{ zone }} ]
ln -sf {{ zone }} /etc/localtime
echo {{ timezone.timezone | line | sh }} > /etc/timezone
sed -i 's/^clock=.*/clock="{{ "UTC" if timezone.utc else "local" }}"/' /etc/conf.d/hwclock
cat > /etc/profile.d/lang.sh <<'EOF'
export LANG={{ lang | line | sh }}
EOF
{%- if ntp_servers %}
cat > /etc/chrony/chrony.conf <<'EOF'
{%- for server in ntp_servers %}
server {{ server | ident }} iburst
{%- endfor %}
driftfile /var/lib/chrony/chrony.drift
rtcsync
makestep 1.0 3
EOF
rc-update --quiet add chronyd default
{%- endif -%}
