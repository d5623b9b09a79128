from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "chopmark.authority.delivery"
    label = "delivery"
