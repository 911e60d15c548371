"""Step 1: the whole schema of the first version."""

SQL = """
CREATE TABLE runs (
  id INTEGER PRIMARY KEY, command TEXT NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER,
  outcome TEXT, settings TEXT NOT NULL DEFAULT '{}', versions TEXT NOT NULL DEFAULT '{}',
  counts TEXT NOT NULL DEFAULT '{}', messages TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE TABLE walks (
  kind TEXT NOT NULL, subject INTEGER NOT NULL, cursor TEXT NOT NULL DEFAULT '', promised INTEGER,
  got INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'open', settings TEXT NOT NULL DEFAULT '',
  started_seen INTEGER, updated_seen INTEGER, finished_seen INTEGER,
  PRIMARY KEY (kind, subject)
) STRICT;
CREATE TABLE gaps (
  kind TEXT NOT NULL, subject INTEGER NOT NULL, state TEXT NOT NULL, code INTEGER,
  message TEXT NOT NULL DEFAULT '', seen INTEGER,
  PRIMARY KEY (kind, subject)
) STRICT;
CREATE TABLE capabilities (
  token_fp TEXT NOT NULL, method TEXT NOT NULL, able INTEGER NOT NULL, code INTEGER, seen INTEGER,
  batch INTEGER,  -- calls of this method in one execute that worked
  PRIMARY KEY (token_fp, method)
) STRICT;
CREATE TABLE quotas (
  token_fp TEXT NOT NULL, method TEXT NOT NULL, hour INTEGER NOT NULL, calls INTEGER NOT NULL,
  PRIMARY KEY (token_fp, method, hour)
) STRICT;
CREATE TABLE audiences (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL,
  kind TEXT NOT NULL DEFAULT 'studied' CHECK (kind IN ('studied', 'baseline')),
  version INTEGER NOT NULL DEFAULT 1, recipe TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE audience_members (
  audience_id INTEGER NOT NULL REFERENCES audiences (id) ON DELETE CASCADE, user_id INTEGER NOT NULL,
  weight REAL NOT NULL, drawn_at INTEGER,
  PRIMARY KEY (audience_id, user_id)
) STRICT;
CREATE TABLE aliases (
  source TEXT NOT NULL, external_id TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('user', 'community')),
  user_id INTEGER, community_id INTEGER,
  PRIMARY KEY (source, external_id, kind)
) STRICT;
CREATE TABLE communities (
  id INTEGER PRIMARY KEY, screen_name TEXT, name TEXT, kind TEXT, closed INTEGER, members_count INTEGER,
  activity TEXT, description TEXT, city_id INTEGER, city TEXT, wall INTEGER,
  state TEXT NOT NULL DEFAULT 'ok', source TEXT NOT NULL DEFAULT 'vk', first_seen INTEGER, last_seen INTEGER
) STRICT;
CREATE TABLE users (
  id INTEGER PRIMARY KEY, state TEXT NOT NULL DEFAULT 'unknown', sex INTEGER, birth_year INTEGER,
  birth_flag TEXT, city_id INTEGER, city TEXT, country_id INTEGER, occupation TEXT, university TEXT,
  faculty TEXT, graduation INTEGER, school_year INTEGER, relation INTEGER, platform INTEGER,
  last_seen_at INTEGER, followers_count INTEGER, source TEXT NOT NULL DEFAULT 'vk',
  first_seen INTEGER, last_seen INTEGER
) STRICT;
CREATE TABLE memberships (
  community_id INTEGER NOT NULL, user_id INTEGER NOT NULL, absent_seen INTEGER, first_seen INTEGER,
  last_seen INTEGER, left_seen INTEGER
) STRICT;
CREATE UNIQUE INDEX memberships_open ON memberships (community_id, user_id) WHERE left_seen IS NULL;
CREATE INDEX memberships_user ON memberships (user_id);
CREATE INDEX memberships_community ON memberships (community_id);
CREATE TABLE subscriptions (
  user_id INTEGER NOT NULL, community_id INTEGER NOT NULL, first_seen INTEGER, last_seen INTEGER,
  PRIMARY KEY (user_id, community_id)
) STRICT;
CREATE TABLE user_states (
  user_id INTEGER NOT NULL, field TEXT NOT NULL, value TEXT, from_seen INTEGER NOT NULL, to_seen INTEGER,
  PRIMARY KEY (user_id, field, from_seen)
) STRICT;
CREATE TABLE community_counts (
  id INTEGER NOT NULL, seen_at INTEGER NOT NULL, members INTEGER, PRIMARY KEY (id, seen_at)
) STRICT;
CREATE TABLE posts (
  owner_id INTEGER NOT NULL, id INTEGER NOT NULL, from_id INTEGER, signer_id INTEGER, published_at INTEGER,
  edited_at INTEGER, text TEXT NOT NULL DEFAULT '', repost_owner_id INTEGER, repost_id INTEGER,
  repost_author_id INTEGER, repost_text TEXT, kind TEXT NOT NULL DEFAULT 'post',
  is_ad INTEGER NOT NULL DEFAULT 0, is_pinned INTEGER NOT NULL DEFAULT 0, platform TEXT, attachments TEXT,
  likes INTEGER, comments INTEGER, reposts INTEGER, views INTEGER,
  first_seen INTEGER, last_seen INTEGER, deleted_seen INTEGER,
  PRIMARY KEY (owner_id, id)
) STRICT;
CREATE INDEX posts_author ON posts (from_id);
CREATE TABLE post_counts (
  owner_id INTEGER NOT NULL, id INTEGER NOT NULL, seen_at INTEGER NOT NULL, likes INTEGER, comments INTEGER,
  reposts INTEGER, views INTEGER, PRIMARY KEY (owner_id, id, seen_at)
) STRICT;
-- Earlier texts of edited posts, until purge: ``text`` stood until it was found changed at ``until_seen``.
CREATE TABLE post_versions (
  owner_id INTEGER NOT NULL, id INTEGER NOT NULL, until_seen INTEGER NOT NULL, edited_at INTEGER,
  text TEXT NOT NULL, PRIMARY KEY (owner_id, id, until_seen)
) STRICT;
CREATE TABLE comments (
  owner_id INTEGER NOT NULL, id INTEGER NOT NULL, post_id INTEGER NOT NULL, thread_id INTEGER,
  reply_to_user INTEGER, from_id INTEGER, published_at INTEGER, text TEXT NOT NULL DEFAULT '', likes INTEGER,
  deleted INTEGER NOT NULL DEFAULT 0, first_seen INTEGER, last_seen INTEGER,
  PRIMARY KEY (owner_id, id)
) STRICT;
CREATE INDEX comments_author ON comments (from_id);
CREATE INDEX comments_post ON comments (owner_id, post_id);
CREATE TABLE likes (
  owner_id INTEGER NOT NULL, item_kind TEXT NOT NULL CHECK (item_kind IN ('post', 'comment')),
  item_id INTEGER NOT NULL, user_id INTEGER NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('like', 'repost')),
  first_seen INTEGER, PRIMARY KEY (owner_id, item_kind, item_id, user_id, kind)
) STRICT;
CREATE TABLE optouts (user_key TEXT PRIMARY KEY) STRICT;
CREATE TABLE documents (
  doc_id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('post', 'comment', 'profile')),
  part TEXT NOT NULL CHECK (part IN ('own', 'reposted')), owner_id INTEGER NOT NULL, item_id INTEGER NOT NULL,
  author_id INTEGER, published_at INTEGER, lang TEXT, copy_of INTEGER, lemmas TEXT NOT NULL, pos TEXT NOT NULL,
  n_lemmas INTEGER NOT NULL, recipe TEXT NOT NULL, input TEXT NOT NULL,
  UNIQUE (kind, part, owner_id, item_id)
) STRICT;
CREATE INDEX documents_author ON documents (author_id);
CREATE TABLE forms (
  form TEXT PRIMARY KEY, candidates TEXT NOT NULL, known INTEGER NOT NULL, recipe TEXT NOT NULL
) STRICT;
CREATE TABLE entities (
  doc_id INTEGER NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY (doc_id, type, name)
) STRICT;
CREATE TABLE _entity_marks (doc_id INTEGER PRIMARY KEY, recipe TEXT NOT NULL, input TEXT NOT NULL) STRICT;
CREATE TABLE topic_models (
  id INTEGER PRIMARY KEY, unit TEXT NOT NULL, n_topics INTEGER NOT NULL, seed INTEGER NOT NULL,
  engine TEXT NOT NULL, settings TEXT NOT NULL, coherence REAL, perplexity REAL, stability REAL,
  current INTEGER NOT NULL DEFAULT 0, arrays BLOB NOT NULL, recipe TEXT NOT NULL DEFAULT '',
  input TEXT NOT NULL DEFAULT '', n_documents INTEGER NOT NULL DEFAULT 0, n_terms INTEGER NOT NULL DEFAULT 0,
  n_left_out INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX topic_models_current ON topic_models (current) WHERE current = 1;
CREATE TABLE topic_fits (
  model_id INTEGER NOT NULL REFERENCES topic_models (id) ON DELETE CASCADE, k INTEGER NOT NULL,
  seed INTEGER NOT NULL, npmi REAL, c_v REAL, diversity REAL, stability REAL, perplexity REAL,
  kept INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (model_id, k, seed)
) STRICT;
CREATE TABLE terms (
  model_id INTEGER NOT NULL REFERENCES topic_models (id) ON DELETE CASCADE, term_id INTEGER NOT NULL,
  term TEXT NOT NULL, pos TEXT NOT NULL, df INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (model_id, term_id)
) STRICT;
CREATE TABLE dropped_terms (
  model_id INTEGER NOT NULL REFERENCES topic_models (id) ON DELETE CASCADE, term TEXT NOT NULL,
  df INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (model_id, term, reason)
) STRICT;
CREATE TABLE topics (
  model_id INTEGER NOT NULL REFERENCES topic_models (id) ON DELETE CASCADE, topic INTEGER NOT NULL,
  label TEXT NOT NULL, named_by TEXT NOT NULL, share REAL, npmi REAL, c_v REAL, exclusivity REAL,
  stability REAL, words TEXT NOT NULL, PRIMARY KEY (model_id, topic)
) STRICT;
CREATE TABLE doc_topics (
  model_id INTEGER NOT NULL REFERENCES topic_models (id) ON DELETE CASCADE, doc_id INTEGER NOT NULL,
  topic INTEGER NOT NULL, weight REAL NOT NULL, PRIMARY KEY (model_id, doc_id, topic)
) STRICT;
CREATE TABLE user_topics (
  model_id INTEGER NOT NULL REFERENCES topic_models (id) ON DELETE CASCADE, user_id INTEGER NOT NULL,
  signal TEXT NOT NULL CHECK (signal IN ('wrote', 'reposted', 'commented', 'liked', 'member')),
  topic INTEGER NOT NULL, weight REAL NOT NULL, n_docs INTEGER NOT NULL, n_lemmas INTEGER NOT NULL,
  input TEXT NOT NULL, PRIMARY KEY (model_id, user_id, signal, topic)
) STRICT;
CREATE TABLE community_topics (
  model_id INTEGER NOT NULL REFERENCES topic_models (id) ON DELETE CASCADE, community_id INTEGER NOT NULL,
  signal TEXT NOT NULL CHECK (signal IN ('wrote', 'member')), topic INTEGER NOT NULL, weight REAL NOT NULL,
  n_docs INTEGER NOT NULL, n_lemmas INTEGER NOT NULL, n_people INTEGER NOT NULL, input TEXT NOT NULL,
  PRIMARY KEY (model_id, community_id, signal, topic)
) STRICT;
CREATE TABLE segmentations (
  id INTEGER PRIMARY KEY, model_id INTEGER, n_segments INTEGER NOT NULL, seed INTEGER NOT NULL,
  settings TEXT NOT NULL, quality REAL, stability REAL, current INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE segments (
  segmentation_id INTEGER NOT NULL REFERENCES segmentations (id) ON DELETE CASCADE, segment INTEGER NOT NULL,
  label TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (segmentation_id, segment)
) STRICT;
CREATE TABLE user_segments (
  segmentation_id INTEGER NOT NULL REFERENCES segmentations (id) ON DELETE CASCADE, user_id INTEGER NOT NULL,
  segment INTEGER NOT NULL, weight REAL NOT NULL, PRIMARY KEY (segmentation_id, user_id)
) STRICT;
CREATE TABLE portraits (
  id INTEGER PRIMARY KEY, created_at INTEGER NOT NULL, language TEXT NOT NULL, model_id INTEGER,
  settings TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL
) STRICT;
CREATE TABLE portrait_numbers (
  portrait_id INTEGER NOT NULL REFERENCES portraits (id) ON DELETE CASCADE, section TEXT NOT NULL,
  key TEXT NOT NULL, audience_id INTEGER NOT NULL DEFAULT 0, value REAL, lo REAL, hi REAL, n INTEGER,
  base INTEGER, q REAL, method TEXT NOT NULL DEFAULT '', base_view TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (portrait_id, section, key, audience_id)
) STRICT;
CREATE TABLE experiments (
  id INTEGER PRIMARY KEY, audience_id INTEGER, created_at INTEGER NOT NULL, design TEXT NOT NULL
) STRICT;
CREATE TABLE assignments (
  experiment_id INTEGER NOT NULL REFERENCES experiments (id) ON DELETE CASCADE, user_id INTEGER NOT NULL,
  arm TEXT NOT NULL, PRIMARY KEY (experiment_id, user_id)
) STRICT;
CREATE VIEW v_texts AS
  SELECT 'post' AS kind, 'own' AS part, owner_id, id AS item_id, from_id AS author_id, published_at, text
    FROM posts WHERE text <> ''
  UNION ALL
  SELECT 'post', 'reposted', owner_id, id, from_id, published_at, repost_text
    FROM posts WHERE repost_text IS NOT NULL AND repost_text <> ''
  UNION ALL
  SELECT 'comment', 'own', owner_id, id, from_id, published_at, text FROM comments WHERE text <> '';
CREATE VIEW v_members_now AS
  SELECT m.community_id, m.user_id, u.state, u.sex, u.birth_year, u.city, u.last_seen_at
    FROM memberships m LEFT JOIN users u ON u.id = m.user_id WHERE m.left_seen IS NULL;
CREATE VIEW v_coverage AS
  SELECT w.kind, w.subject, w.state, w.promised, w.got, g.state AS refused, g.code, g.message
    FROM walks w LEFT JOIN gaps g ON g.kind = w.kind AND g.subject = w.subject;
CREATE VIEW v_topics AS
  SELECT t.topic, t.label, t.share, t.npmi, t.stability, t.words
    FROM topics t JOIN topic_models m ON m.id = t.model_id WHERE m.current = 1;
CREATE VIEW v_portrait_latest AS
  SELECT n.* FROM portrait_numbers n WHERE n.portrait_id = (SELECT max(id) FROM portraits);
"""
