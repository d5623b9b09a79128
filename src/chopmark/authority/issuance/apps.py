from django.apps import AppConfig


class IssuanceConfig(AppConfig):
    name = "chopmark.authority.issuance"
    label = "issuance"
