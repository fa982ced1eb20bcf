"""What contact in the women's estate misses when it is not recorded."""

from django.db.models import Q

from omic.missing import Missing
from omic.models import SENTENCED_STATUSES, Estate

# ED-15 lists women whose complexity is not assessed. Whoever is sentenced has to be screened (AL-23); on remand a woman
# gets a key worker whatever her complexity (KW-15), and nobody owes her a screening.
MISSING = (
    Missing(
        "complexity",
        "Complexity of need",
        "Whether she is owed her POM’s extra time: until a POM or the HOMD screens her she has a key worker",
        lambda _on: Q(prison__estate=Estate.WOMEN, legal_status__in=SENTENCED_STATUSES, complexity=None),
        women=True,
    ),
)
