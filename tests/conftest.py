"""What every test may ask for by name."""

pytest_plugins = ["tests.hard_film", "tests.store_servers"]
