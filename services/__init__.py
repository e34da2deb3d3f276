"""The stages of Cuegraph, the runtime they run on and the documents they hand on."""
