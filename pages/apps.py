from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Floor 4: every page. No models, no writes."""

    name = "pages"
