# One image, three roles: web (default), worker, migrate. The database is a server: set DATABASE_URL.
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 FSARSITE_ENV=production FSARSITE_DATA=/data
WORKDIR /app
# receipts as PDF
RUN apt-get update && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt .
RUN pip install --disable-pip-version-check -r requirements.txt
COPY . .
# collectstatic reads no secret and no database; the values are only there to satisfy the settings.
RUN SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgres://build/build FIELD_ENCRYPTION_KEYS=build \
    FIELD_INDEX_KEY=build python manage.py collectstatic --noinput -v0 \
    && useradd --system --home /data --create-home fsarsite && chown fsarsite /data
USER fsarsite
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["gunicorn", "fsarsite.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--access-logfile", "-"]
