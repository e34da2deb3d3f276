"""An index over the jobs of a store, for questions about many of them: a cache, which may be deleted at any time."""
