"""Subtitles: makes readable cues of words."""
