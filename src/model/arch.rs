//! What an architecture decides of a guest, by libvirt's names for it (`virarch.c`).

/// Returns the guest's serial console, as the kernel names it: what `{serial}` stands for in the OS table.
///
/// `virt` machines of ARM have a PL011, POWER the hypervisor's terminal, Z the service element's.
#[must_use]
pub fn serial(arch: &str) -> &'static str {
    match arch {
        "aarch64" | "armv6l" | "armv7l" => "ttyAMA0,115200",
        "ppc" | "ppc64" | "ppc64le" => "hvc0",
        "s390x" => "ttysclp0",
        _ => "ttyS0,115200",
    }
}
