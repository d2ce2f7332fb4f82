//! What `encoding` has to say.

problems! {}
