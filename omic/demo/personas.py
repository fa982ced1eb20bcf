"""Who can sign in to the demonstration. All of them, and their prisons, are fictional."""

from dataclasses import dataclass

from omic.models import Role

PASSWORD = "demonstration only"  # noqa: S105 - shown on the sign-in page of the demonstration, which has fictional people
LOCAL, WOMENS, TRAINER = "AXC", "WXF", "OXM"


@dataclass(frozen=True, slots=True)
class Persona:
    """One sign-in: who, in which role, where, and what they would do first."""

    username: str
    forename: str
    surname: str
    role: Role
    prison: str
    does: str


PERSONAS = (
    Persona("key.worker", "Kit", "Okafor", Role.KEY_WORKER, LOCAL, "Log a key work session with one of your people"),
    Persona("wing.officer", "Wyn", "Pryce", Role.WING_OFFICER, LOCAL, "Find somebody on your wing"),
    Persona("key.work.manager", "Maxine", "Adeyemi", Role.KEY_WORK_MANAGER, LOCAL, "See whose sessions are overdue"),
    Persona("pom", "Priya", "Thornbury", Role.POM, LOCAL, "Read what a key worker passed on about risk"),
    Persona("homd", "Harriet", "Voss", Role.HOMD, LOCAL, "Allocate a POM to whoever has waited longest"),
    Persona("homs", "Sol", "Whitcombe", Role.HOMS, LOCAL, "Import a roll and decide what is held"),
    Persona("administrator", "Ada", "Fenwright", Role.CASE_ADMINISTRATOR, LOCAL, "Complete missing details"),
    Persona("safer.custody", "Sana", "Brook", Role.SAFER_CUSTODY, LOCAL, "Read tonight's compliance email"),
    Persona("governor", "Gethin", "Marsh", Role.GOVERNOR, LOCAL, "See the whole picture"),
    Persona("key.worker.women", "Keira", "Hallam", Role.KEY_WORKER, WOMENS, "Log this month's session"),
    Persona("wing.officer.women", "Wanda", "Farrow", Role.WING_OFFICER, WOMENS, "Tick off today’s wellbeing checks"),
    Persona("safer.custody.women", "Sorrel", "Adair", Role.SAFER_CUSTODY, WOMENS, "Review who is checked daily"),
    Persona("homd.women", "Hattie", "Quill", Role.HOMD, WOMENS, "See women of high complexity with their POMs"),
    Persona("homd.trainer", "Hugo", "Rennick", Role.HOMD, TRAINER, "See handovers due in the next eight weeks"),
    Persona("pgd", "Petra", "Lindqvist", Role.PGD, "", "Look into the prisons of the group"),
)
