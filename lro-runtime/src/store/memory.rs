//! A store in memory, for tests and quick starts.

/// A store in memory: everything is gone with the last handle. Clones share their records.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore;
