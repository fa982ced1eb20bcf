"""Allocation's addresses, below a prison's code."""

from django.urls import path

from allocation.views import allocate, dashboard, engagements, mine, notes, notice, poms, reallocate, screening

app_name = "allocation"
urlpatterns = [
    path("omu/", dashboard.dashboard, name="dashboard"),
    path("duties/", dashboard.duties, name="duties"),
    path("cases/mine/", mine.mine, name="mine"),
    path("cases/mine/duties/", mine.duties, name="my-duties"),
    path("allocation/people/", dashboard.people, name="people"),
    path("allocation/people/<uuid:ref>/", allocate.allocate, name="allocate"),
    path("allocation/people/<uuid:ref>/end/", allocate.end, name="end"),
    path("people/<uuid:ref>/pom/notice/", notice.notice, name="notice"),
    path("people/<uuid:ref>/pom/told/", notice.told, name="told"),
    path("people/<uuid:ref>/engagements/new/", engagements.log, name="log-engagement"),
    path("people/<uuid:ref>/engagements/<int:contact>/", engagements.engagement, name="engagement"),
    path("people/<uuid:ref>/engagements/<int:contact>/amend/", engagements.amend, name="amend-engagement"),
    path("people/<uuid:ref>/engagements/<int:contact>/withdraw/", engagements.withdraw, name="withdraw-engagement"),
    path("people/<uuid:ref>/notes/", notes.case_notes, name="notes"),
    path("people/<uuid:ref>/notes/new/", notes.write, name="note-new"),
    path("people/<uuid:ref>/notes/<int:note>/correct/", notes.amend, name="note-amend"),
    path("people/<uuid:ref>/notes/<int:note>/read/", notes.break_glass, name="note-break"),
    path("people/<uuid:ref>/complexity/", screening.screening, name="screening"),
    path("allocation/cases/", dashboard.cases, name="cases"),
    path("allocation/poms/", dashboard.poms, name="poms"),
    path("allocation/poms/<int:staff>/", poms.pom, name="pom"),
    path("allocation/people/many/", reallocate.unallocated, name="allocate-many"),
    path("allocation/alone/", reallocate.alone, name="alone"),
    path("allocation/poms/<int:staff>/reallocate/", reallocate.from_pom, name="reallocate"),
    path("allocation/poms/<int:staff>/absence/", reallocate.absence, name="pom-absence"),
    path("allocation/absences/<int:absence>/back/", reallocate.back_again, name="pom-back"),
    path("allocation/poms/<int:staff>/profile/", poms.pom_profile, name="pom-profile"),
]
