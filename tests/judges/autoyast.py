"""Reads AutoYaST profiles as XML, and compares them with what the lab says.

Takes a file of jobs: the guest's name, its profile, and its own values in the lab. Prints the faults as a JSON list. The
scripts in the profiles are looked at by shellcheck and by bash. Where MINIASCAPE_SCHEMAS names a directory with YaST's own
schemas below `autoyast`, in RELAX NG, what these describe of a profile is judged by them; they are parts only.
"""

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

NAMESPACE = "{http://www.suse.com/1.0/yast2ns}"
TYPE = "{http://www.suse.com/1.0/configns}type"
# The sections that there are schemas of, and the files and patterns that are theirs.
PARTS = {"general": "general", "report": "reporting", "partitioning": "partitioning", "software": "software", "scripts": "scripts"}
RELAXNG = "http://relaxng.org/ns/structure/1.0"


def value(node):
    """A node as YaST reads it, by its type: lists of values, maps, texts."""
    children = list(node)
    kind = node.get(TYPE)
    if kind == "list":
        return [value(child) for child in children]
    if kind == "boolean":
        return {"true": True, "false": False}[node.text]
    if kind == "integer":
        return int(node.text)
    if children:
        found = {}
        for child in children:
            name = child.tag.removeprefix(NAMESPACE)
            if name in found:
                raise ValueError(f"`{name}` is there twice in {node.tag}")
            found[name] = value(child)
        return found
    return node.text or ""


def mib(size):
    units = {"M": 1, "G": 1024}
    return f"{int(size[:-1]) * units[size[-1]]}M"


