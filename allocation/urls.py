"""Allocation's addresses, below a prison's code."""

from django.urls import path

from allocation.views import allocate, dashboard, engagements, mine, notice, poms

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
    path("allocation/cases/", dashboard.cases, name="cases"),
    path("allocation/poms/", dashboard.poms, name="poms"),
    path("allocation/poms/<int:staff>/", poms.pom, name="pom"),
    path("allocation/poms/<int:staff>/profile/", poms.pom_profile, name="pom-profile"),
]
