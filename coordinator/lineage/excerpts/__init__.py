"""Reads just what one cue was made from: of documents of megabytes a few elements, with the answers of a full read."""
