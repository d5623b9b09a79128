from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "chopmark.authority.kernel"
    label = "kernel"
