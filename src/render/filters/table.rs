//! Every filter, test and function of the program's own, with what the page for template authors says of it.
//!
//! The table is what gets registered, so nothing can be called that is not documented; a test runs the examples.

use tera::{Error, Kwargs, TeraResult, Value};

use crate::model::install::is_direct;
use crate::model::os::debian_arch;

use super::{
    Filtered, agama, autoinstall, debian, encode, kickstart, netplan, plain, range, sh, sh_value,
    subopt, unattend, xml,
};

/// Something a template can call.
pub(crate) struct Callable {
    /// Its name.
    pub(crate) name: &'static str,
    /// What its results are for: a language, as a heading of the page.
    pub(crate) language: &'static str,
    /// What it does, as one sentence or two of Markdown.
    pub(crate) does: &'static str,
    /// Templates and what they render as, or a part of the message that refuses them.
    pub(crate) examples: &'static [(&'static str, Result<&'static str, &'static str>)],
    /// What is called.
    pub(super) body: Body,
}

/// The kinds of what can be called.
pub(super) enum Body {
    /// A filter on text.
    Text(fn(&str) -> Filtered),
    /// A filter on a list of texts.
    List(fn(&[&str]) -> Filtered),
    /// A filter on a number of bytes.
    Bytes(fn(u64) -> String),
    /// A test of text.
    Test(fn(&str) -> bool),
    /// A test of text against the list of texts that an argument of this name holds.
    TestOf(&'static str, fn(&str, &[&str]) -> bool),
    /// A function.
    Function(fn(&Kwargs) -> TeraResult<Value>),
}

impl Callable {
    /// Returns what it is, as the page says it.
    pub(crate) fn kind(&self) -> &'static str {
        match self.body {
            Body::Text(_) => "filter on text",
            Body::List(_) => "filter on a list of texts",
            Body::Bytes(_) => "filter on a number of bytes",
            Body::Test(_) | Body::TestOf(..) => "test of text",
            Body::Function(_) => "function",
        }
    }
}

