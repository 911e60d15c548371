"""The people of all audiences are read in the order of their ids, part by part."""

SQL = """
CREATE INDEX IF NOT EXISTS audience_members_user ON audience_members (user_id);
"""
