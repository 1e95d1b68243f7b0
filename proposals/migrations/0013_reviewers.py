"""How long the page was open before a decision, and the right to see everybody's figures."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('proposals', '0012_notices'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='decision',
            options={'permissions': [('view_reviewers', 'Can view the figures of all reviewers')]},
        ),
        migrations.AddField(
            model_name='decision',
            name='seconds_on_page',
            field=models.PositiveIntegerField(help_text='From showing the page to the decision, at most a day; unknown where no page was shown.', null=True),
        ),
    ]
