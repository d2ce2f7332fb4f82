//! What `sheet` has to say.

problems! {}
