//! The right to have effects. Every verb of a door (`server`, `books`, `shelf`) that changes something asks for it; a dry
//! run has none, and so gets the doors' reading halves only.

/// Leave to change something.
#[derive(Clone, Copy, Debug)]
pub struct Permit(());

impl Permit {
    /// For a real run, once it has its locks; and for `check-settings`, which tries things out.
    pub fn of_a_real_run() -> Self {
        Self(())
    }
}
