//! Everything that needs the whole program: real sites in, real outputs out, real consumers as judges.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

mod addresses;
mod agama;
mod alpine;
mod arches;
mod autoinstall;
mod autoyast;
mod cloud;
mod contained;
mod corpus;
mod diagnostics;
mod explain;
mod faults;
mod golden;
mod hostile;
mod init;
mod installers;
mod judges;
mod keys;
mod kickstart;
mod layers;
mod mistakes;
mod net_setup;
mod networks;
mod one_fault;
mod payloads;
#[cfg(feature = "apply")]
mod plan;
mod planted;
mod preseed;
mod readme;
mod schemas;
mod seal;
mod secrets;
mod session;
mod storages;
mod templates;
mod variables;
mod windows;
mod workdir;
