"""The process that workers are forked from imports this first: what each would need seconds for is there already."""

from importlib import import_module

import django

django.setup()

celery = import_module("coop.celery").app
celery.loader.import_default_modules()
celery.finalize()
killable = import_module("tests.payroll.killable_worker")
import_module("payroll.germany.salary").salary_law(killable.CLOCK.date())
for module in ("celery.bin.celery", "celery.concurrency.solo", "celery.worker.consumer", "kombu.transport.redis"):
    import_module(module)
