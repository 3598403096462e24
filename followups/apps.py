from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    """Floor 3: what we said we would do next, and the worker that keeps us to it."""

    name = "followups"
