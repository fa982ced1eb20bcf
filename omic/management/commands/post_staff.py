"""Gives somebody a sign-in and a role: how the first HOMS of a new installation comes in."""

from argparse import ArgumentParser
from datetime import date
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from omic import clock
from omic.audit import Actor
from omic.models import Posting, Prison, Role, Staff, Wing
from omic.postings import PostingRefusedError, end_posting, post_staff


class Command(BaseCommand):
    help = "Post somebody to a role in a prison (or a prison group, or nationally), making their sign-in if need be."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--prison", metavar="CODE")
        parser.add_argument("--wing", metavar="CODE")
        parser.add_argument("--group", default="", help="the prison group of a PGD office")
        parser.add_argument("--from", dest="starts_on", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--until", dest="ends_on", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--end", action="store_true", help="end the posting on the day given by --until, or today")
        parser.add_argument("--forename", help="for a new sign-in")
        parser.add_argument("--surname", help="for a new sign-in")
        parser.add_argument("--email", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        prison = self._prison(options["prison"])
        if options["end"]:
            self._end(prison, options)
            return
        try:
            posting = post_staff(
                staff=self._staff(options),
                role=Role(options["role"]),
                prison=prison,
                wing=self._wing(prison, options["wing"]),
                group=options["group"],
                starts_on=options["starts_on"] or clock.today(),
                ends_on=options["ends_on"],
                by=Actor(job="post_staff"),
                at=clock.now(),
            )
        except PostingRefusedError as error:
            raise CommandError(str(error)) from None
        place = posting.prison or posting.group or "nationally"
        self.stdout.write(f"{posting.staff} is {posting.get_role_display()}, {place}, from {posting.starts_on}.")

    def _end(self, prison: Prison | None, options: dict[str, Any]) -> None:
        on = options["ends_on"] or clock.today()
        rows = Posting.objects.on(on).filter(staff__username=options["username"], role=options["role"], prison=prison)
        if not rows:
            raise CommandError("No such posting stands on that day.")
        for posting in rows:
            try:
                end_posting(posting=posting, ends_on=on, by=Actor(job="post_staff"), at=clock.now())
            except PostingRefusedError as error:
                raise CommandError(str(error)) from None
        self.stdout.write(f"Ended on {on}.")

    def _prison(self, code: str | None) -> Prison | None:
        if code is None:
            return None
        prison = Prison.objects.filter(pk=code.upper()).first()
        if prison is None:
            raise CommandError(f"There is no prison with the code {code}.")
        return prison

    def _wing(self, prison: Prison | None, code: str | None) -> Wing | None:
        if code is None:
            return None
        wing = Wing.objects.filter(prison=prison, code=code).first()
        if wing is None:
            raise CommandError(f"{prison or 'Without a prison there'} has no wing {code}.")
        return wing

    def _staff(self, options: dict[str, Any]) -> Staff:
        known = Staff.objects.filter(username=options["username"]).first()
        if known:
            return known
        if not (options["forename"] and options["surname"]):
            raise CommandError("A new sign-in needs --forename and --surname.")
        return Staff.objects.create_user(
            options["username"],
            getpass("Password of the new sign-in: "),
            forename=options["forename"],
            surname=options["surname"],
            email=options["email"],
        )
