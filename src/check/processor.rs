//! Processors: models that exist, and that the guest's programs run on.

use crate::diag::{Code, Diagnostic, Sink, nearest};
use crate::link::{Guest, Lab};

/// QEMU's models of processors below level 2 of x86-64 (qemu-cpu-models(7)).
const LEVEL_1: &[&str] = &[
    "486",
    "Conroe",
    "Opteron_G1",
    "Opteron_G2",
    "Opteron_G3",
    "Penryn",
    "athlon",
    "core2duo",
    "coreduo",
    "cpu64-rhel5",
    "cpu64-rhel6",
    "kvm32",
    "kvm64",
    "n270",
    "pentium",
    "pentium2",
    "pentium3",
    "pentiumpro",
    "phenom",
    "qemu32",
    "qemu64",
];

/// Those of level 2, and not of level 3.
const LEVEL_2: &[&str] = &[
    "Denverton",
    "IvyBridge",
    "Nehalem",
    "Opteron_G4",
    "Opteron_G5",
    "SandyBridge",
    "Snowridge",
    "Westmere",
];

/// Those of level 3 and above.
const LEVEL_3: &[&str] = &[
    "Broadwell",
    "Cascadelake-Server",
    "ClearwaterForest",
    "Cooperlake",
    "Dhyana",
    "EPYC",
    "EPYC-Genoa",
    "EPYC-Milan",
    "EPYC-Rome",
    "EPYC-Turin",
    "GraniteRapids",
    "Haswell",
    "Icelake-Client",
    "Icelake-Server",
    "KnightsMill",
    "SapphireRapids",
    "SierraForest",
    "Skylake-Client",
    "Skylake-Server",
    "YongFeng",
];

/// What stands in place of a model (formatdomain.html, `mode` of `cpu`; virt-install(1), `--cpu`).
const MODES: &[&str] = &[
    "host-copy",
    "host-model",
    "host-model-only",
    "host-passthrough",
    "hv-default",
    "max",
    "maximum",
    "none",
];

/// What models are called when they are of a certain version, or lack what some of them lack.
const VARIANTS: &[&str] = &["-IBRS", "-IBPB", "-SSBD", "-noTSX", "-noSSE"];

pub(super) fn check(lab: &Lab, sink: &mut Sink) {
    for guest in &lab.guests {
        sink.about(Some(&guest.name));
        let arch = guest.virtinst.arch.as_ref();
        if arch.is_none_or(|arch| matches!(arch.as_str(), "x86_64" | "i686")) {
            processor(guest, sink);
        }
    }
    sink.about(None);
}

fn processor(guest: &Guest, sink: &mut Sink) {
    let Some(cpu) = &guest.virtinst.cpu else {
        return;
    };
    if MODES.contains(&cpu.as_str()) {
        return;
    }
    let model = basic(cpu.as_str());
    let levels = [(1, LEVEL_1), (2, LEVEL_2), (3, LEVEL_3)];
    let Some((has, _)) = levels.iter().find(|(_, models)| models.contains(&model)) else {
        let known = MODES.iter().chain(LEVEL_1).chain(LEVEL_2).chain(LEVEL_3);
        // libvirt learns new models every year.
        if let Some(near) = nearest(model, known.copied()) {
            let message = format!("libvirt knows no processor `{}`", cpu.value);
            sink.push(
                Diagnostic::warning(Code::UnknownProcessor, cpu.span, message)
                    .help(format!("did you mean `{near}`?")),
            );
        }
        return;
    };
    let Some(level) = guest.os.cpu_level.filter(|level| level > has) else {
        return;
    };
    let message = format!(
        "{} needs x86-64-v{level}, and `{}` is x86-64-v{has}",
        guest.os.name, cpu.value
    );
    let help = "write `cpu: host-model`, or a newer model such as EPYC or Haswell";
    sink.push(Diagnostic::warning(Code::ProcessorTooOld, cpu.span, message).help(help));
}

/// Returns the model less its version and variants: `Skylake-Server-noTSX-IBRS`, `EPYC-v4`.
fn basic(name: &str) -> &str {
    let numbered = name.rsplit_once("-v");
    let mut model = match numbered {
        Some((model, version)) if version.bytes().all(|byte| byte.is_ascii_digit()) => model,
        _ => name,
    };
    while let Some(rest) = VARIANTS.iter().find_map(|end| model.strip_suffix(end)) {
        model = rest;
    }
    model
}

#[cfg(test)]
mod tests {
    use super::basic;

    #[test]
    fn versions_and_variants_are_no_part_of_a_model() {
        for (name, model) in [
            ("EPYC-v4", "EPYC"),
            ("EPYC-Rome-v2", "EPYC-Rome"),
            ("Skylake-Server-noTSX-IBRS", "Skylake-Server"),
            ("qemu64", "qemu64"),
            ("Nehalem-IBRS", "Nehalem"),
        ] {
            assert_eq!(basic(name), model);
        }
    }
}