class Reading:
    def __init__(self, job):
        self.job, self.guest = job, job["guest"]
        root = ET.parse(job["file"]).getroot()
        if root.tag != NAMESPACE + "profile":
            raise ValueError(root.tag)
        self.found = value(root)
        self.release = job["release"]
        self.faults = []

    def same(self, what, found, asked):
        if found != asked:
            self.faults.append(f"{what} is {found!r}, not {asked!r}")

    def check(self):
        self.system()
        self.software()
        self.scripts()
        self.disks()
        return [f"{self.job['name']}: {fault}" for fault in self.faults]

    def system(self):
        guest, found = self.guest, self.found
        self.same("mode", found["general"]["mode"], {"confirm": False, "halt": guest.get("finish") != "reboot", "second_stage": False})
        self.same("language", found["language"], {"language": guest.get("lang", "en_US.UTF-8").split(".")[0]})
        zone = guest.get("timezone", {})
        self.same("timezone", found["timezone"], {"hwclock": "UTC" if zone.get("utc", True) else "localtime", "timezone": zone.get("timezone", "UTC")})
        password = guest["rootpw"]
        root = {"username": "root", "user_password": "!" if password == "locked" else password, "encrypted": True}
        self.same("users", found["users"], [root])
        loader = found["bootloader"]
        uefi = guest.get("virtinst", {}).get("firmware") == "uefi"
        self.same("loader", loader["loader_type"], "grub2-efi" if uefi else "grub2")
        append = ["console=tty0", "console=ttyS0,115200", *guest.get("bootloader", {}).get("append", [])]
        append += ["crashkernel=" + guest["kdump"]["reserve"]] if "kdump" in guest else []
        self.same("append", loader["global"]["append"].split(" "), append)
        self.same("timeout", loader["global"].get("timeout"), guest.get("bootloader", {}).get("timeout"))

    def software(self):
        guest, software = self.guest, self.found["software"]
        packages = guest.get("packages")
        if packages:
            for kind, key, mark in [("patterns", "patterns", "@"), ("packages", "packages", "")]:
                asked = [name.removeprefix("@") for name in packages if name[0] != "-" and name.startswith("@") == bool(mark)]
                if [name for name in asked if name not in software[key]]:
                    self.faults.append(f"{kind}: {software[key]}, not {asked}")
            self.same("removed", software["remove-packages"], [name[1:] for name in packages if name.startswith("-") and name[1] != "@"])
            for name in ["sudo", "SuSEfirewall2" if self.release == 12 else "firewalld", "ntp" if self.release == 12 else "chrony"]:
                if name not in software["packages"]:
                    self.faults.append(f"{name} is not among {software['packages']}")
        addons = self.found.get("add-on", {}).get("add_on_products", [])
        self.same("repositories", [(addon["alias"], addon["media_url"], addon.get("priority"), addon["signature-handling"]["accept_unsigned_file"]) for addon in addons if "alias" in addon],
                  [(repo["name"], repo["baseurl"], repo.get("priority"), not repo.get("gpgcheck", True)) for repo in guest.get("repos", []) if repo.get("enabled", True)])
        modules = self.release == 15 and self.job["system"].startswith("sle")
        self.same("modules", any("alias" not in addon for addon in addons), modules)
        self.same("product", software.get("products"), ["SLES"] if modules else None)

    def scripts(self):
        found = self.found["scripts"]
        scripts = self.guest.get("scripts", [])
        self.same("scripts before", len(found.get("pre-scripts", [])), sum(script["when"] == "pre" for script in scripts))
        names = [script["filename"] for script in found["chroot-scripts"]]
        outside = [f"post-nochroot-{number + 1}.sh" for number in range(sum(script["when"] == "post-nochroot" for script in scripts))]
        inside = [f"post-{number + 1}.sh" for number in range(sum(script["when"] == "post" for script in scripts))]
        self.same("scripts after", names, [*outside, "system.sh", *inside, "installed.sh"])
        for script in found["chroot-scripts"]:
            self.same(script["filename"], script["chrooted"], script["filename"] not in outside)

    def disks(self):
        layout, drives = self.guest["partitions"], {drive["device"]: drive for drive in self.found["partitioning"]}
        uefi = self.guest.get("virtinst", {}).get("firmware") == "uefi"
        if layout == "auto" and not {"swap", "filesystem"} & set(self.guest):
            self.same("drives", drives, {"/dev/vda": {"device": "/dev/vda", "initialize": True, "use": "all"}})
            return
        if "raw" in layout:
            self.same("drives", list(drives), ["/dev/vda", "/dev/raw"])
            return
        shared = {f"/dev/vd{chr(97 + number)}" for number, disk in enumerate(self.guest["disks"]) if disk.get("shareable")}
        if shared & set(drives):
            self.faults.append(f"{shared} are touched")
        ids = [part.get("partition_id") for part in drives["/dev/vda"]["partitions"]]
        self.same("the firmware's partition", (259 in ids, 257 in ids), (uefi, not uefi and self.release > 12))
        mounts = {}
        for device, drive in drives.items():
            for part in drive["partitions"]:
                if "mount" in part:
                    if part["mount"] in mounts and part["mount"] != "swap":
                        self.faults.append(f"{part['mount']} is there twice")
                    mounts[part["mount"]] = (device, part)
            grown = sum(part.get("size") == "max" for part in drive["partitions"])
            if grown > 1:
                self.faults.append(f"{device}: {grown} parts take what is left")
        if layout == "auto":
            self.same("swap", mounts["swap"][1]["size"], mib(self.guest["swap"]) if "swap" in self.guest else "auto")
            self.same("root", mounts["/"][1]["filesystem"], self.guest.get("filesystem", "btrfs"))
            return
        asked = {}
        for item in layout:
            if "volume_group" in item:
                asked.update({volume["mount"]: (volume, f"/dev/{item['volume_group']}") for volume in item["volumes"]})
                self.group(item, drives)
            elif "btrfs" in item:
                asked[self.pool(item, mounts)] = ({}, item["btrfs"] if len(item.get("disks", [])) > 1 else None)
            elif "raid" in item:
                self.array(item, drives)
                if "mount" in item:
                    asked[item["mount"]] = ({key: item[key] for key in item if key != "size"}, None)
            else:
                asked[item["mount"]] = (item, f"/dev/{item.get('disk', 'vda')}")
        plain = {item.get("mount") for item in layout if "volume_group" not in item and not ("raid" in item and item["level"] != 1)}
        roots = [item for item in layout if "btrfs" in item and len(item.get("disks", [])) < 2 and any(volume["mount"] == "/" for volume in item["volumes"])]
        added = {"/boot"} if "/" not in plain and not roots and "/boot" not in asked else set()
        if uefi:
            added.add("/boot/efi")
        self.same("mounts", sorted(mounts), sorted(set(asked) | added))
        for mount, (part, device) in asked.items():
            if mount in mounts:
                self.part(mount, part, device, *mounts[mount])

    def part(self, mount, part, device, found_on, found):
        if device is not None:
            self.same(f"{mount} on", found_on, device)
        size = part.get("size")
        if size or mount == "swap" and "raid" not in part and "raid_type" not in found:
            wanted = "max" if size == "grow" else size if size and size.endswith("%") else mib(size) if size else "auto"
            self.same(f"{mount} size", found.get("size"), wanted)
        if "name" in part:
            self.same(f"{mount} is", found.get("lv_name"), part["name"])
        for key, name in [("label", "label"), ("options", "fstopt"), ("fs", "filesystem")]:
            if key in part:
                self.same(f"{mount} {key}", found.get(name), part[key])
        if "encrypt" in part:
            self.encrypted(mount, part, found)
        elif "crypt_key" in found:
            self.faults.append(f"{mount} is encrypted")

    def encrypted(self, what, part, found):
        self.same(f"{what} passphrase", found.get("crypt_key"), part["encrypt"]["passphrase"])
        self.same(f"{what} encryption", found.get("crypt_method", found.get("crypt_fs")), "luks1" if self.job["modern"] else True)

    def group(self, group, drives):
        name = group["volume_group"]
        self.same(f"{name} kind", drives[f"/dev/{name}"]["type"], "CT_LVM")
        members = [(f"/dev/md{part['partition_nr']}" if device == "/dev/md" else device, part)
                   for device, drive in drives.items() for part in drive["partitions"] if part.get("lvm_group") == name]
        self.same(f"{name} on", [device for device, _ in members], [f"/dev/{disk}" for disk in group.get("disks", ["vda"])])
        for device, part in members:
            if "encrypt" in group:
                self.encrypted(f"{name} on {device}", group, part)
            elif "crypt_key" in part:
                self.faults.append(f"{name} is encrypted")
        pools = [part["lv_name"] for part in drives[f"/dev/{name}"]["partitions"] if part.get("pool")]
        self.same(f"{name} pool", pools, [group["thin_pool"]] if "thin_pool" in group else [])
        for part in drives[f"/dev/{name}"]["partitions"]:
            thin = "thin_pool" in group and part.get("mount") not in (None, "swap")
            self.same(f"{name} {part['lv_name']}", part.get("used_pool"), group["thin_pool"] if thin else None)

    def pool(self, pool, mounts):
        top = min(pool["volumes"], key=lambda volume: len(volume["mount"].rstrip("/")))
        _, found = mounts[top["mount"]]
        self.same("prefix", found["subvolumes_prefix"], top["name"])
        self.same("subvolumes", [entry["path"] for entry in found["subvolumes"]], [volume["name"] for volume in pool["volumes"] if volume is not top])
        self.same("label", found["label"], pool["btrfs"])
        if len(pool.get("disks", [])) > 1:
            drive = next(drive for drive in self.found["partitioning"] if drive["device"] == pool["btrfs"])
            self.same("level", drive["btrfs_options"]["data_raid_level"], pool["level"])
        return top["mount"]

    def array(self, raid, drives):
        device = f"/dev/{raid['raid']}"
        members = [(disk, part["size"]) for disk, drive in drives.items() for part in drive["partitions"] if part.get("raid_name") == device]
        size = mib(raid["size"]) if "size" in raid else "max"
        self.same(f"{device} on", members, [(f"/dev/{disk}", size) for disk in raid["disks"]])
        if self.job["modern"]:
            self.same(f"{device} level", drives[device]["raid_options"]["raid_type"], f"raid{raid['level']}")
            return
        number = int(raid["raid"].removeprefix("md"))
        levels = [part["raid_options"]["raid_type"] for part in drives["/dev/md"]["partitions"] if part["partition_nr"] == number]
        self.same(f"{device} level", levels, [f"raid{raid['level']}"])


