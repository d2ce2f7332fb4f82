//! Where a server and the settings do not fit: what the person on duty is told.
