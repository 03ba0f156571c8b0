"""The Celery application. Tasks are thin doors to actions; see coop/tenancy/tasks.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coop.settings")

app = Celery("stetig")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
