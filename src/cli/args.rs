//! What the command line takes.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use super::init::{EXAMPLES, Example};
use crate::schema::Kind;

/// Compile a lab of virtual machines into libvirt network XML, install files and build scripts
#[derive(Debug, Parser)]
#[command(
    name = "miniascape",
    version,
    infer_subcommands = true,
    max_term_width = 100
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Common {
    /// Conf directory or single-file lab (can be repeated; later ones win) [default: conf.d, else /etc/miniascape/conf.d]
    #[arg(short, long = "confdir", global = true, value_name = "DIR")]
    pub(super) confdir: Vec<PathBuf>,
    /// Template directory that overrides built-in templates file by file (can be repeated; the first wins)
    #[arg(short, long = "tmpldir", global = true, value_name = "DIR")]
    pub(super) tmpldir: Vec<PathBuf>,
    /// Directory for the results
    #[arg(
        short,
        long,
        global = true,
        value_name = "DIR",
        default_value = "workdir"
    )]
    pub(super) workdir: PathBuf,
    /// Libvirt connection URI to use instead of the site's
    #[arg(long, global = true, value_name = "URI")]
    pub(super) connect: Option<String>,
    /// Take warnings for errors
    #[arg(long, global = true)]
    pub(super) strict: bool,
    /// Overwrite generated files that were edited
    #[arg(long, short, global = true)]
    pub(super) force: bool,
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say more
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a commented site to start from
    #[command(visible_alias = "i")]
    Init(Init),
    /// Write the whole workdir
    Generate(Generate),
    /// Write the files of some guests, or list the guests
    Guest(Guest),
    /// Write the files of networks
    Net(Net),
    /// Check the site and write nothing
    Validate(Validate),
    /// Print a resolved object
    Show(Show),
    /// Say where a guest's values come from, or what made a line of an output
    Explain(Explain),
    /// List the operating systems, or print what is known of one
    Os(Os),
    /// Print the JSON Schema of a kind of file, or write all of them, for editors
    Schema(Schema),
    /// Print what generate would change, as a unified diff
    Diff,
    /// Print what differs between the lab and the libvirt host
    #[cfg(feature = "apply")]
    Plan(Plan),
}

#[derive(Debug, ClapArgs)]
pub(super) struct Init {
    /// The site's directory; its name becomes the site's
    #[arg(default_value = ".")]
    pub(super) dir: PathBuf,
    /// The lab to start from
    #[arg(long, value_name = "NAME", value_parser = examples(), default_value = EXAMPLES[0].name)]
    pub(super) example: String,
}

/// The names of the examples, with what help says of them.
fn examples() -> PossibleValuesParser {
    let value = |example: &Example| PossibleValue::new(example.name).help(example.summary);
    PossibleValuesParser::new(EXAMPLES.iter().map(value))
}

#[derive(Debug, ClapArgs)]
pub(super) struct Generate {
    /// Write nothing; exit with 1 when something would change
    #[arg(long)]
    pub(super) check: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Guest {
    /// Guests to write; without a name, all guests are listed
    pub(super) names: Vec<String>,
    /// Write the files of all guests
    #[arg(short = 'A', long = "genall", alias = "all", conflicts_with = "names")]
    pub(super) all: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Net {
    /// Networks to write; without a name, all of them
    pub(super) names: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Validate {
    /// How to print what was found
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: ReportFormat,
    /// Print what a code means, and how its fault is repaired; without a code, list them
    #[arg(long, value_name = "CODE", num_args = 0..=1, conflicts_with = "format")]
    pub(super) explain: Option<Option<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people, on standard error
    Text,
    /// For programs, on standard output
    Json,
    /// For code review (SARIF 2.1.0), on standard output
    Sarif,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Show {
    /// The object: guest/NAME, network/NAME, storage/NAME, host or os/NAME
    #[arg(value_name = "KIND/NAME")]
    pub(super) object: String,
    /// How to print it
    #[arg(long, value_enum, default_value = "yaml")]
    pub(super) format: DataFormat,
    /// Print everything the object's templates see
    #[arg(long)]
    pub(super) context: bool,
    /// Print what a template makes of the object: a template's name, or a file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["context", "format"])]
    pub(super) template: Option<PathBuf>,
    /// Say behind each value where it comes from
    #[arg(long, conflicts_with_all = ["context", "format", "template"])]
    pub(super) origin: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Explain {
    /// The guest
    #[arg(required_unless_present = "output")]
    pub(super) guest: Option<String>,
    /// The value, such as virtinst.ram or interfaces[0].ip; without it, all are listed
    pub(super) path: Option<String>,
    /// A line of an output, such as guests.d/sam/ks.cfg:17: which templates made it, of which values
    #[arg(long, value_name = "FILE:LINE", conflicts_with_all = ["guest", "path"])]
    pub(super) output: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: AnswerFormat,
}

#[cfg(feature = "apply")]
#[derive(Debug, ClapArgs)]
pub(super) struct Plan {
    /// Objects to plan for: GUEST, network/NAME or storage/NAME; without one, all, and what the lab has no more
    #[arg(value_name = "NAME")]
    pub(super) names: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: AnswerFormat,
    /// Exit with 1 when there is a difference
    #[arg(long)]
    pub(super) check: bool,
    /// Plan for objects of others that have a name of the lab's as if they were the lab's
    #[arg(long)]
    pub(super) adopt: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AnswerFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Os {
    /// The operating system to print; without a name, all are listed
    pub(super) name: Option<String>,
    /// How to print it [default: a table, or YAML for one]
    #[arg(long, value_enum)]
    pub(super) format: Option<DataFormat>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct Schema {
    /// The kind of file; without one, all kinds are listed
    #[arg(value_parser = kinds(), hide_possible_values = true)]
    pub(super) kind: Option<String>,
    /// Write the schemas of all kinds, or of the one given, into a directory, as KIND.schema.json
    #[arg(long, value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
}

/// The kinds of files, with what help says of them.
fn kinds() -> PossibleValuesParser {
    let value = |kind: &Kind| PossibleValue::new(kind.as_str()).help(kind.about());
    PossibleValuesParser::new(Kind::ALL.iter().map(value))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DataFormat {
    /// YAML
    Yaml,
    /// JSON
    Json,
}
