"""Wellbeing's pages."""
