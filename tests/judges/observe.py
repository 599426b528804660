"""Reads generated labs as the programs do that they are made for, and compares what is seen.

Takes a file of jobs: a lab with a hostile value, and the same lab with a harmless word in its place. Everything seen in
the one must be seen in the other, with the value instead of the word. Prints the differences as a JSON list.

Seen are: what pykickstart makes of a kickstart, debconf of answers for debian-installer, PyYAML of what cloud-init is
told, and what is in profiles in XML and JSON; the files and the calls that running a kickstart's own %post sections, the scripts beside answers, or what cloud-init
runs, leaves below a directory of its own; the text of the user's scripts; the network XML; and how vmbuild.sh calls virsh and
virt-install, whose options virtinst's own parser splits. Programs that would change a machine only note their calls.
"""

import base64
import contextlib
import io
import json
import multiprocessing
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import warnings
import xml.etree.ElementTree as ET

# virt-install's own parser lives beside it, and its bindings in the system's place for them.
sys.path += ["/usr/share/virt-manager", "/usr/lib/python3/dist-packages"]
try:
    import yaml
    from pykickstart.errors import KickstartError
    from pykickstart.parser import KickstartParser
    from pykickstart.version import makeVersion
    from virtinst.cli import parse_optstr_tuples
except ImportError as error:
    sys.exit(f"{error}: install the judges with `make judges`")

WORD = "benign"
SYNTAX = {"g5": "RHEL5", "g6": "RHEL6", "g8": "RHEL8", "g9": "RHEL9", "g10": "RHEL10", "f42": "F42"}
# And what cloud-init runs.
CLOUD_PLACES = ["/run/miniascape", "/usr/lib/apt/"]
CLOUD_DIRECTORIES = ["run/miniascape", "etc/apt/trusted.gpg.d", "etc/selinux", "usr/lib/apt"]
# What a run of the generated %post sections may write to, and what it may find there.
PLACES = ["/etc/", "/root/", "/usr/local/", "/boot/", "/dev/console", "/sbin/", "/sys/"]
# And what scripts beside answers for debian-installer may, with what they find there.
DEBIAN_PLACES = ["/target/", "/mnt/", "/run/miniascape/", "/tmp/", "/usr/lib/post-base-installer.d/", "/system.sh"]
DEBIAN_FILES = ["etc/default/keyboard", "etc/apt/sources.list", "etc/dhcp/dhclient.conf", "etc/dhcpcd.conf", "etc/grub.d/10_linux",
                "etc/resolv.conf"]
DEBIAN_DIRECTORIES = ["etc/sudoers.d", "etc/profile.d", "etc/apt/sources.list.d", "etc/netplan", "etc/systemd/system", "etc/default",
                      "usr/local", "root", "home", "dev", "target/root", "mnt/root", "tmp", "usr/lib/post-base-installer.d"]
# And what scripts in profiles for AutoYaST and beside those for Agama may.
SUSE_FILES = ["etc/ntp.conf", "etc/sysconfig/network/config", "etc/default/grub", "etc/selinux/config"]
SUSE_DIRECTORIES = ["etc/NetworkManager", "etc/selinux", "etc/sudoers.d", "etc/udev/rules.d", "etc/sysconfig/network", "etc/zypp/repos.d", "etc/systemd/system",
                    "usr/local", "root", "home", "dev"]
FILES = ["etc/sysconfig/network", "etc/sysconfig/iptables", "etc/ntp.conf", "etc/hosts", "etc/sudoers", "etc/inittab",
         "etc/securetty", "etc/yum.conf", "etc/dnf/dnf.conf", "boot/grub/grub.conf"]
DIRECTORIES = ["etc/sudoers.d", "etc/yum.repos.d", "etc/profile.d", "etc/systemd/system", "etc/init.d", "root",
               "etc/sysconfig/network-scripts", "usr/local", "dev", "home"]
# Files of the %post sections in the language of the shell: what counts is what they do.
SHELL_FILES = ("/firstboot", "/proxy.sh")

