"""The address of wellbeing that stands above the prisons."""

from django.urls import path

from wellbeing.views import assurance

urlpatterns = [path("", assurance.several, name="assurance-of-several")]
