"""Hallucination: takes out of a transcript what nobody said."""
