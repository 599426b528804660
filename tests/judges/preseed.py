"""Reads answers for debian-installer as debconf does, and compares them with what the lab says.

Takes a file of jobs: the guest's name, its file of answers, and its own values in the lab. Prints the faults as a JSON
list. The scripts beside the answers are looked at by shellcheck and by the shells that may run them.
"""

import json
import math
import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

STORE = """Config: config
Templates: templates

Name: config
Driver: File
Filename: {0}/config.dat

Name: templates
Driver: File
Filename: {0}/templates.dat
"""


def answers(path):
    """The answers as debconf keeps them, by owner and question, and what it complains about."""
    with tempfile.TemporaryDirectory(prefix="preseed") as place:
        Path(place, "rc").write_text(STORE.format(place))
        environment = {**os.environ, "DEBCONF_SYSTEMRC": f"{place}/rc", "LC_ALL": "C.UTF-8"}
        said = []
        for options in [["--checkonly"], []]:
            done = subprocess.run(["debconf-set-selections", *options, path], env=environment, capture_output=True, text=True)
            if done.returncode or done.stdout or done.stderr:
                said.append(f"debconf {options}: {done.returncode} {done.stdout}{done.stderr}")
        found = {}
        kept = Path(place, "config.dat")
        for stanza in kept.read_text().split("\n\n") if kept.exists() else []:
            fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and not line.startswith(" "))
            if "Name" in fields:
                found[fields["Name"]] = fields.get("Value", "")
                if fields.get("Flags") != "seen":
                    said.append(f"{fields['Name']} would be asked about")
        return found, said


def mb(size):
    """A size of the lab in MB of a million bytes."""
    units = {"M": 1 << 20, "G": 1 << 30}
    return math.ceil(int(size[:-1]) * units[size[-1]] / 1_000_000)


def entries(recipe):
    """The entries of a recipe: sizes, file system, and specifiers with their words."""
    words = recipe.split()
    if words[1] != "::":
        raise ValueError(recipe)
    found, entry = [], []
    for word in words[2:]:
        if word != ".":
            entry.append(word)
            continue
        sizes, rest, uses = entry[:3], entry[4:], {}
        while rest:
            name, brace = rest[0].rstrip("{"), rest.index("}")
            if not rest[0].endswith("{"):
                raise ValueError(f"{rest[0]} of {entry}")
            uses[name] = " ".join(rest[1:brace])
            rest = rest[brace + 1:]
        found.append({"sizes": sizes, "fs": entry[3], **uses})
        entry = []
    if entry:
        raise ValueError(f"{entry} has no end")
    return found


