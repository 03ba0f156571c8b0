# One image for web server, worker, beat and migrations; docker-compose.yml says which command each runs.
ARG PYTHON=python:3.13-slim-bookworm

FROM ${PYTHON} AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/uv.txt requirements/production.txt /requirements/
# uv stays outside the environment that is copied.
RUN pip install --require-hashes -r /requirements/uv.txt \
    && python -m venv --without-pip /venv \
    && uv pip install --python /venv/bin/python --compile-bytecode --no-cache --require-hashes -r /requirements/production.txt

FROM ${PYTHON}
# What WeasyPrint draws letters with; without the subset library PDFs take three to four times as long.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin stetig \
    && install -d -o stetig -g stetig -m 0700 /var/lib/stetig/media
COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=coop.settings \
    STETIG_PRODUCTION=1 \
    STETIG_HASHED_STATIC=1 \
    STATIC_ROOT=/app/staticfiles \
    MEDIA_ROOT=/var/lib/stetig/media \
    XDG_CACHE_HOME=/tmp/cache
WORKDIR /app
COPY . .
# Compressed, with names that carry a hash of the content. The key is of use to this command alone.
RUN python -m ops.translations \
    && DJANGO_SECRET_KEY=for-collecting-static-files-only python manage.py collectstatic --no-input \
    && python -m compileall -q .
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "coop.wsgi", "--bind=0.0.0.0:8000", "--workers=2", "--threads=4", "--worker-tmp-dir=/dev/shm"]
