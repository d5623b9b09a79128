from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "chopmark.authority.custody"
    label = "custody"
