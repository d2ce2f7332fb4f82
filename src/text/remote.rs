//! What `remote` has to say.

problems! {}
