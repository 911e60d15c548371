"""What each table of the schema holds. A new migration's table is named here once, and erase, team and merge know it.

``SOCIAL``: what was collected or imported, and what people decided; it cannot be made again from the file.
``DERIVED``: made from the social tables by a stage. ``MACHINE``: of one machine and one key.
"""

from __future__ import annotations

SOCIAL = (
    "communities", "community_counts", "users", "user_states", "memberships", "subscriptions", "followed_people",
    "posts", "post_counts", "post_versions", "_readings", "comments", "comment_versions", "likes", "aliases",
    "_local_numbers", "audiences", "audience_members", "walks", "gaps", "optouts", "experiments", "assignments",
)  # fmt: skip
DERIVED = (
    "entities", "_entity_marks", "_sketches", "documents", "forms", "doc_topics", "user_topics", "community_topics",
    "terms", "dropped_terms", "topics", "topic_fits", "topic_models", "user_segments", "segments", "segmentations",
    "portrait_numbers", "portraits",
)  # fmt: skip
MACHINE = ("runs", "capabilities", "quotas")

OF_TEXTS = ("posts", "post_counts", "post_versions", "_readings", "comments", "comment_versions", "likes")
"""Social tables of what people wrote, and of what was done to it."""
OF_DOCUMENTS = ("entities", "_entity_marks", "_sketches", "doc_topics", "documents")
"""Derived tables with a row for single documents."""
OF_STUDY = ("communities", "community_counts", "audiences", "_local_numbers", "optouts", "experiments", "walks", "gaps")
"""Social tables that hold no single people, or not of them alone."""
