from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Made-up people for demo, tests and benchmark. The only place besides the deeds that writes."""

    name = "demo"
