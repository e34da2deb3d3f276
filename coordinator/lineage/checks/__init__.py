"""The checks of verify, each a pure function from what was read to what is not as it should be."""
