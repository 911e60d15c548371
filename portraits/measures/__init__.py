"""Formulas on shares and profiles: pure functions, each with its source; nothing here knows VK or files."""
