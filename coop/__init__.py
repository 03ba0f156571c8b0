"""Stetig. Importing the package loads the Celery application, so that tasks find it."""

from coop.celery import app as celery_app

__all__ = ["celery_app"]
