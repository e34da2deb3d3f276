"""What every test may ask for by name, and how long generated examples may take: as long as they do."""

from hypothesis import settings

pytest_plugins = ["tests.browser", "tests.hard_film", "tests.hard_job", "tests.store_servers", "tests.temporal_server"]

# hypothesis fails an example that takes 200 ms, which on a busy machine is any.
settings.register_profile("unhurried", parent=settings.default, deadline=None)
settings.load_profile("unhurried")
