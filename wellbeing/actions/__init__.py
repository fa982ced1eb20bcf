"""Everything that wellbeing writes."""
