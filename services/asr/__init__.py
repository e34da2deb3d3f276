"""Asr: writes down what is said."""