/// Everything, by language.
pub(crate) const CALLABLES: &[Callable] = &[
    Callable {
        name: "sh",
        language: "Shell",
        does: "One word of a POSIX shell command line, quoted where it must be. Never put quotes around it.",
        examples: &[
            ("cp {{ \"/srv/a b\" | sh }} .", Ok("cp '/srv/a b' .")),
            (
                "echo {{ \"a; rm -rf $HOME\" | sh }}",
                Ok("echo 'a; rm -rf $HOME'"),
            ),
        ],
        body: Body::Text(sh),
    },
    Callable {
        name: "sh_value",
        language: "Shell",
        does: "The value of a shell variable: as `sh`, and in quotes always. `x=name-1` looks like arithmetic where there is a variable `name`.",
        examples: &[("x={{ \"name-1\" | sh_value }}", Ok("x='name-1'"))],
        body: Body::Text(sh_value),
    },
    Callable {
        name: "comment",
        language: "Shell",
        does: "Lines that start with `#`, for shell, kickstart, YAML and every other language that comments so.",
        examples: &[("{{ \"one\\ntwo\" | comment }}", Ok("# one\n# two"))],
        body: Body::Text(plain::comment),
    },
    Callable {
        name: "heredoc",
        language: "Shell",
        does: "Whether a text can stand in a here-document that `EOF` ends; another one has to be carried in base64.",
        examples: &[
            ("{{ \"echo hi\" is heredoc }}", Ok("true")),
            ("{{ \"EOF\" is heredoc }}", Ok("false")),
        ],
        body: Body::Test(plain::is_heredoc),
    },
    Callable {
        name: "subopt",
        language: "virt-install",
        does: "One value in an option made of `key=value` parts. The whole option still goes through `sh`.",
        examples: &[(
            "{{ (\"path=\" ~ (\"/a,b.img\" | subopt) ~ \",bus=virtio\") | sh }}",
            Ok("'path=\"/a,b.img\",bus=virtio'"),
        )],
        body: Body::Text(subopt),
    },
    Callable {
        name: "xml",
        language: "XML",
        does: "Text or an attribute's value. Templates whose name ends in `.xml` do it by themselves: this is for XML inside of other files.",
        examples: &[("<t>{{ \"a&<b>\" | xml }}</t>", Ok("<t>a&amp;&lt;b&gt;</t>"))],
        body: Body::Text(encode::xml),
    },
    Callable {
        name: "xml_comment",
        language: "XML",
        does: "Text in a comment, where two hyphens cannot meet: they are written apart.",
        examples: &[(
            "<!-- {{ \"a--b\" | xml_comment }} -->",
            Ok("<!-- a- -b -->"),
        )],
        body: Body::Text(xml::comment),
    },
    Callable {
        name: "cdata",
        language: "XML",
        does: "The text unchanged, which must not end the CDATA that a script stands in. What `sh`, `comment` and base64 make never does, nor does a `heredoc`.",
        examples: &[
            (
                "<![CDATA[{{ \"a&<b>\" | cdata }}]]>",
                Ok("<![CDATA[a&<b>]]>"),
            ),
            ("{{ \"a]]>b\" | cdata }}", Err("cannot stand in CDATA")),
        ],
        body: Body::Text(plain::cdata),
    },
    Callable {
        name: "autoyast_raw",
        language: "XML",
        does: "The section `partitioning` of an AutoYaST profile as the site wrote it: one whole element.",
        examples: &[
            (
                "{{ '<partitioning config:type=\"list\"/>' | autoyast_raw }}",
                Ok("<partitioning config:type=\"list\"/>"),
            ),
            (
                "{{ \"<partitioning>\" | autoyast_raw }}",
                Err("is not closed"),
            ),
        ],
        body: Body::Text(|text| xml::element(text, "partitioning", "config:")),
    },
    Callable {
        name: "unattend_raw",
        language: "Windows",
        does: "The section `DiskConfiguration` of an answer file as the site wrote it: one whole element.",
        examples: &[
            (
                "{{ '<DiskConfiguration/>' | unattend_raw }}",
                Ok("<DiskConfiguration/>"),
            ),
            ("{{ \"<Disk/>\" | unattend_raw }}", Err("is due")),
        ],
        body: Body::Text(|text| xml::element(text, "DiskConfiguration", "wcm:")),
    },
    Callable {
        name: "windows_index",
        language: "Windows",
        does: "Whether an edition is the number of a system on its medium, and not a name.",
        examples: &[
            ("{{ \"2\" is windows_index }}", Ok("true")),
            (
                "{{ \"Windows Server 2022 SERVERSTANDARD\" is windows_index }}",
                Ok("false"),
            ),
        ],
        body: Body::Test(|text| text.bytes().all(|byte| byte.is_ascii_digit())),
    },
    Callable {
        name: "windows_zone",
        language: "Windows",
        does: "What Windows calls a time zone of the tz database (CLDR's `windowsZones`).",
        examples: &[
            (
                "{{ \"Europe/Berlin\" | windows_zone }}",
                Ok("W. Europe Standard Time"),
            ),
            ("{{ \"Factory\" | windows_zone }}", Err("has no time zone")),
        ],
        body: Body::Text(unattend::zone),
    },
    Callable {
        name: "windows_language",
        language: "Windows",
        does: "The language of Windows for a locale.",
        examples: &[
            ("{{ \"de_DE.UTF-8\" | windows_language }}", Ok("de-DE")),
            ("{{ \"de_AT\" | windows_language }}", Err("has no language")),
        ],
        body: Body::Text(unattend::language),
    },
    Callable {
        name: "windows_keyboard",
        language: "Windows",
        does: "The keyboard of Windows for an X layout, or for a layout and its variant with a blank between them.",
        examples: &[
            ("{{ \"us\" | windows_keyboard }}", Ok("0409:00000409")),
            (
                "{{ \"de neo\" | windows_keyboard }}",
                Err("has no keyboard"),
            ),
        ],
        body: Body::Text(unattend::keyboard),
    },
    Callable {
        name: "yaml",
        language: "YAML and JSON",
        does: "A string in double quotes that YAML 1.1, YAML 1.2 and JSON read as the same text.",
        examples: &[(
            "motd: {{ \"no: \\\"x\\\"\" | yaml }}",
            Ok("motd: \"no: \\\"x\\\"\""),
        )],
        body: Body::Text(encode::yaml),
    },
    Callable {
        name: "yaml_block",
        language: "YAML and JSON",
        does: "The value of a key of a list's item, at four spaces: a literal block, or a string in double quotes where a block does not carry the text.",
        examples: &[
            (
                "  - path: /x\n    content: {{ \"echo hi\\n\" | yaml_block }}",
                Ok("  - path: /x\n    content: |2\n      echo hi"),
            ),
            (
                "content: {{ \"a\\r\" | yaml_block }}",
                Ok("content: \"a\\r\""),
            ),
        ],
        body: Body::Text(encode::yaml_block),
    },
    Callable {
        name: "autoinstall_raw",
        language: "YAML and JSON",
        does: "The section `storage` of autoinstall as the site wrote it: a map, at four spaces.",
        examples: &[
            (
                "  storage:\n{{ \"layout:\\n  name: zfs\\n\" | autoinstall_raw }}",
                Ok("  storage:\n    layout:\n      name: zfs"),
            ),
            ("{{ \"- x\" | autoinstall_raw }}", Err("is no map")),
        ],
        body: Body::Text(autoinstall::raw),
    },
    Callable {
        name: "agama_raw",
        language: "YAML and JSON",
        does: "The section `storage` of a profile for Agama as the site wrote it: an object of JSON, at two spaces.",
        examples: &[
            (
                "  \"storage\": {{ '{\"drives\": []}' | agama_raw }}",
                Ok("  \"storage\": {\"drives\": []}"),
            ),
            ("{{ \"drives: []\" | agama_raw }}", Err("is no object")),
        ],
        body: Body::Text(agama::raw),
    },
    Callable {
        name: "netplan_option",
        language: "YAML and JSON",
        does: "What netplan calls an option of the kernel's bonding driver.",
        examples: &[
            (
                "{{ \"miimon\" | netplan_option }}",
                Ok("mii-monitor-interval"),
            ),
            (
                "{{ \"tlb_dynamic_lb\" | netplan_option }}",
                Err("has no name"),
            ),
        ],
        body: Body::Text(netplan::option),
    },
    Callable {
        name: "ks",
        language: "Kickstart",
        does: "The value of a command's option.",
        examples: &[
            (
                "user --gecos={{ \"Ann O'Neill\" | ks }}",
                Ok("user --gecos=\"Ann O'Neill\""),
            ),
            (
                "{{ \"a\\n%end\" | ks }}",
                Err("a line break or control character"),
            ),
        ],
        body: Body::Text(kickstart::word),
    },
    Callable {
        name: "ks_arg",
        language: "Kickstart",
        does: "A command's argument that is no option's value, so that it must not look like an option.",
        examples: &[
            (
                "lang {{ \"de_DE.UTF-8\" | ks_arg }}",
                Ok("lang de_DE.UTF-8"),
            ),
            (
                "lang {{ \"--erase\" | ks_arg }}",
                Err("would be read as an option"),
            ),
        ],
        body: Body::Text(kickstart::argument),
    },
    Callable {
        name: "ks_list",
        language: "Kickstart",
        does: "Several values in one option, with commas between them.",
        examples: &[
            (
                "services --enabled={{ [\"sshd\", \"chronyd\"] | ks_list }}",
                Ok("services --enabled=sshd,chronyd"),
            ),
            ("{{ [\"a,b\"] | ks_list }}", Err("cannot be one item")),
        ],
        body: Body::List(kickstart::list),
    },
    Callable {
        name: "ks_package",
        language: "Kickstart",
        does: "A line of `%packages`: a package, `@group` or `@^environment`.",
        examples: &[
            ("{{ \"@core\" | ks_package }}", Ok("@core")),
            (
                "{{ \"-vim\" | ks_package }}",
                Err("is not a package or @group"),
            ),
        ],
        body: Body::Text(kickstart::package),
    },
    Callable {
        name: "ks_raw",
        language: "Kickstart",
        does: "Commands the site wrote for the installer, verbatim; they may not open or close a section.",
        examples: &[
            (
                "{{ \"clearpart --all\\n\" | ks_raw }}",
                Ok("clearpart --all"),
            ),
            (
                "{{ \"a\\n%post\" | ks_raw }}",
                Err("would open or close a section"),
            ),
        ],
        body: Body::Text(kickstart::raw),
    },
    Callable {
        name: "ks_script",
        language: "Kickstart",
        does: "Whether a script can stand in its section as it is; another one has to be carried in base64.",
        examples: &[
            ("{{ \"echo hi\" is ks_script }}", Ok("true")),
            ("{{ \"%end\" is ks_script }}", Ok("false")),
        ],
        body: Body::Test(kickstart::is_plain_script),
    },
    Callable {
        name: "preseed",
        language: "Debian's answers",
        does: "The value of an answer: the rest of its line, as debconf and debian-installer read it.",
        examples: &[
            (
                "d-i passwd/user-fullname string {{ \"Ann O'Neill\" | preseed }}",
                Ok("d-i passwd/user-fullname string Ann O'Neill"),
            ),
            (
                "{{ \"a\\\\\" | preseed }}",
                Err("would take in the next line"),
            ),
        ],
        body: Body::Text(debian::value),
    },
    Callable {
        name: "preseed_word",
        language: "Debian's answers",
        does: "One word of an answer made of several: a URL, a suite.",
        examples: &[
            (
                "d-i apt-setup/local0/repository string {{ \"http://x/\" | preseed_word }} ./",
                Ok("d-i apt-setup/local0/repository string http://x/ ./"),
            ),
            ("{{ \"a b\" | preseed_word }}", Err("is not one word")),
        ],
        body: Body::Text(debian::word),
    },
    Callable {
        name: "recipe_word",
        language: "Debian's answers",
        does: "A word of a partition recipe (`partman-auto/expert_recipe`).",
        examples: &[
            (
                "mountpoint{ {{ \"/var\" | recipe_word }} }",
                Ok("mountpoint{ /var }"),
            ),
            ("{{ \"}\" | recipe_word }}", Err("cannot be a word")),
        ],
        body: Body::Text(debian::recipe_word),
    },
    Callable {
        name: "preseed_raw",
        language: "Debian's answers",
        does: "Answers the site wrote for the installer, verbatim.",
        examples: &[
            (
                "{{ \"d-i partman-auto/method string lvm\\n\" | preseed_raw }}",
                Ok("d-i partman-auto/method string lvm"),
            ),
            ("{{ \"reboot\" | preseed_raw }}", Err("is no answer")),
        ],
        body: Body::Text(debian::raw),
    },
    Callable {
        name: "deb_package",
        language: "Debian's answers",
        does: "The name of a Debian package.",
        examples: &[
            ("{{ \"libstdc++6\" | deb_package }}", Ok("libstdc++6")),
            (
                "{{ \"vim-\" | deb_package }}",
                Err("cannot be the name of a package"),
            ),
        ],
        body: Body::Text(debian::package),
    },
    Callable {
        name: "deb_arch",
        language: "Debian's answers",
        does: "Debian's name of an architecture. Expressions have it as well.",
        examples: &[("{{ \"x86_64\" | deb_arch }}", Ok("amd64"))],
        body: Body::Text(|arch| Ok(debian_arch(arch).to_owned())),
    },
    Callable {
        name: "apt_value",
        language: "Debian's answers",
        does: "A value of apt.conf, between the double quotes of the template.",
        examples: &[
            (
                "Acquire::http::Proxy \"{{ \"http://p:3128\" | apt_value }}\";",
                Ok("Acquire::http::Proxy \"http://p:3128\";"),
            ),
            ("{{ 'a\"b' | apt_value }}", Err("cannot stand in a value")),
        ],
        body: Body::Text(debian::apt_value),
    },
    Callable {
        name: "grub_args",
        language: "Debian's answers",
        does: "Kernel arguments that GRUB's script takes as they are.",
        examples: &[
            ("{{ \"quiet panic=10\" | grub_args }}", Ok("quiet panic=10")),
            ("{{ \"a;b\" | grub_args }}", Err("means something to GRUB")),
        ],
        body: Body::Text(debian::grub_args),
    },
    Callable {
        name: "direct",
        language: "URLs",
        does: "Whether the host of a URL is reached without a proxy: by name, in a domain, in a range of addresses, or by `*`, as in the variable `no_proxy`.",
        examples: &[
            (
                "{{ \"http://a.x.test/\" is direct(no_proxy=[\".x.test\"]) }}",
                Ok("true"),
            ),
            (
                "{{ \"http://10.1.2.3/\" is direct(no_proxy=[\"10.0.0.0/16\"]) }}",
                Ok("false"),
            ),
        ],
        body: Body::TestOf("no_proxy", |url, no_proxy| {
            is_direct(url, no_proxy.iter().copied())
        }),
    },
    Callable {
        name: "line",
        language: "Files without quoting",
        does: "The text unchanged, on one line: for configuration files that take the rest of a line literally.",
        examples: &[
            ("motd={{ \"a 'b' $c\" | line }}", Ok("motd=a 'b' $c")),
            (
                "{{ \"a\\nb\" | line }}",
                Err("a line break or control character"),
            ),
        ],
        body: Body::Text(plain::line),
    },
    Callable {
        name: "path",
        language: "Files without quoting",
        does: "The text unchanged, which must be a file's absolute path, on one line.",
        examples: &[
            ("{{ \"/etc/motd\" | path }}", Ok("/etc/motd")),
            (
                "{{ \"motd\" | path }}",
                Err("is not the absolute path of a file"),
            ),
        ],
        body: Body::Text(plain::path),
    },
    Callable {
        name: "ident",
        language: "Files without quoting",
        does: "The text unchanged, which must be a plain name: letters, digits and `_` `.` `:` `-`, and no `-` in front.",
        examples: &[
            (
                "Host {{ \"web-1.lab.test\" | ident }}",
                Ok("Host web-1.lab.test"),
            ),
            ("{{ \"a b\" | ident }}", Err("is not a plain name")),
        ],
        body: Body::Text(plain::ident),
    },
    Callable {
        name: "net_word",
        language: "Files without quoting",
        does: "The text unchanged, which must be a subnet or the value of a network setting: letters, digits and `_` `.` `:` `-` `+` `,` `/`, and no `-` in front.",
        examples: &[
            ("{{ \"10.0.0.0/8\" | net_word }}", Ok("10.0.0.0/8")),
            (
                "{{ \"a;b\" | net_word }}",
                Err("is not the value of a network setting"),
            ),
        ],
        body: Body::Text(plain::net_word),
    },
    Callable {
        name: "account",
        language: "Files without quoting",
        does: "The text unchanged, which must be a plain name without `:`, as users and groups have.",
        examples: &[
            ("{{ \"ann\" | account }}:x:1000:", Ok("ann:x:1000:")),
            (
                "{{ \"ann:x\" | account }}",
                Err("cannot be the name of a user or group"),
            ),
        ],
        body: Body::Text(plain::account),
    },
    Callable {
        name: "base64",
        language: "Any bytes",
        does: "The text's UTF-8 bytes in base64, on one line.",
        examples: &[(
            "echo {{ \"a\\n%end\" | base64 }} | base64 -d",
            Ok("echo YQolZW5k | base64 -d"),
        )],
        body: Body::Text(encode::base64),
    },
    Callable {
        name: "fold",
        language: "Any bytes",
        does: "Base64 in lines of 76 characters, none of which can be the `EOF` of a here-document.",
        examples: &[
            ("{{ \"YQolZW5k\" | fold }}", Ok("YQolZW5k")),
            ("{{ \"EOF\" | fold }}", Err("the text is not base64")),
        ],
        body: Body::Text(encode::fold),
    },
    Callable {
        name: "gib",
        language: "Sizes",
        does: "Bytes as GiB, exactly.",
        examples: &[("{{ 11274289152 | gib }}", Ok("10.5"))],
        body: Body::Bytes(encode::gib),
    },
    Callable {
        name: "mb",
        language: "Sizes",
        does: "Bytes as whole MB of a million bytes, rounded up.",
        examples: &[("{{ 524288001 | mb }}", Ok("525"))],
        body: Body::Bytes(encode::mb),
    },
    Callable {
        name: "mib",
        language: "Sizes",
        does: "Bytes as whole MiB, rounded up.",
        examples: &[("{{ 524288001 | mib }}", Ok("501"))],
        body: Body::Bytes(encode::mib),
    },
    Callable {
        name: "fail",
        language: "Control",
        does: "Ends the run with `msg` at this line: for what a template cannot do.",
        examples: &[(
            "{{ fail(msg=\"RHEL 5 has no thin pools\") }}",
            Err("RHEL 5 has no thin pools"),
        )],
        body: Body::Function(fail),
    },
    Callable {
        name: "range",
        language: "Control",
        does: "The whole numbers from `start` (0) to before `end`, by `step_by` (1). One file may take 100000 of them altogether, so that loops in loops end.",
        examples: &[
            (
                "{% for i in range(start=1, end=4) %}{{ i }} {% endfor %}",
                Ok("1 2 3 "),
            ),
            (
                "{{ range(end=1000000000) }}",
                Err("more than 100000 numbers"),
            ),
        ],
        body: Body::Function(range::range),
    },
];