NOTE = r"""
note() { printf '%s\0' "$#" "$@" >> "$NOTES"; }
for program in useradd usermod groupadd passwd chown chmod systemctl chkconfig firewall-offline-cmd restorecon visudo; do
  eval "$program() { note $program \"\$@\"; }"
done
getent() { note getent "$@"; echo "x:x:0:0:x:$ROOT/home:/bin/sh"; }
python() { /usr/bin/python3 "$@"; }
"""
NOTE_CLOUD = NOTE + r"""
for program in usermod logger apt-get update-grub dnf grubby nmcli restorecon grub2-mkconfig kdumpctl; do
  eval "$program() { note $program \"\$@\"; }"
done
rm() { note rm "$@"; }
getent() { note getent "$@"; return 1; }
dpkg-query() { note dpkg-query "$@"; echo 'ii '; }
"""
NOTE_DEBIAN = NOTE + r"""
for program in in-target curtin sh logger apt-get update-grub update-locale dpkg-query rpm zypper grub2-mkconfig; do
  eval "$program() { note $program \"\$@\"; }"
done
rm() { note rm "$@"; }
chroot() { shift; "$@"; }
/usr/lib/apt/apt-helper() { note apt-helper "$@"; for file; do :; done; echo key > "$file"; }
"""
STORE = """Config: config
Templates: templates

Name: config
Driver: File
Filename: {0}/config.dat

Name: templates
Driver: File
Filename: {0}/templates.dat
"""
VIRSH = """#!/bin/bash
printf '%s\\0' "$#" "$@" >> "$NOTES"
case " $* " in
  *' domstate --reason '*) echo 'shut off (shutdown)' ;;
  *' domstate '*) [[ -e $HOME/installed ]] && echo 'shut off' ;;
  *' vol-info '* | *' pool-dumpxml '*) exit 1 ;;
esac
"""
VIRT_INSTALL = """#!/bin/bash
if [[ "$*" == '--osinfo list' ]]; then echo rhel9.0; exit; fi
printf '%s\\0' "$#" "$@" >> "$NOTES"
> "$HOME/installed"
"""


def kickstart(path, syntax):
    """What pykickstart makes of a file: commands with their values, packages, sections."""
    handler = makeVersion(syntax)
    parser = KickstartParser(handler)
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(io.StringIO()), \
            contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("always")
        try:
            parser.readKickstart(path)
        except (KickstartError, ValueError, TypeError, AttributeError) as error:
            return [("error", str(error))], []
    seen = [("warning", str(warning.message)) for warning in caught]
    for name, command in sorted(handler.commands.items()):
        if command is None:
            continue
        values(f"command.{name}", command, seen)
        with contextlib.suppress(AttributeError, TypeError):
            for number, data in enumerate(command.dataList() or []):
                values(f"command.{name}.{number}", data, seen)
    packages = handler.packages
    for kind in ["packageList", "excludedList", "excludedGroupList", "environment", "groupList"]:
        found = getattr(packages, kind, None) or []
        for item in [found] if isinstance(found, str) else found:
            seen.append((f"packages.{kind}", getattr(item, "name", item)))
    values("packages", packages, seen)
    addons = getattr(handler, "addons", None) or getattr(handler, "addon", None)
    if addons is not None:
        seen.append(("addon", str(addons)))
    for script in handler.scripts:
        seen.append(("section", f"{script.type} {script.inChroot} {script.errorOnFail}"))
        seen.append(("interpreter", script.interp))
    return seen, handler.scripts


def answers(path):
    """What debconf makes of answers: each question, and its value."""
    seen = []
    with tempfile.TemporaryDirectory(prefix="observe") as place:
        with open(f"{place}/rc", "w") as file:
            file.write(STORE.format(place))
        done = subprocess.run(["debconf-set-selections", path], capture_output=True, text=True,
                              env={**os.environ, "DEBCONF_SYSTEMRC": f"{place}/rc", "LC_ALL": "C.UTF-8"})
        if done.returncode or done.stdout or done.stderr:
            seen.append(("error", f"{done.returncode} {done.stdout}{done.stderr}"))
        if os.path.exists(f"{place}/config.dat"):
            with open(f"{place}/config.dat", newline="\n") as file:
                question = ""
                for line in file.read().split("\n"):
                    question = line if line.startswith("Name: ") else question
                    # What is made of several words, whoever reads it splits so.
                    words = line.split(" ") if question.endswith(("/repository", "expert_recipe", "raid/recipe", "/include", "/disk", "/bootdev")) else [line]
                    seen += [(f"answer {question}", word) for word in words]
    return seen


