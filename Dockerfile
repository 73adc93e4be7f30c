# One image for web, worker and beat; the command says which.
FROM python:3.12-slim AS packages
COPY requirements.txt /
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.12-slim
RUN useradd --system --create-home --home-dir /var/lib/carbonpeak carbonpeak
COPY --from=packages /venv /venv
WORKDIR /srv/carbonpeak
COPY . .
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CARBONPEAK_IMAGE=1 \
    CARBONPEAK_MODE=production \
    CARBONPEAK_VAR=/var/lib/carbonpeak \
    STATIC_ROOT=/srv/static
RUN python -m compileall -q . && install -d -o carbonpeak -g carbonpeak /srv/static
USER carbonpeak
# The key is for this one command; the running product brings its own.
RUN SECRET_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(60))') \
    python manage.py collectstatic --noinput --skip-checks
VOLUME /var/lib/carbonpeak
EXPOSE 8000
CMD ["gunicorn", "carbonpeak.wsgi", "--bind=0.0.0.0:8000", "--workers=2", "--threads=4", "--access-logfile=-"]