fn fail(kwargs: &Kwargs) -> TeraResult<Value> {
    Err(Error::message(kwargs.must_get::<&str>("msg")?))
}

#[cfg(test)]
mod tests {
    use tera::{Context, Tera};

    use super::CALLABLES;

    #[test]
    fn examples_render_as_the_page_says() {
        for callable in CALLABLES {
            assert!(!callable.examples.is_empty(), "{}", callable.name);
            for (template, want) in callable.examples {
                assert!(template.contains(callable.name), "{template}");
                let mut tera = Tera::new();
                super::super::register(&mut tera);
                tera.autoescape_on([".xml"]);
                tera.add_raw_template("t", template).unwrap();
                let shown = tera
                    .render("t", &Context::new())
                    .map_err(|error| error.to_string());
                match want {
                    Ok(want) => assert_eq!(shown.as_deref(), Ok(*want), "{template}"),
                    Err(want) => assert!(shown.unwrap_err().contains(want), "{template}"),
                }
            }
        }
    }

    #[test]
    fn names_are_unique_and_languages_stand_together() {
        let mut names: Vec<&str> = CALLABLES.iter().map(|callable| callable.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
        let mut languages: Vec<&str> = CALLABLES.iter().map(|callable| callable.language).collect();
        languages.dedup();
        let count = languages.len();
        languages.sort_unstable();
        languages.dedup();
        assert_eq!(languages.len(), count, "a heading would appear twice");
    }
}
