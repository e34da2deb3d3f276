"""Translation: says in another language what was said."""
