"""Sketches of documents, by which near copies are found without comparing every text with every other."""

SQL = """
CREATE TABLE _sketches (
  doc_id INTEGER PRIMARY KEY, recipe TEXT NOT NULL, made_of TEXT NOT NULL, bands BLOB NOT NULL,
  placed INTEGER NOT NULL DEFAULT 0
) STRICT;
"""
