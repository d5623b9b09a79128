from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "chopmark.authority.subscriptions"
    label = "subscriptions"
