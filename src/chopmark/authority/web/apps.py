from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "chopmark.authority.web"
    label = "web"
