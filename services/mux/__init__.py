"""Mux: puts subtitle tracks into a film."""
