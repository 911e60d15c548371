"""Which comments and likes of a post were read, and what its counter said then.

Rows alone cannot tell: as many may have gone as have come. What was read whole before this step is taken as read.
"""

SQL = """
CREATE TABLE IF NOT EXISTS _readings (
  owner_id INTEGER NOT NULL, post_id INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('comments', 'like', 'repost')), counted INTEGER, read_seen INTEGER NOT NULL,
  PRIMARY KEY (owner_id, post_id, kind)
) STRICT;
INSERT OR IGNORE INTO _readings SELECT owner_id, id, 'comments', comments, coalesce(last_seen, 0) FROM posts AS p
  WHERE comments BETWEEN 1 AND
    (SELECT count(*) FROM comments AS c WHERE c.owner_id = p.owner_id AND c.post_id = p.id);
INSERT OR IGNORE INTO _readings SELECT owner_id, id, 'like', likes, coalesce(last_seen, 0) FROM posts AS p
  WHERE likes BETWEEN 1 AND (SELECT count(*) FROM likes AS l WHERE l.owner_id = p.owner_id
    AND l.item_kind = 'post' AND l.item_id = p.id AND l.kind = 'like');
INSERT OR IGNORE INTO _readings SELECT owner_id, id, 'repost', reposts, coalesce(last_seen, 0) FROM posts AS p
  WHERE reposts BETWEEN 1 AND (SELECT count(*) FROM likes AS l WHERE l.owner_id = p.owner_id
    AND l.item_kind = 'post' AND l.item_id = p.id AND l.kind = 'repost');
"""
