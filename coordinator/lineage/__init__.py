"""Lineage: what came from what, whether it still holds, and the way from a cue back to the film."""