def beside(path, meant):
    """What a script beside answers does when bash runs it."""
    with open(path) as file:
        # The site's own scripts are commands: only the way to them is looked at.
        body = file.read().replace("/bin/sh /", "sh /")
    parts = re.findall(r"^([a-z]+)\)$", body, re.M) if path.endswith("/installer.sh") else []
    arguments = [[part] for part in parts] or [[]]
    return script(body, NOTE_DEBIAN, arguments, {}, meant)


def user_data(path, meant):
    """What cloud-init is told, and what the script does that it is told to run."""
    seen = []
    try:
        with open(path, newline="") as file:
            told = yaml.safe_load(file)
    except yaml.YAMLError as error:
        return [("error", str(error))]
    if "autoinstall" in told:
        return told_to_subiquity(told["autoinstall"])
    files = {file["path"]: file for file in told.get("write_files", [])}
    for file in files.values():
        if file.get("encoding") == "b64":
            file["content"] = base64.b64decode(file["content"]).decode()
    setup = files.pop("/run/miniascape/setup.sh")["content"]
    for file in files.values():
        if file["path"].endswith("/proxy.sh"):
            with tempfile.TemporaryDirectory(prefix="observe") as root:
                place = f"{root}/proxy.sh"
                with open(place, "w", newline="") as snippet:
                    snippet.write(file["content"])
                file["content"] = source(place, root, root)
    told["write_files"] = list(files.values())
    commands = [command[2] for command in told.pop("bootcmd", [])]
    values_of(told, "", seen)
    # The site's own scripts are commands: only the way to them is looked at.
    there = {path: "true\n" if "/post-" in path else file["content"] for path, file in files.items() if path.startswith("/run/")}
    for body in [*commands, setup]:
        seen += script(body, NOTE_CLOUD, [[]], there, meant)
    return seen


def told_to_subiquity(told):
    """What an installer is told, and the words of the commands it runs."""
    seen = []
    for key in ("early-commands", "late-commands", "error-commands"):
        seen += [(key, word) for command in told.pop(key, []) for word in shlex.split(command)]
    values_of(told, "", seen)
    return seen


def document(path):
    seen = []
    try:
        with open(path, newline="") as file:
            values_of(yaml.safe_load(file), "", seen)
    except yaml.YAMLError as error:
        return [("error", str(error))]
    return seen


def values_of(node, path, seen):
    """Every scalar of a YAML document, and the keys that lead to it."""
    if isinstance(node, dict):
        for key, value in node.items():
            seen.append((f"{path} key", str(key)))
            values_of(value, f"{path}.{key}", seen)
    elif isinstance(node, list):
        for value in node:
            values_of(value, f"{path}[]", seen)
    else:
        seen.append((path, str(node)))


def script(body, note, runs, there, meant):
    """What a script does when bash runs it with each of some arguments, where some files are."""
    seen = []
    for arguments in runs:
        with tempfile.TemporaryDirectory(prefix="observe") as root:
            tree = f"{root}/tree"
            for place in DEBIAN_DIRECTORIES + CLOUD_DIRECTORIES + SUSE_DIRECTORIES + [os.path.dirname(name) for name in DEBIAN_FILES]:
                os.makedirs(f"{tree}/{place}", exist_ok=True)
            for name in [*DEBIAN_FILES, *SUSE_FILES, "system.sh", "run/miniascape/system.sh"]:
                open(f"{tree}/{name}", "w").close()
            for name, text in there.items():
                with open(f"{tree}{name}", "w", newline="") as file:
                    file.write(text)
            for number, mac in enumerate(re.findall(r"\$\(device (\S+)\)", body)):
                os.makedirs(f"{tree}/sys/class/net/nic{number}")
                with open(f"{tree}/sys/class/net/nic{number}/address", "w") as file:
                    file.write(mac + "\n")
            places = PLACES + (CLOUD_PLACES if note == NOTE_CLOUD else DEBIAN_PLACES)
            local = re.sub("|".join(map(re.escape, places)), lambda found: tree + found[0], body)
            with open(f"{root}/script", "w") as file:
                file.write(note + local)
            done, calls, ran = run(["bash", f"{root}/script", *arguments], root, env={"ROOT": tree})
            if ran:
                seen.append(("a value ran as a command in a script", body))
            seen.append(("script.status", f"{done.returncode} {done.stderr}".replace(root, "")))
            for call in calls:
                seen += [("script.call", word.replace(tree, "")) for word in call]
            found = []
            for place, _, files in sorted(os.walk(tree)):
                for name in sorted(files):
                    with open(f"{place}/{name}", newline="") as file:
                        text = file.read().replace(tree, "")
                    if text and "/sys/" not in place:
                        found.append((f"{place}/{name}".replace(meant or WORD, WORD), f"{place}/{name}", text))
            # In the order they have with the word. Scripts of the first boot remove themselves, so all are read before
            # any is run.
            for _, file, text in sorted(found):
                short = file[len(tree):]
                seen.append(("script.file", short))
                if short.endswith(SHELL_FILES):
                    seen.append(("script.does", source(file, root, tree)))
                elif short.endswith("/grub.d/miniascape.cfg") or "/etc/sysconfig/" in short and "/network/if" not in short:
                    seen.append(("script.sets", settings(file, root)))
                else:
                    seen.append(("script.content", text.rstrip()))
    return seen


