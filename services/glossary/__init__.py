"""Glossary: gathers the names and terms of a film from every source, and says which counts."""
