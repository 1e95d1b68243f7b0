from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('execution', '0007_task_phases'),
    ]

    operations = [
        migrations.AddField(
            model_name='rehearsalcertificate',
            name='copied',
            field=models.JSONField(default=dict, help_text='How much of each table that it names or touches the copy held; masked columns.'),
        ),
        migrations.AddField(
            model_name='rehearsalcertificate',
            name='doubt',
            field=models.TextField(blank=True, default='', help_text='Why the rows of the copy prove little; empty when they prove enough.'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='rollbackartifact',
            name='kept_bytes',
            field=models.BigIntegerField(default=0, help_text='What the target keeps for it, as last measured.'),
        ),
        migrations.AddField(
            model_name='rollbackartifact',
            name='let_go_at',
            field=models.DateTimeField(help_text='Since when what was kept is gone: there is no way back.', null=True),
        ),
    ]
