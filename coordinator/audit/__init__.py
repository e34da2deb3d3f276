"""The audit: whether a job wrote down all that it should, criterion by criterion."""
