"""Lyrics: finds where somebody sings."""
