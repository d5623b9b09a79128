import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from chopmark.strongroom.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("strongroom", "0006_supervisor"),
    ]

    operations = [
        migrations.CreateModel(
            name="Breach",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.IntegerField(unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("altered", "Altered"),
                            ("disclosed", "Disclosed"),
                            ("intrusion", "Intrusion"),
                            ("lost", "Lost"),
                            ("other", "Other"),
                        ],
                        max_length=16,
                    ),
                ),
                ("detected_at", models.DateTimeField()),
                ("what", models.TextField()),
                ("people", models.IntegerField(null=True)),
                ("reported_at", models.DateTimeField()),
                ("leaf_id", models.BigIntegerField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="BreachStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("commissioner", "Commissioner"),
                            ("interim", "Interim"),
                            ("people", "People"),
                            ("people_not", "People Not"),
                            ("post_incident", "Post Incident"),
                            ("preliminary", "Preliminary"),
                            ("resolved", "Resolved"),
                            ("taken_over", "Taken Over"),
                            ("telephone", "Telephone"),
                        ],
                        max_length=16,
                    ),
                ),
                ("happened_at", models.DateTimeField()),
                ("words", models.TextField(blank=True)),
                ("reference", models.CharField(blank=True, max_length=64)),
                ("people", models.IntegerField(null=True)),
                ("written_at", models.DateTimeField()),
                ("leaf_id", models.BigIntegerField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="EvidenceFreeze",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("frozen_at", models.DateTimeField()),
                ("tree_size", models.BigIntegerField()),
                ("root_hash", models.BinaryField(max_length=32)),
                ("checkpoint", models.TextField(blank=True)),
                ("leaf_id", models.BigIntegerField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="FrozenRecord",
            fields=[
                (
                    "hold",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="frozen",
                        serialize=False,
                        to="strongroom.hold",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("pattern", "breach_overdue")),
                fields=("asker", "purpose"),
                name="breach_overdue_told_once",
            ),
        ),
        migrations.AddField(
            model_name="breach",
            name="officer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="breachstep",
            name="breach",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="strongroom.breach"
            ),
        ),
        migrations.AddField(
            model_name="breachstep",
            name="officer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.CreateModel(
            name="FreezeLift",
            fields=[
                (
                    "freeze",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="lifted",
                        serialize=False,
                        to="strongroom.evidencefreeze",
                    ),
                ),
                ("reason", models.TextField()),
                ("lifted_at", models.DateTimeField()),
                ("leaf_id", models.BigIntegerField(unique=True)),
            ],
        ),
        migrations.AddField(
            model_name="evidencefreeze",
            name="breach",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="freezes", to="strongroom.breach"
            ),
        ),
        migrations.AddField(
            model_name="evidencefreeze",
            name="officer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="frozenrecord",
            name="freeze",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="records",
                to="strongroom.evidencefreeze",
            ),
        ),
        migrations.AddConstraint(
            model_name="breach",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["altered", "disclosed", "intrusion", "lost", "other"])),
                name="breach_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="breach",
            constraint=models.CheckConstraint(
                condition=models.Q(("detected_at__lte", models.F("reported_at"))),
                name="breach_detected_before_reported",
            ),
        ),
        migrations.AddConstraint(
            model_name="breach",
            constraint=models.CheckConstraint(
                condition=models.Q(("people", None), ("people__gte", 0), _connector="OR"),
                name="breach_people_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="breachstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "commissioner",
                            "interim",
                            "people",
                            "people_not",
                            "post_incident",
                            "preliminary",
                            "resolved",
                            "taken_over",
                            "telephone",
                        ],
                    )
                ),
                name="breach_step_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="breachstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("happened_at__lte", models.F("written_at"))),
                name="breach_step_happened_before_written",
            ),
        ),
        migrations.AddConstraint(
            model_name="breachstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "people"), _negated=True),
                    models.Q(("people__isnull", False), ("people__gte", 0)),
                    _connector="OR",
                ),
                name="breach_people_told_counted",
            ),
        ),
        migrations.AddConstraint(
            model_name="breachstep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "resolved")), fields=("breach",), name="breach_resolved_once"
            ),
        ),
        migrations.AddField(
            model_name="freezelift",
            name="officer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        append_only("strongroom_breach"),
        append_only("strongroom_breachstep"),
        append_only("strongroom_evidencefreeze"),
        append_only("strongroom_freezelift"),
        append_only("strongroom_frozenrecord"),
    ]