def profile(path, meant):
    """What an AutoYaST profile says, and what the scripts in it do that are ours."""
    seen = []
    try:
        root = ET.parse(path).getroot()
    except ET.ParseError as error:
        return [("error", str(error))]
    for node in root.iter("{http://www.suse.com/1.0/yast2ns}script"):
        name, text = (node.find("{http://www.suse.com/1.0/yast2ns}" + tag) for tag in ("filename", "source"))
        if name.text in ("system.sh", "installed.sh"):
            body = text.text.replace("while :; do sleep 3600; done", "exit 1")
            seen += script(body, NOTE_DEBIAN, [[]], {}, meant)
        else:
            seen += [(f"script {name.text}", part) for part in put_by(text.text)]
        text.text = ""
    elements(root, "", seen)
    return seen


def agama_profile(path):
    """What a profile for Agama says, and the words of the scripts in it, which run those beside it."""
    seen = []
    try:
        with open(path, newline="") as file:
            told = json.load(file)
    except ValueError as error:
        return [("error", str(error))]
    for when, scripts in told.pop("scripts").items():
        seen += [(f"script {when}", word) for script in scripts for word in shlex.split(script["content"], comments=True)]
    values_of(told, "", seen)
    return seen


def put_by(text):
    """A user's script, which one of ours may put into a file and run: its text, and the command that runs it."""
    found = re.fullmatch(r"#!/bin/sh\n(?:#.*\n)*script=\$\(mktemp\)\n(.*) > \"\$script\" <<'EOF'\n(.*)\nEOF\n(.*) \"\$script\"(?: \|\| \{.*\})?\nrm \"\$script\"\n", text, re.S)
    if not found:
        return [text.rstrip(), "/bin/sh"]
    decoder, body, command = found.groups()
    body = base64.b64decode(body).decode() if decoder == "base64 -d" else body
    return [body.rstrip(), *shlex.split(command)]


def settings(file, root):
    """What a file of settings says to the shell that reads it."""
    show = '. "$1"; while IFS="=" read -r name _; do echo "$name=${!name}"; done < "$1"'
    done, _, ran = run(["bash", "-c", show, "show", file], root)
    return f"a value ran as a command: {file}" if ran else done.stdout + done.stderr


def values(path, thing, seen):
    for key, value in sorted(vars(thing).items()):
        if key in {"lineno", "seen", "currentCmd", "currentLine", "handler", "op", "packageList", "_ver"}:
            continue
        items = value if isinstance(value, (list, tuple, set)) else [value]
        for item in sorted(items, key=str) if isinstance(value, set) else items:
            if isinstance(item, (str, int, bool)) or item is None:
                seen.append((f"{path}.{key}", str(item)))


def is_own(body):
    """Whether a section is the program's: the user's own are commands, and not run here."""
    return body.startswith(("set -e\n", "# Scripts for the first boot.", "# Reached only"))


def user_script(body):
    """The text of a user's script, which may stand there as base64."""
    found = re.fullmatch(r"script=/tmp/\S+\ntrap '.*' EXIT\n.* > \"\$script\" <<'EOF'\n(.*)\nEOF\n.* \"\$script\"\n*", body, re.S)
    return (base64.b64decode(found[1]).decode() if found else body).rstrip()


