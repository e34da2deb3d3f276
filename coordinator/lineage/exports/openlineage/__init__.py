"""OpenLineage run events of a job: `events` says what happened when, `facets` what is known of it."""
