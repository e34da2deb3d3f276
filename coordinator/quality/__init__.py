"""Quality: judges what a finished job made, from its documents."""
