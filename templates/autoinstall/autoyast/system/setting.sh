# setting FILE KEY VALUE: sets a value, which is quoted for the shell, in a file below /etc/sysconfig.
setting() {
    touch "/etc/sysconfig/$1"
    grep -v "^$2=" "/etc/sysconfig/$1" > "/etc/sysconfig/$1.new" || :
    printf '%s=%s\n' "$2" "$3" >> "/etc/sysconfig/$1.new"
    cat "/etc/sysconfig/$1.new" > "/etc/sysconfig/$1"
    rm "/etc/sysconfig/$1.new"
}
{#- The line break is the next part's. -#}
