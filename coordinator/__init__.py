"""Sends artifacts through the stages in sequence, and answers what came of it and why."""
