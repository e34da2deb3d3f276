"""What people asked for, carrying its provenance: by C2PA where the format has a place for it, else beside it."""
