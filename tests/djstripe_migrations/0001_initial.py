"""dj-stripe's tables from our schema file: Django would render its hundred models again for every later migration."""

from django.conf import settings
from django.db import migrations

from fsarsite.djstripe_schema import SCHEMA


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(SCHEMA.read_text()),
    ]
