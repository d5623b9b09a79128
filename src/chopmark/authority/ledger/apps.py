from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "chopmark.authority.ledger"
    label = "ledger"
