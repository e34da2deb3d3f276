"""Comparing: why a step ran again, how two jobs differ, and what a change would touch."""