def read(job):
    try:
        return Reading(job).check()
    except (ET.ParseError, ValueError, KeyError, IndexError, StopIteration) as error:
        # What cannot be taken apart is a fault of the file.
        return [f"{job['name']}: {error!r}"]


def sources(job):
    """The scripts of a profile."""
    root = ET.parse(job["file"]).getroot()
    return [script.findtext(NAMESPACE + "source") for script in root.iter(NAMESPACE + "script")]


def shells(texts):
    """What shellcheck and bash say about scripts; those of another interpreter are in base64."""
    faults = []
    with tempfile.TemporaryDirectory(prefix="autoyast") as place:
        files = []
        for number, text in enumerate(sorted(texts)):
            file = Path(place, f"{number}.sh")
            file.write_text(text if text.startswith("#!") else "#!/bin/sh\n" + text)
            files.append(str(file))
            done = subprocess.run(["bash", "-n", file], capture_output=True, text=True)
            if done.returncode or done.stderr:
                faults.append(f"bash: {done.stderr}")
        for start in range(0, len(files), 200):
            # SC2016: the dollars of password hashes are no variables, which is why they are quoted.
            done = subprocess.run(["shellcheck", "-f", "gcc", "-e", "SC2016", *files[start:start + 200]], capture_output=True, text=True)
            faults += [f"shellcheck: {line}" for line in done.stdout.splitlines()]
    return faults


