//! Everything that needs the whole program: real sites in, real outputs out, real consumers as judges.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod support;

mod faults;
mod hostile;
mod init;
mod judges;
mod layers;
mod readme;
mod session;
mod templates;
mod workdir;
