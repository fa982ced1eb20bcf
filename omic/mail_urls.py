"""The addresses of emails and runs, below a prison's code."""

from django.urls import path

from omic import mailbox, run_pages

urls = [
    path("mail/", mailbox.mail, name="mail"),
    path("mail/<int:number>/", mailbox.message, name="mail-message"),
    path("mail/recipients/new/", mailbox.approve, name="mail-approve"),
    path("mail/recipients/<int:number>/end/", mailbox.end, name="mail-end"),
    path("runs/", run_pages.runs, name="runs"),
]
