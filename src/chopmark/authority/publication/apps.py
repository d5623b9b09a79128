from django.apps import AppConfig


class PublicationConfig(AppConfig):
    name = "chopmark.authority.publication"
    label = "publication"
