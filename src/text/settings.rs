//! What `settings` has to say.

problems! {}
