from django.apps import AppConfig


class OmicConfig(AppConfig):
    """The project and its shared kernel."""

    name = "omic"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Loads the Celery application, so that tasks bind to it in every process.
        from omic import celery  # noqa: F401
