from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "chopmark.authority.catalogue"
    label = "catalogue"
