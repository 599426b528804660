//! The README is true: its consoles are run as printed.

use crate::support::{PROGRAM, Site, project};

/// The lab whose fault the README shows.
const TYPO: &str = "\
site: web
common: {os: rhel9, rootpw: locked, virtinst: {location: http://ks/}, interfaces: [{network: service}]}
networks: {service: {subnet: 192.168.155.0/24}}

guests:
  web: {ip: 192.158.155.151}
";

/// The fenced blocks of `language`, without their fences.
fn blocks<'a>(text: &'a str, language: &'a str) -> impl Iterator<Item = &'a str> {
    let fence = format!("```{language}\n");
    text.split("\n```").filter_map(move |part| {
        let block = format!("```{part}");
        block
            .starts_with(&fence)
            .then(|| &part[language.len() + 1..])
    })
}

#[test]
fn consoles_show_what_is_printed() {
    let readme = std::fs::read_to_string(project("README.md")).unwrap();
    let lab = blocks(&readme, "yaml").next().unwrap();
    let site = Site::new(&[("farm.yml", lab), ("typo.yml", TYPO)]);
    let mut commands = 0;
    for console in blocks(&readme, "console") {
        for session in console.split("$ miniascape ").skip(1) {
            let (args, want) = session.split_once('\n').unwrap();
            let run = site
                .command(&args.split(' ').collect::<Vec<_>>())
                .output()
                .unwrap();
            let printed = [run.stdout, run.stderr].concat();
            let printed = String::from_utf8(printed).unwrap();
            assert_eq!(printed.trim_end(), want.trim_end(), "{PROGRAM} {args}");
            commands += 1;
        }
    }
    assert_eq!(commands, 4);
}
