from django.apps import AppConfig


class KeyworkConfig(AppConfig):
    name = "keywork"
    default_auto_field = "django.db.models.BigAutoField"
