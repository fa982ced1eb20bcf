"""Addresses of handover, below a prison's code."""

from django.urls import path

from handover import adoption_pages, duty_pages, early_pages, override_pages, views, what_if
from handover.early_stages import LISTS as EARLY_LISTS
from handover.queries import LISTS

app_name = "handover"
_VERSION = "policy/<str:version>"
urlpatterns = [
    *(path(f"handovers/{row.key}/", views.handovers, {"key": row.key}, name=row.key) for row in LISTS),
    path("people/<uuid:ref>/handover/record/", views.record, name="record"),
    path("people/<uuid:ref>/override/", override_pages.override, name="override"),
    path("people/<uuid:ref>/override/ask/", override_pages.ask, name="override-ask"),
    path("people/<uuid:ref>/override/<int:number>/decide/", override_pages.decide, name="override-decide"),
    path("people/<uuid:ref>/override/<int:number>/end/", override_pages.end, name="override-end"),
    path("people/<uuid:ref>/early-allocation/", early_pages.early_allocation, name="early"),
    path("people/<uuid:ref>/early-allocation/assess/", early_pages.assess, name="early-assess"),
    path("people/<uuid:ref>/early-allocation/<int:number>/approve/", early_pages.approve, name="early-approve"),
    path("people/<uuid:ref>/early-allocation/<int:number>/refer/", early_pages.refer, name="early-refer"),
    path("people/<uuid:ref>/early-allocation/<int:number>/decide/", early_pages.decide, name="early-decide"),
    path("people/<uuid:ref>/early-allocation/<int:number>/withdraw/", early_pages.withdraw, name="early-withdraw"),
    path("people/<uuid:ref>/early-allocation/<int:number>/referral/", early_pages.referral, name="early-referral"),
    *(
        path(
            f"handovers/early-allocation/{stage}/", early_pages.early_list, {"stage": stage}, name=f"early-{stage}-list"
        )
        for stage in EARLY_LISTS
    ),
    path("people/<uuid:ref>/what-if/", what_if.what_if, name="what-if"),
    path("people/<uuid:ref>/duties/new/", duty_pages.open_by_hand, name="open-duty"),
    path("duties/<int:number>/", duty_pages.duty, name="duty"),
    path("duties/<int:number>/done/", duty_pages.record_done, name="duty-done"),
    path("duties/<int:number>/not-needed/", duty_pages.not_needed, name="duty-not-needed"),
    path("duties/<int:number>/in-error/", duty_pages.in_error, name="duty-in-error"),
    path("policy/", adoption_pages.policy, name="policy"),
    path("policy/planned/<int:number>/withdraw/", adoption_pages.withdraw, name="withdraw-adoption"),
    path(f"{_VERSION}/adopt/", adoption_pages.adopt, name="adopt"),
    *(
        path(f"{_VERSION}/{part}/", adoption_pages.preview_list, {"part": part}, name=f"preview-{part}")
        for part in adoption_pages.PARTS
    ),
    path("people/<uuid:ref>/policy/<str:version>/", adoption_pages.preview_person, name="preview-person"),
]
