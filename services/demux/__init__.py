"""Demux: takes the audio and the description out of a film."""
