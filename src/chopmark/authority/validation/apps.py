from django.apps import AppConfig


class ValidationConfig(AppConfig):
    name = "chopmark.authority.validation"
    label = "validation"
