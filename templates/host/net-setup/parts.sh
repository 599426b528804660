# Reads the XML of a network, libvirt's or this program's, which stand one element to a line in the same order. Prints a
# part to a line: its kind, a tab, the element in one line, as virsh net-update takes it. The kinds are the sections that
# net-update knows, with the place of an <ip> behind those of DHCP; `stamp`, by which the site knows its own; `bridge`,
# the name, which libvirt chooses where the site does not; and `fixed`, what stays as it is until the network is started.
parts() {
  local line element='' tag='' dns='' ip=-1 kind
  while IFS= read -r line; do
    line=${line#"${line%%[! ]*}"}
    line=${line//\"/\'}
    line=${line//&#39;/"&apos;"}
    if [[ $element ]]; then
      element+=$line
      [[ $line == "</$tag>" ]] || continue
    else
      case $line in
        '<dns'*) dns=yes ;;&
        '</dns>') dns= ;;&
        '<ip '*) ip=$((ip + 1)) ;;&
        '<host '*'/>' | '<range '*'/>' | '<txt '* | '<srv '* | '<portgroup '*'/>') element=$line ;;
        '<host '* | '<range '* | '<portgroup '*)
          element=$line tag=${line%% *} tag=${tag#<}
          continue
          ;;
        '<lab '*) printf 'stamp\t%s\n' "$line"; continue ;;
        '<network'* | '<name>'* | '<uuid>'* | '<metadata>' | '<dns>' | '<dhcp>' | '<dnsmasq:options>' | '</'* | '') continue ;;
        # What libvirt adds to <forward> by itself.
        '<nat>' | "<port start='1024' end='65535'/>") continue ;;
        *)
          [[ ! $line =~ ^'<bridge '(.*)"name='"([^\']*)"'"' '?(.*)$ ]] || {
            printf 'bridge\t%s\n' "${BASH_REMATCH[2]}"
            line="<bridge ${BASH_REMATCH[1]}${BASH_REMATCH[3]}"
          }
          [[ ! $line =~ ^(.*)" connections='"[0-9]+"'"(.*)$ ]] || line=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
          line=${line%'/>'}
          line=${line%'>'}
          printf 'fixed\t%s>\n' "${line%' '}"
          continue
          ;;
      esac
    fi
    case $element in
      '<host '*) kind=$([[ $dns ]] && echo dns-host || echo "ip-dhcp-host $ip") ;;
      '<range '*) kind="ip-dhcp-range $ip" ;;
      '<txt '*) kind='dns-txt' ;;
      '<srv '*) kind='dns-srv' ;;
      *) kind=portgroup ;;
    esac
    printf '%s\t%s\n' "$kind" "$element"
    element=''
  done
}

# missing A B: the lines of A that B does not have.
missing() {
  local line
  while IFS= read -r line; do
    [[ ! $line || $'\n'$2$'\n' == *$'\n'"$line"$'\n'* ]] || printf '%s\n' "$line"
  done <<< "$1"
}
