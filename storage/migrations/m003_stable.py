"""Whether a topic comes back when the fit is repeated: 1, 0, or nothing where it was not measured."""

SQL = """
ALTER TABLE topics ADD COLUMN stable INTEGER;
DROP VIEW v_topics;
CREATE VIEW v_topics AS
  SELECT t.topic, t.label, t.share, t.npmi, t.stability, t.words, t.stable
    FROM topics t JOIN topic_models m ON m.id = t.model_id WHERE m.current = 1;
"""