class Reading:
    def __init__(self, job):
        self.job, self.guest = job, job["guest"]
        self.found, self.faults = answers(job["file"])

    def same(self, question, asked):
        found = self.found.get(question)
        if found != asked:
            self.faults.append(f"{question} is {found!r}, not {asked!r}")

    def check(self):
        self.system()
        self.network()
        self.software()
        self.disks()
        return [f"{self.job['name']}: {fault}" for fault in self.faults]

    def system(self):
        guest = self.guest
        self.same("debian-installer/locale", guest.get("lang", "en_US.UTF-8"))
        zone = guest.get("timezone", {})
        self.same("time/zone", zone.get("timezone", "UTC"))
        self.same("clock-setup/utc", str(zone.get("utc", True)).lower())
        self.same("clock-setup/ntp-server", guest["ntp"][0] if "ntp" in guest else None)
        password = guest["rootpw"]
        self.same("passwd/root-password-crypted", "!" if password == "locked" else password)
        self.same("debian-installer/exit/poweroff", None if guest.get("finish") == "reboot" else "true")
        self.same("keyboard-configuration/xkb-keymap", guest.get("keyboard", {}).get("layout", "us"))
        early = any(script["when"] == "pre" for script in guest.get("scripts", [])) or "proxy" in guest
        self.same("partman/early_command", "sh /installer.sh pre" if early else None)
        self.same("preseed/late_command", "sh /installer.sh late")

    def network(self):
        name, _, domain = self.job["fqdn"].partition(".")
        self.same("netcfg/hostname", name)
        self.same("netcfg/get_domain", domain)
        nics = [nic for nic in self.guest["interfaces"] if nic.get("bootproto") != "none"]
        nic = next((nic for nic in nics if not nic.get("nodefroute")), nics[0])
        static = nic.get("bootproto") == "static"
        self.same("netcfg/get_ipaddress", nic["ip"] if static else None)
        self.same("netcfg/get_nameservers", " ".join(nic.get("nameserver", [])) if static else None)
        self.same("netcfg/get_gateway", nic.get("gateway", "") if static else None)
        self.same("netcfg/disable_autoconfig", "true" if static else None)

    def software(self):
        guest, job = self.guest, self.job
        self.same("mirror/http/hostname", "10.1.0.1")
        self.same("mirror/http/directory", "/mirror")
        self.same("mirror/suite", job["suite"])
        packages = guest.get("packages")
        if packages:
            self.same("tasksel/first", ", ".join(name[1:] for name in packages if name.startswith("@")))
            found = self.found["pkgsel/include"].split()
            missing = [name for name in packages if name[0] not in "@-" and name not in found]
            missing += [name for name in ["sudo", "firewalld"] if name not in found]
            if missing or "nano" in found:
                self.faults.append(f"packages: {missing} of {found}")
        for number, repo in enumerate(guest.get("repos", [])):
            trusted = "" if repo.get("gpgcheck", True) else "[trusted=yes] "
            parts = [repo["baseurl"], repo["suite"], *repo.get("components", [] if repo["suite"] == "./" else ["main"])]
            self.same(f"apt-setup/local{number}/repository", trusted + " ".join(parts))
            self.same(f"apt-setup/local{number}/key", repo.get("gpgkey"))

    def disks(self):
        layout = self.guest["partitions"]
        if layout == "auto":
            named = "partman-auto/expert_recipe" if "swap" in self.guest else "partman-auto/choose_recipe"
            if named not in self.found:
                self.faults.append(f"no {named}")
            return
        if "raw" in layout:
            self.same("partman-auto/choose_recipe", "multi")
            return
        recipe = entries(self.found["partman-auto/expert_recipe"])
        mounts = {}
        for entry in recipe:
            mount = entry.get("mountpoint", "swap" if entry.get("method") == "swap" else None)
            if mount:
                if mount in mounts:
                    self.faults.append(f"{mount} is there twice")
                mounts[mount] = entry
        raids = [item for item in layout if "raid" in item]
        groups = [item for item in layout if "volume_group" in item]
        locked = any("encrypt" in group for group in groups)
        self.same("partman-auto/method", "raid" if raids else "crypto" if locked else "lvm" if groups else "regular")
        asked = {}
        for item in layout:
            if "volume_group" in item:
                asked.update({volume["mount"]: (volume, item) for volume in item["volumes"]})
            elif "raid" not in item:
                asked[item["mount"]] = (item, None)
        added = set(mounts) - set(asked)
        if added - {"/boot"} or set(asked) - set(mounts) or ("/boot" in added) != (not raids and "/" not in [p.get("mount") for p in layout] and "/boot" not in asked):
            self.faults.append(f"mounted are {sorted(mounts)}, not {sorted(asked)}")
        for mount, (part, group) in asked.items():
            if mount in mounts:
                self.part(mount, part, group, mounts[mount], len(groups))
        self.groups(groups, recipe, raids)
        self.arrays(raids, recipe)
        uefi = self.guest.get("virtinst", {}).get("firmware") == "uefi"
        if ("efi" in [entry.get("method") for entry in recipe]) != uefi:
            self.faults.append("the firmware's partition")

    def part(self, mount, part, group, entry, groups):
        least, _, most = entry["sizes"]
        size = part.get("size", "")
        if size == "grow":
            wanted = (str(mb(part["min"])) if "min" in part else "100", str(mb(part["max"])) if "max" in part else "-1")
            if (least, most) != wanted:
                self.faults.append(f"{mount} grows {entry['sizes']}, not {wanted}")
        elif size.endswith("%"):
            share = int(least) / (sum(disk["size"] for disk in self.guest["disks"] if not disk.get("shareable")) * 1073.741824)
            if least != most or abs(share - int(size[:-1]) / 100) > 0.08:
                self.faults.append(f"{mount} takes {share} of the disk: {entry['sizes']}")
        elif size and (least, most) != (str(mb(size)),) * 2:
            self.faults.append(f"{mount} takes {entry['sizes']}, not {size}")
        if group is not None and (entry.get("lv_name") != part["name"] or "$lvmok" not in entry):
            self.faults.append(f"{mount} is in {entry}")
        if groups > 1 and group is not None and entry.get("in_vg") != group["volume_group"]:
            self.faults.append(f"{mount} is in {entry.get('in_vg')}")
        if part.get("label") != entry.get("label") or part.get("fs", entry.get("filesystem")) != entry.get("filesystem"):
            self.faults.append(f"{mount} is {entry}")
        if {f"options/{option}" for option in part.get("options", "").split(",") if option} != {key for key in entry if "/" in key}:
            self.faults.append(f"{mount} has the options of {entry}")

    def groups(self, groups, recipe, raids):
        if len(groups) == 1:
            self.same("partman-auto-lvm/new_vg_name", groups[0]["volume_group"])
        for group in groups if not raids else []:
            disks = [f"/dev/{disk}" for disk in group.get("disks", ["vda"])]
            found = [entry["device"] for entry in recipe if entry.get("vg_name", group["volume_group"]) == group["volume_group"] and "device" in entry]
            if found != disks:
                self.faults.append(f"{group['volume_group']} is on {found}, not {disks}")
            if "encrypt" in group:
                self.same("partman-crypto/passphrase", group["encrypt"]["passphrase"])
                self.same("partman-crypto/passphrase-again", group["encrypt"]["passphrase"])

    def arrays(self, raids, recipe):
        if not raids:
            return
        self.same("partman-auto/disk", " ".join(f"/dev/{disk}" for disk in raids[0]["disks"]))
        members = {entry["raidid"]: entry["sizes"] for entry in recipe if entry.get("method") == "raid"}
        lines = [line.split() for line in self.found["partman-auto-raid/recipe"].split(" . ")]
        lines[-1] = lines[-1][:6]
        for number, (raid, line) in enumerate(zip(raids, lines), 1):
            mount = raid.get("mount")
            use = ["lvm", "-"] if mount is None else ["swap", "-"] if mount == "swap" else [raid.get("fs", "ext4"), mount]
            wanted = [str(raid["level"]), str(len(raid["disks"])), "0", *use, f"raidid={number}"]
            if line != wanted:
                self.faults.append(f"{raid['raid']} is {line}, not {wanted}")
            size = str(mb(raid["size"])) if "size" in raid else None
            if members[str(number)] != ([size] * 3 if size else ["1000", "11000", "-1"]):
                self.faults.append(f"{raid['raid']} takes {members[str(number)]}")
        if len(lines) != len(raids):
            self.faults.append(f"{len(lines)} RAID devices")


