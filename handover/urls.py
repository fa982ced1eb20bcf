"""Addresses of handover, below a prison's code."""

from django.urls import path

from handover import (
    adoption_pages,
    casework_pages,
    community_pages,
    duty_pages,
    early_pages,
    ldu_pages,
    oasys_pages,
    override_pages,
    parole_pages,
    recall_pages,
    reminder_pages,
    report_pages,
    sending_pages,
    views,
    what_if,
)
from handover.community_lists import LISTS as PIPELINE_LISTS
from handover.early_stages import LISTS as EARLY_LISTS
from handover.queries import LISTS

app_name = "handover"
_VERSION = "policy/<str:version>"
urlpatterns = [
    *(path(f"handovers/{row.key}/", views.handovers, {"key": row.key}, name=row.key) for row in LISTS),
    *(
        path(
            f"handovers/pipeline/{'' if row.key == 'pipeline' else row.key + '/'}",
            community_pages.pipeline,
            {"key": row.key},
            name=row.name,
        )
        for row in PIPELINE_LISTS
    ),
    path("handovers/pipeline/asked/", community_pages.asked, name="community-asked"),
    path("handovers/pipeline/asked/<int:number>/", community_pages.email, name="community-email"),
    path("handovers/pipeline/reminders/", reminder_pages.waiting, name="reminders-waiting"),
    path("handovers/reminders/", reminder_pages.choose, name="reminders"),
    path("handovers/ldus/", ldu_pages.ldus, name="ldus"),
    path("handovers/ldus/new/", ldu_pages.add, name="ldu-add"),
    path("handovers/ldus/<int:number>/mailbox/", ldu_pages.change, name="ldu-change"),
    path("handovers/ldus/<int:number>/mailbox/decide/", ldu_pages.decide, name="ldu-decide"),
    path("handovers/ldus/<int:number>/end/", ldu_pages.end, name="ldu-end"),
    path("people/<uuid:ref>/community/", community_pages.answer, name="community-answer"),
    path("people/<uuid:ref>/community/ask/", community_pages.information, name="community-ask"),
    path("people/<uuid:ref>/handover/", casework_pages.case, name="case"),
    path("people/<uuid:ref>/handover/record/", views.record, name="record"),
    path("people/<uuid:ref>/handover/form/", casework_pages.form_decision, name="form-decision"),
    *(
        path(
            f"people/<uuid:ref>/handover/{kind.replace('_', '-')}/",
            casework_pages.step,
            {"kind": kind},
            f"step-{kind.value}",
        )
        for kind in casework_pages.KINDS
    ),
    path("people/<uuid:ref>/handover/steps/<int:number>/", casework_pages.step_take_back, name="step-take-back"),
    path("people/<uuid:ref>/handover/report/", report_pages.report, name="report"),
    path("people/<uuid:ref>/handover/report/send/", report_pages.send, name="report-send"),
    path("people/<uuid:ref>/handover/report/<int:number>/", report_pages.report_print, name="report-print"),
    path("sending-notes/", sending_pages.owed, name="sending-notes"),
    path("sending-notes/to-read/", sending_pages.unread, name="sending-notes-unread"),
    path("sending-notes/<int:number>/", sending_pages.note, name="sending-note"),
    path("people/<uuid:ref>/sending-notes/<int:number>/", sending_pages.read, name="sending-note-read"),
    path("people/<uuid:ref>/sending-notes/<int:number>/read/", sending_pages.mark_read, name="sending-note-mark"),
    path("people/<uuid:ref>/override/", override_pages.override, name="override"),
    path("people/<uuid:ref>/override/ask/", override_pages.ask, name="override-ask"),
    path("people/<uuid:ref>/override/<int:number>/decide/", override_pages.decide, name="override-decide"),
    path("people/<uuid:ref>/override/<int:number>/end/", override_pages.end, name="override-end"),
    path("people/<uuid:ref>/early-allocation/", early_pages.early_allocation, name="early"),
    path("people/<uuid:ref>/early-allocation/assess/", early_pages.assess, name="early-assess"),
    path("people/<uuid:ref>/early-allocation/stated/", early_pages.withdraw_stated_elsewhere, name="early-stated"),
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
    path("people/<uuid:ref>/oasys/<int:number>/back/", oasys_pages.withdraw, name="oasys-withdraw"),
    path("people/<uuid:ref>/parole/", parole_pages.parole, name="parole"),
    path("people/<uuid:ref>/parole/record/", parole_pages.record, name="parole-record"),
    path("people/<uuid:ref>/parole/<int:number>/back/", parole_pages.withdraw, name="parole-withdraw"),
    path("people/<uuid:ref>/recall/", recall_pages.recall, name="recall"),
    path("people/<uuid:ref>/recall/return/", recall_pages.returned, name="recall-return"),
    path("people/<uuid:ref>/recall/function/", recall_pages.function, name="recall-function"),
    path("people/<uuid:ref>/recall/reviews/new/", recall_pages.review, name="recall-review"),
    path("people/<uuid:ref>/recall/reviews/<int:number>/back/", recall_pages.withdraw, name="recall-review-withdraw"),
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
