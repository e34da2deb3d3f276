"""Pools: where the stages are, and which process of a stage gets the next step."""

from __future__ import annotations

from .stages import Pools, Rules

__all__ = ["Pools", "Rules"]
