//! The README and the page for template authors are true: their consoles are run as printed.

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

/// Runs the consoles of a page in a site of these files, and returns how many commands they hold.
#[track_caller]
fn run_consoles(page: &str, site: &Site) -> usize {
    let mut commands = 0;
    for console in blocks(page, "console") {
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
    commands
}

#[test]
fn consoles_show_what_is_printed() {
    let readme = std::fs::read_to_string(project("README.md")).unwrap();
    let lab = blocks(&readme, "yaml").next().unwrap();
    let site = Site::new(&[("farm.yml", lab), ("typo.yml", TYPO)]);
    assert_eq!(run_consoles(&readme, &site), 7);
}

#[test]
fn the_page_about_diagnostics_shows_what_is_printed() {
    let page = std::fs::read_to_string(project("docs/DIAGNOSTICS.md")).unwrap();
    let lab = blocks(&page, "yaml").find(|block| block.contains("# lab.yml"));
    let site = Site::new(&[("lab.yml", lab.unwrap())]);
    assert_eq!(run_consoles(&page, &site), 1);
}

#[test]
fn consoles_of_the_page_for_template_authors_do_too() {
    let page = std::fs::read_to_string(project("docs/TEMPLATES.md")).unwrap();
    let lab = blocks(&page, "yaml").find(|block| block.contains("# lab.yml"));
    let text = |name: &str| {
        let mut texts = blocks(&page, "text");
        let text = texts.find(|block| block.contains(name)).unwrap();
        // A page shows a file's name in its first line.
        format!("{text}\n")
    };
    let site = Site::new(&[
        ("lab.yml", lab.unwrap()),
        ("hosts.txt", &text("hosts.txt")),
        ("mtu.txt", &text("mtu.txt")),
    ]);
    assert_eq!(run_consoles(&page, &site), 2);
}
