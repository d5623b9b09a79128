"""Laws are tried on a machine that others share: how long one trial takes says nothing."""

from hypothesis import settings

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")
