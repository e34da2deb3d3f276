"""What every process runs on: the stage SDK, the store, manifests, logs, settings, models, server and client."""
