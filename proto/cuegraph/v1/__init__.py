"""Version 1 of the contract: Python code generated from the .proto files beside it (see proto/generate.sh)."""
