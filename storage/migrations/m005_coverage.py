"""``v_coverage`` also shows who refused before a walk began: closed people have a gap and no walk."""

SQL = """
DROP VIEW v_coverage;
CREATE VIEW v_coverage AS
  SELECT w.kind, w.subject, w.state, w.promised, w.got, g.state AS refused, g.code, g.message
    FROM walks w LEFT JOIN gaps g ON g.kind = w.kind AND g.subject = w.subject
  UNION ALL
  SELECT g.kind, g.subject, 'refused', NULL, 0, g.state, g.code, g.message
    FROM gaps g WHERE NOT EXISTS (SELECT 1 FROM walks w WHERE w.kind = g.kind AND w.subject = g.subject);
"""
