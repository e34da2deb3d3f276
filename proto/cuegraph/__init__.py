"""The contract of Cuegraph."""
