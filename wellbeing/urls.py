"""The addresses of wellbeing, below a prison's."""

from django.urls import URLPattern, URLResolver

app_name = "wellbeing"
urlpatterns: list[URLPattern | URLResolver] = []
