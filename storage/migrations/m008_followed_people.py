"""People whom people follow, as ``subscriptions`` holds the communities: both come with one answer."""

SQL = """
CREATE TABLE IF NOT EXISTS followed_people (
  user_id INTEGER NOT NULL, followed_id INTEGER NOT NULL, first_seen INTEGER, last_seen INTEGER,
  PRIMARY KEY (user_id, followed_id)
) STRICT;
"""
