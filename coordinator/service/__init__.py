"""The coordinator as a server: jobs and lineage over gRPC, and the worker that drives what the store holds."""
