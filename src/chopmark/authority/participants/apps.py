from django.apps import AppConfig


class ParticipantsConfig(AppConfig):
    name = "chopmark.authority.participants"
    label = "participants"
