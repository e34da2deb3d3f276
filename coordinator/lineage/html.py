"""The lineage of a job as one page."""

from .page.html import page

__all__ = ["page"]