def run(command, root, **more):
    """Runs a command in a home of its own; returns its calls to others, and whether a value became a command."""
    for place in ["here", "home"]:
        os.makedirs(f"{root}/{place}", exist_ok=True)
    open(f"{root}/home/kept", "w").close()
    environment = {"PATH": "/usr/bin:/bin", "HOME": f"{root}/home", "NOTES": f"{root}/notes", "ROOT": root, "LC_ALL": "C.UTF-8"}
    environment.update(more.pop("env", {}))
    done = subprocess.run(command, cwd=f"{root}/here", env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120, **more)
    calls = []
    if os.path.exists(f"{root}/notes"):
        with open(f"{root}/notes") as file:
            words = file.read().split("\0")[:-1]
        while words:
            count = int(words[0])
            calls.append(words[1:count + 1])
            words = words[count + 1:]
        os.remove(f"{root}/notes")
    ran = not os.path.exists(f"{root}/home/kept")
    ran = ran or any("CANARY" in files for _, _, files in os.walk(root))
    return done, calls, ran


def sections(scripts):
    """What the sections leave when bash runs them, and the text of those that are the user's."""
    seen = []
    for number, script in enumerate(scripts):
        body = script.script
        if not is_own(body.lstrip("\n")):
            seen.append((f"section.{number}.text", user_script(body)))
            continue
        with tempfile.TemporaryDirectory(prefix="observe") as root:
            tree = f"{root}/tree"
            for place in DIRECTORIES + [os.path.dirname(name) for name in FILES]:
                os.makedirs(f"{tree}/{place}", exist_ok=True)
            for name in FILES:
                open(f"{tree}/{name}", "w").close()
            # No quoting depends on the letters of these directories.
            local = re.sub("|".join(map(re.escape, PLACES)), lambda found: tree + found[0], body)
            with open(f"{root}/section", "w") as file:
                file.write(NOTE + local)
            done, calls, ran = run(["bash", f"{root}/section"], root, env={"ROOT": tree})
            if ran:
                seen.append(("a value ran as a command in a section", body))
            seen.append((f"section.{number}.status", str(done.returncode)))
            for call in calls:
                seen += [(f"section.{number}.call", word.replace(tree, "")) for word in call]
            shell_files = []
            for path, _, files in sorted(os.walk(tree)):
                for name in sorted(files):
                    place = f"{path}/{name}"[len(tree):]
                    with open(f"{path}/{name}") as file:
                        text = file.read().replace(tree, "")
                    if not text and place[1:] in FILES:
                        continue
                    seen.append((f"section.{number}.file", place))
                    if place.endswith(SHELL_FILES):
                        shell_files.append(f"{path}/{name}")
                        continue
                    seen.append((f"section.{number}.content", text.rstrip()))
            for file in shell_files:
                seen.append((f"section.{number}.does", source(file, root, tree)))
    return seen


def source(file, root, tree):
    """What a shell file does: the variables it sets, and whom it calls."""
    scripts = [script for script in os.listdir(os.path.dirname(file)) if script.startswith("firstboot-")]
    for script in scripts:
        # The user's own script is a command. Here only the way to it is looked at.
        with open(f"{os.path.dirname(file)}/{script}", "w") as emptied:
            emptied.write("true\n")
    show = 'set +e; . "$1"; for name in http_proxy https_proxy ftp_proxy no_proxy; do echo "${!name-}"; done'
    done, calls, ran = run(["bash", "-c", NOTE + show, "show", file], root, env={"ROOT": tree})
    if ran:
        return f"a value ran as a command: {file}"
    # An interpreter that does not exist is named.
    said = [re.sub(r"^.*?line \d+: ", "", line) for line in done.stderr.splitlines()]
    return "\n".join([done.stdout, *map(str, calls), *said]).replace(tree, "")


OPTIONS = {"--disk", "--network", "--metadata", "--boot", "--cpu", "--graphics", "--video", "--xml", "--controller",
           "--console", "--channel", "--input", "--rng", "--tpm", "--osinfo", "--clock", "--features", "--location"}


def split(option, value, path, seen):
    """What virt-install takes an option's value for."""
    try:
        pairs = parse_optstr_tuples(value)
    except ValueError as error:
        seen.append((f"{path} {option}", f"{error}: {value}"))
        return
    for key, text in pairs:
        seen.append((f"{path} {option} part", "" if text is None else str(text)))
        seen.append((f"{path} {option} name", key))


