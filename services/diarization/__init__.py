"""Diarization: finds who speaks when."""
