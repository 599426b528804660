//! Everything that needs the whole program: real sites in, real outputs out, real consumers as judges.

mod support;

mod session;
