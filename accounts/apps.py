from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Floor 1: who works here, in which team, who may do what, what they did."""

    name = "accounts"
