{#- The kind of partition table. GRUB finds its place beside that of a PC's by itself in SUSE Linux Enterprise 12, whose
    installer has no name for a partition that would be it. #}
      <disklabel>{{ "msdos" if sle < 15 and virtinst.firmware != "uefi" and virtinst.arch != "ppc64le" else "gpt" }}</disklabel>
{#- The line break is the next part's. -#}
