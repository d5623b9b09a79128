from django.apps import AppConfig


class TransparencyConfig(AppConfig):
    name = "chopmark.authority.transparency"
    label = "transparency"
