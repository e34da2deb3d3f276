"""Garbage: what nobody names any more, collected; and films that are to be forgotten, erased."""
