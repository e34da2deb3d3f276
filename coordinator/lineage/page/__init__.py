"""The lineage of a job as one page for a browser: the picture, the cues, and everything behind both."""
