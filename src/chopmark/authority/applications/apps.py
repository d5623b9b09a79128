from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "chopmark.authority.applications"
    label = "applications"
