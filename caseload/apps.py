from django.apps import AppConfig


class CaseloadConfig(AppConfig):
    """Floor 2: who we walk with and what happened."""

    name = "caseload"
