"""The tokens of before, which lay readable in their table, are gone: API keys are in their place."""

from django.db import migrations

FORGET = """
    DROP TABLE IF EXISTS authtoken_token;
    DELETE FROM auth_group_permissions WHERE permission_id IN (
        SELECT p.id FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
        WHERE t.app_label = 'authtoken'
    );
    DELETE FROM proposals_user_user_permissions WHERE permission_id IN (
        SELECT p.id FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
        WHERE t.app_label = 'authtoken'
    );
    DELETE FROM auth_permission WHERE content_type_id IN (
        SELECT id FROM django_content_type WHERE app_label = 'authtoken'
    );
    DELETE FROM django_admin_log WHERE content_type_id IN (
        SELECT id FROM django_content_type WHERE app_label = 'authtoken'
    );
    DELETE FROM django_content_type WHERE app_label = 'authtoken';
    DELETE FROM django_migrations WHERE app = 'authtoken';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('proposals', '0015_api_keys'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('admin', '0003_logentry_add_action_flag_choices'),
    ]

    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
