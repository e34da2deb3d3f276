"""Alignment: gives every word its time."""
