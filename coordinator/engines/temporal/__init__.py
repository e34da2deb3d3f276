"""The Temporal engine: a job's round is a workflow, a step an activity, and any coordinator may do either."""
