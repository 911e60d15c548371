"""Earlier texts of edited and deleted comments, until purge: ``text`` stood until it was gone at ``until_seen``."""

SQL = """
CREATE TABLE IF NOT EXISTS comment_versions (
  owner_id INTEGER NOT NULL, id INTEGER NOT NULL, until_seen INTEGER NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (owner_id, id, until_seen)
) STRICT;
"""
