"""A job as an RO-Crate of the Provenance Run Crate profile: `folder` writes it, `metadata` describes it."""
