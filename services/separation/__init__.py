"""Separation: takes voices and music apart."""
