//! Parses the command line, calls, prints, exits; nothing else.

fn main() {}
