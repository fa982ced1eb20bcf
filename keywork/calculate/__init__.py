"""The calculator kinds of key work."""
