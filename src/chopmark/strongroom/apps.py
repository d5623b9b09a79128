from django.apps import AppConfig


class StrongroomConfig(AppConfig):
    name = "chopmark.strongroom"
    label = "strongroom"
