"""The calculator kinds of wellbeing."""
