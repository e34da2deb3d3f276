"""The JSON documents that stages hand on. Pure: no I/O, no runtime."""
