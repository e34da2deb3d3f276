"""Engines: what decides when a step is called. Correctness never rests on them, only on the commits."""
