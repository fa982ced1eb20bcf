"""Contacts of the demonstration that go into the table by COPY: what such a row holds, in order."""

CONTACT_COLUMNS = (
    "person_id", "prison_id", "kind", "at", "minutes", "by_id", "text", "nomis_type", "recorded_at", "request_id",
    "amended_because",
)  # fmt: skip
