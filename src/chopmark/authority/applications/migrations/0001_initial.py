from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Application",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=16, unique=True)),
                ("login_id", models.BigIntegerField(db_index=True)),
                ("type_code", models.CharField(max_length=32)),
                (
                    "state",
                    models.CharField(
                        default="begun",
                        max_length=16,
                    ),
                ),
                ("outlet", models.CharField(max_length=16)),
                ("key_source", models.CharField(max_length=16)),
                ("csr", models.BinaryField(null=True)),
                ("spki_sha256", models.BinaryField(max_length=32, null=True)),
                ("agreement", models.CharField(max_length=64)),
                ("nonce", models.BinaryField(max_length=16)),
                ("receipt_id", models.UUIDField(null=True, unique=True)),
                ("receipt", models.TextField(blank=True, default="")),
                ("record_id", models.UUIDField(null=True)),
                ("case_id", models.UUIDField(null=True)),
                ("subject_name", models.CharField(blank=True, default="", max_length=64)),
                ("subject_email", models.CharField(blank=True, default="", max_length=255)),
                ("age_band", models.CharField(blank=True, default="", max_length=16)),
                ("facts", models.JSONField(default=dict)),
                ("begun_at", models.DateTimeField()),
                ("submitted_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("outlet"),
                        models.F("state"),
                        models.F("submitted_at"),
                        name="application_queue",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "begun",
                                    "submitted",
                                    "verified",
                                    "approved",
                                    "issued",
                                    "refused",
                                    "withdrawn",
                                ],
                            )
                        ),
                        name="application_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "key_source__in",
                                [
                                    "authority",
                                    "own",
                                ],
                            )
                        ),
                        name="application_key_source_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("csr__isnull", False),
                            ("key_source", "authority"),
                            _connector="OR",
                        ),
                        name="application_own_key_has_csr",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("spki_sha256__isnull", False),
                            models.Q(
                                (
                                    "state__in",
                                    [
                                        "refused",
                                        "withdrawn",
                                    ],
                                ),
                                _negated=True,
                            ),
                        ),
                        fields=("spki_sha256",),
                        name="application_key_once",
                    ),
                ],
            },
        ),
        # Owned by the column it numbers: whoever may insert an application may draw a number.
        migrations.RunSQL(
            "create sequence applications_number owned by applications_application.reference",
            "drop sequence applications_number",
        ),
    ]