def calls_of(script, arguments):
    """How a build script calls others, with virt-install's options split as virt-install splits them."""
    seen = []
    with tempfile.TemporaryDirectory(prefix="observe") as root:
        os.makedirs(f"{root}/bin")
        # A copy, since one run at a time is allowed of each script.
        script = shutil.copytree(os.path.dirname(script), f"{root}/guest") + "/" + os.path.basename(script)
        for name, text in [("virsh", VIRSH), ("virt-install", VIRT_INSTALL)]:
            with open(f"{root}/bin/{name}", "w") as file:
                file.write(text)
            os.chmod(f"{root}/bin/{name}", 0o755)
        done, calls, ran = run(["bash", script, *arguments], root, env={"PATH": f"{root}/bin:/usr/bin:/bin"})
        path = " ".join(["script", *arguments])
        seen.append((f"{path} status", str(done.returncode) + done.stderr.replace(os.path.dirname(script), "DIR")))
        seen.append((f"{path} output", done.stdout))
        if ran:
            seen.append((f"a value ran as a command: {path}", script))
        for call in calls:
            seen.append((f"{path} words", str(len(call))))
            before = ""
            for word in call:
                word = re.sub(r"/tmp/tmp\.\w+", "SCRATCH", word.replace(os.path.dirname(script), "DIR"))
                if before in OPTIONS:
                    split(before, word, path, seen)
                elif before == "--extra-args":
                    seen += [(f"{path} kernel argument", argument) for argument in word.split(" ")]
                else:
                    seen.append((f"{path} word", word))
                before = word
    return seen


def elements(node, path, seen):
    path = f"{path}/{node.tag}"
    seen.append(("element", path))
    for key, value in sorted(node.attrib.items()):
        seen.append((f"{path}@{key}", value))
    if node.text and node.text.strip():
        seen.append((path, node.text))
    for child in node:
        elements(child, path, seen)


def xml(text):
    seen = []
    try:
        elements(ET.fromstring(text), "", seen)
    except ET.ParseError as error:
        seen.append(("error", f"{error}: {text}"))
    return [(place, unquoted(value) if place == "/network/dns/txt@value" else value) for place, value in seen]


def unquoted(word):
    """A word of dnsmasq's configuration as dnsmasq reads it; libvirt hands it on as it is."""
    quoted = re.fullmatch('"(.*)"', word, re.S)
    return re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else word


DERIVED = [
    ("UUID", r"\b[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b"),
    ("MAC", r"\b52([:-])54\1(?:00)\1[0-9a-f:-]{8}\b"),
    ("DIGEST", r"\b[0-9a-f]{32}\b"),
]


def plain(seen):
    """What is seen, less what follows from the names in a lab."""
    for name, pattern in DERIVED:
        seen = [(place, re.sub(pattern, name, text)) for place, text in seen]
    return seen


CACHE = {}


def once(kind, text, look):
    """Looks at a text that was seen before only once."""
    key = (kind, text)
    if key not in CACHE:
        CACHE[key] = plain(look())
    return CACHE[key]


def observe(lab, virt_install, meant):
    """Everything that is seen in a lab, as pairs of a place and what is there."""
    seen = {}
    workdir = f"{lab}/workdir"
    for path, _, files in sorted(os.walk(workdir)):
        for name in sorted(files):
            file = f"{path}/{name}"
            short = file[len(workdir):]
            if name == "autoinst.xml":
                with open(file, newline="") as opened:
                    text = opened.read()
                seen[short] = once("profile", text, lambda file=file: profile(file, meant))
                continue
            if name == "autoinst.json":
                with open(file, newline="") as opened:
                    text = opened.read()
                seen[short] = once("agama", text, lambda file=file: agama_profile(file))
                continue
            if name.endswith((".yml", ".xml")) and not re.search("/(networks|storages)\\.d/", short) or "/setup/" in short or "/.miniascape/" in short:
                continue
            with open(file, newline="") as opened:
                text = opened.read()
            if text.startswith("# Kickstart of"):
                syntax = SYNTAX.get(short.split("/")[2], "RHEL9")

                def look(file=file, syntax=syntax):
                    found, scripts = kickstart(file, syntax)
                    return found + sections(scripts)
                seen[short] = once("kickstart", text, look)
            elif text.startswith("# Answers to debian-installer"):
                seen[short] = once("answers", text, lambda file=file: answers(file))
            elif text.startswith("#cloud-config"):
                seen[short] = once("user-data", text, lambda file=file: user_data(file, meant))
            elif name in ("meta-data", "network-config"):
                seen[short] = once(name, text, lambda file=file: document(file))
            elif text.startswith("#!/bin/sh\n") and name in ("installer.sh", "system.sh"):
                seen[short] = once("beside", text, lambda file=file: beside(file, meant))
            elif text.startswith("#!/usr/bin/env bash"):
                same_text = re.sub("^digest=.*$", "", text, flags=re.M)

                def look(file=file):
                    syntax = subprocess.run(["bash", "-n", file], capture_output=True, text=True)
                    found = [("bash -n", syntax.stderr)]
                    for arguments in [["-n"], ["-i"], []]:
                        found += calls_of(file, arguments)
                    return found
                seen[short] = once("script", same_text, look)
                if virt_install:
                    seen[short] = seen[short] + once("domain", same_text, lambda file=file: domain(file))
            elif name.endswith(".xml"):
                seen[short] = plain(xml(text))
    return seen


