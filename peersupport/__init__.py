"""The project: wiring only. Nothing imports it."""

from peersupport.celery import app as celery_app

__all__ = ["celery_app"]
