"""The addresses of wellbeing, below a prison's."""

from django.urls import path

from wellbeing.views import assurance, cohorts, days_out, missed, paper, person, roster, safety, self_harm, suspensions

app_name = "wellbeing"
urlpatterns = [
    path("wellbeing/", roster.wings, name="wings"),
    path("wellbeing/roster/<str:wing>/", roster.sheet, name="roster"),
    path("people/<uuid:ref>/check/", person.check, name="check"),
    path("people/<uuid:ref>/checks/<int:contact>/undo/", person.undo, name="undo-check"),
    path("wellbeing/missed/", missed.missed, name="missed"),
    path("wellbeing/missed/today/", missed.not_seen, name="not-seen"),
    path("wellbeing/missed/<int:duty>/", missed.follow_up, name="follow-up"),
    path("wellbeing/suspensions/", suspensions.suspensions, name="suspensions"),
    path("wellbeing/suspensions/ask/", suspensions.ask, name="suspension-ask"),
    path("wellbeing/suspensions/<int:number>/answer/", suspensions.decide, name="suspension-decide"),
    path("wellbeing/suspensions/<int:number>/withdraw/", suspensions.withdraw, name="suspension-withdraw"),
    path("wellbeing/cohorts/", cohorts.due, name="cohorts"),
    path("wellbeing/cohorts/daily/", cohorts.daily, name="cohort-daily"),
    path("wellbeing/cohorts/stepped-down/", cohorts.stepped_down, name="cohort-stepped-down"),
    path("wellbeing/cohorts/everyone/", cohorts.everyone, name="cohort-everyone"),
    path("wellbeing/cohorts/decisions/", cohorts.history, name="cohort-history"),
    path("wellbeing/cohorts/decisions/<int:decision>/withdraw/", cohorts.withdraw, name="withdraw-cohort"),
    path("people/<uuid:ref>/checks/decide/", cohorts.decide, name="decide-cohort"),
    path("people/<uuid:ref>/checks/refer/", cohorts.refer, name="refer"),
    path("people/<uuid:ref>/checks/told/", cohorts.told, name="told"),
    path("wellbeing/copy/", paper.take_copy, name="roster-copy"),
    path("wellbeing/roster/<str:wing>/print/", paper.print_roster, name="print-roster"),
    path("wellbeing/roster/<str:wing>/paper/", paper.enter_paper, name="enter-paper"),
    path("wellbeing/safety/", safety.safety, name="safety"),
    path("wellbeing/safety/incidents/", safety.incidents, name="incidents"),
    path("wellbeing/self-harm/<int:incident>/withdraw/", self_harm.withdraw, name="withdraw-self-harm"),
    path("people/<uuid:ref>/self-harm/new/", self_harm.record, name="record-self-harm"),
    path("wellbeing/assurance/", assurance.assurance, name="assurance"),
    path("wellbeing/assurance/rows/<str:figure>/", assurance.rows, name="assurance-rows"),
    path("people/<uuid:ref>/day-out/", days_out.day_out, name="day-out"),
    path("people/<uuid:ref>/day-out/<int:out>/take-back/", days_out.take_back, name="take-back-day-out"),
]