def read(job):
    reading = Reading(job)
    try:
        return reading.check()
    except (ValueError, KeyError, IndexError) as error:
        # What cannot be taken apart is a fault of the file.
        return [f"{job['name']}: {fault}" for fault in [*reading.faults, repr(error)]]


def shells(files):
    """What shellcheck, dash and busybox's shell say about scripts."""
    faults = []
    for file in files:
        for shell in [["dash", "-n"], ["busybox", "ash", "-n"]]:
            done = subprocess.run([*shell, file], capture_output=True, text=True)
            if done.returncode or done.stderr:
                faults.append(f"{file}: {shell[0]}: {done.stderr}")
    for start in range(0, len(files), 200):
        # SC2016: the dollars of password hashes are no variables, which is why they are quoted.
        done = subprocess.run(["shellcheck", "-f", "gcc", "-e", "SC2016", *files[start:start + 200]], capture_output=True, text=True)
        faults += [f"shellcheck: {line}" for line in done.stdout.splitlines()]
    return faults


def main():
    with open(sys.argv[1]) as file:
        jobs = json.load(file)
    with multiprocessing.Pool() as pool:
        faults = [fault for found in pool.map(read, jobs, 8) for fault in found]
    scripts = {}
    for job in jobs:
        for name in ["installer.sh", "system.sh"]:
            script = Path(job["file"]).parent / name
            scripts.setdefault(script.read_text(), str(script))
    json.dump(faults + shells(sorted(scripts.values())), sys.stdout)


if __name__ == "__main__":
    main()
