from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "chopmark.authority.audit"
    label = "audit"
