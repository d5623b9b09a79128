from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "chopmark.look"
    label = "look"