def schemas(files):
    """What YaST's schemas say of profiles, as far as there are any."""
    place = os.environ.get("MINIASCAPE_SCHEMAS")
    if not place:
        return []
    import rnc2rng
    faults = []
    with tempfile.TemporaryDirectory(prefix="autoyast") as made:
        known = "".join(f"<name>{section}</name>" for section in PARTS)
        references = ""
        for section, file in PARTS.items():
            text = rnc2rng.dumps(rnc2rng.load(str(Path(place, "autoyast", f"{file}.rnc"))))
            start = f'<start><ref name="{section}"/></start></grammar>'
            Path(made, f"{section}.rng").write_text(text.replace("</grammar>", start))
            references += f'<optional><externalRef href="{section}.rng"/></optional>'
        Path(made, "profile.rng").write_text(f"""<grammar xmlns="{RELAXNG}" ns="{NAMESPACE[1:-1]}">
          <start><element name="profile"><interleave>{references}
            <zeroOrMore><element><anyName><except>{known}</except></anyName><ref name="anything"/></element></zeroOrMore>
          </interleave></element></start>
          <define name="anything"><zeroOrMore><choice><attribute><anyName/></attribute><text/>
            <element><anyName/><ref name="anything"/></element></choice></zeroOrMore></define>
        </grammar>""")
        for start in range(0, len(files), 100):
            done = subprocess.run(["xmllint", "--noout", "--relaxng", f"{made}/profile.rng", *files[start:start + 100]], capture_output=True, text=True)
            faults += [line for line in done.stderr.splitlines() if not line.endswith(" validates")]
    return faults


def main():
    with open(sys.argv[1]) as file:
        jobs = json.load(file)
    with multiprocessing.Pool() as pool:
        faults = [fault for found in pool.map(read, jobs, 8) for fault in found]
    if not faults:
        texts = {text for job in jobs for text in sources(job)}
        faults = shells(texts) + schemas([job["file"] for job in jobs])
    json.dump(faults, sys.stdout)


if __name__ == "__main__":
    main()
