from django.apps import AppConfig


class RevocationConfig(AppConfig):
    name = "chopmark.authority.revocation"
    label = "revocation"
