"""The questions of LineageService, each from its message to its answer."""
