from django.apps import AppConfig


class KeymakingConfig(AppConfig):
    name = "chopmark.authority.keymaking"
    label = "keymaking"
