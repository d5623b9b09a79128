from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "chopmark.authority.campaigns"
    label = "campaigns"
