//! The CSV dialect.
