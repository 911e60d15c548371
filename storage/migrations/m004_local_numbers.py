"""The last number given to what was imported: a number is never given twice, also when its owner is forgotten."""

SQL = """
CREATE TABLE _local_numbers (
  kind TEXT PRIMARY KEY CHECK (kind IN ('user', 'community')), last INTEGER NOT NULL
) STRICT;
INSERT INTO _local_numbers SELECT 'user', max(999999999999999, coalesce(max(number), 0)) FROM (
  SELECT max(user_id) AS number FROM aliases UNION ALL SELECT max(id) FROM users);
INSERT INTO _local_numbers SELECT 'community', max(999999999999999, coalesce(max(number), 0)) FROM (
  SELECT max(community_id) AS number FROM aliases UNION ALL SELECT max(id) FROM communities);
"""