def domain(script):
    """What virt-install makes, and what shellcheck thinks of asking for it so."""
    seen = []
    for mode in ["-n", "-i"]:
        with tempfile.TemporaryDirectory(prefix="observe") as root:
            done, _, ran = run(["bash", script, mode, "-c", KVM], root)
            if ran:
                seen.append((f"a value ran as a command: {mode}", script))
            seen.append((f"virt-install {mode}", f"{done.returncode} {done.stderr if done.returncode else ''}"))
            if done.returncode == 0:
                text = done.stdout
                seen += xml(text)
                seen += [("comment", note) for note in re.findall("<!--(.*)-->", text, re.S)]
    checked = subprocess.run(["shellcheck", script], capture_output=True, text=True)
    seen.append(("shellcheck", checked.stdout))
    return seen


def same(found, expected, value):
    """Whether what is found is what was expected, however the value is spelled there."""
    if found == expected.replace(WORD, value):
        return True
    # White space around a value is no part of it in texts, and tabs are spaces to XML attributes.
    if re.sub(r"\s", " ", found.strip()) == re.sub(r"\s", " ", expected.replace(WORD, value).strip()):
        return True
    # In a comment of XML two hyphens cannot meet.
    return found.replace("- -", "--") == expected.replace(WORD, value)


def compare(job):
    value = job["value"].replace("\0", "")
    found = observe(job["dir"], job["virt_install"], value)
    expected = observe(job["word"], job["virt_install"], WORD)
    faults = []
    names = {name.replace(WORD, value): seen for name, seen in expected.items()}
    if job["arguments"]:
        # The value is kernel arguments, however many.
        names, found = ({name: [pair for pair in seen if not pair[0].endswith("kernel argument")] for name, seen in side.items()}
                        for side in (names, found))
    if set(names) != set(found):
        faults.append(f"files {sorted(found)}, not {sorted(names)}")
    for name in sorted(set(names) & set(found)):
        # What cannot be read even with the word proves nothing.
        faults += [f"{name}: with the word: {place} {text[:300]}" for place, text in names[name] if place in ("error", "warning")]
        for (place, text), (other, word) in zip(found[name], names[name]):
            if place != other.replace(WORD, value) or not same(text, word, value):
                faults.append(f"{name}: {place}: {text[:400]!r}, not {other}: {word.replace(WORD, value)[:400]!r}")
                break
        else:
            if len(found[name]) != len(names[name]):
                faults.append(f"{name}: {len(found[name])} things seen, not {len(names[name])}")
    return [f"{job['what']}: {fault}" for fault in faults]


def main():
    with open(sys.argv[1]) as file:
        jobs = json.load(file)["jobs"]
    # Jobs of one place follow each other, and share what the word does there.
    jobs.sort(key=lambda job: (not job["virt_install"], job["word"]))
    with multiprocessing.Pool() as pool:
        faults = pool.map(compare, jobs, chunksize=12)
    json.dump([fault for some in faults for fault in some], sys.stdout)


HERE = os.path.dirname(os.path.abspath(__file__))
KVM = (f"__virtinst_test__test://{HERE}/testdriver.xml,predictable,fakeuri=qemu:///system,"
       f"caps={HERE}/capabilities.xml,domcaps={HERE}/domain-capabilities.xml")

if __name__ == "__main__":
    main()
