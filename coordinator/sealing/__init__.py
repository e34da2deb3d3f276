"""Seals: what there was when a round of a job ended, signed, and listed so that none can be taken away unseen."""
