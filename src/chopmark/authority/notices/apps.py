from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "chopmark.authority.notices"
    label = "notices"
