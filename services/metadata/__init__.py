"""Metadata: learns from a catalogue what a film is, who plays in it and what is sung."""
