"""Vad: finds where people speak."""
