from django.apps import AppConfig


class VerificationConfig(AppConfig):
    name = "chopmark.authority.verification"
    label = "verification"
