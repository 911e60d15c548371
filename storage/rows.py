"""Rows of the study file as named tuples: one class a table, field names equal column names.

Tuples, because a walk makes one for everything it reads: a frozen dataclass takes three times as long to make.

Ids are VK's: people positive, communities positive in ``Community.id`` and negative as owners and authors.
Times are UTC seconds: ``*_at`` when it happened, ``*_seen`` when we saw it.
"""

from __future__ import annotations

from typing import NamedTuple


class Community(NamedTuple):
    """One community; ``closed`` 0 open, 1 closed, 2 private; ``state`` ``ok`` or why it cannot be read."""

    id: int
    screen_name: str | None = None
    name: str | None = None
    kind: str | None = None
    closed: int | None = None
    members_count: int | None = None
    activity: str | None = None
    description: str | None = None
    city_id: int | None = None
    city: str | None = None
    wall: int | None = None
    state: str = "ok"
    source: str = "vk"


class User(NamedTuple):
    """One person. ``state``: ok, closed, deleted, banned, unknown. No name, photo or contact is ever stored.

    ``birth_year`` is None when hidden; ``birth_flag``: full, day_only, none, unlikely.
    """

    id: int
    state: str = "ok"
    sex: int | None = None
    birth_year: int | None = None
    birth_flag: str | None = None
    city_id: int | None = None
    city: str | None = None
    country_id: int | None = None
    occupation: str | None = None
    university: str | None = None
    faculty: str | None = None
    graduation: int | None = None
    school_year: int | None = None
    relation: int | None = None
    platform: int | None = None
    last_seen_at: int | None = None
    followers_count: int | None = None
    source: str = "vk"


DELETED = "deleted"
"""The ``kind`` of a post of which is told only that it is gone."""


class Post(NamedTuple):
    """One post of a wall; ``text`` is VK's string. A repost keeps its nearest original apart."""

    owner_id: int
    id: int
    from_id: int | None = None
    signer_id: int | None = None
    published_at: int | None = None
    edited_at: int | None = None
    text: str = ""
    repost_owner_id: int | None = None
    repost_id: int | None = None
    repost_author_id: int | None = None
    repost_text: str | None = None
    kind: str = "post"
    is_ad: int = 0
    is_pinned: int = 0
    platform: str | None = None
    attachments: str | None = None
    likes: int | None = None
    comments: int | None = None
    reposts: int | None = None
    views: int | None = None


class FilePost(NamedTuple):
    """What a file tells of a post: a column of ``posts`` that is not here stays as it is."""

    owner_id: int
    id: int
    from_id: int
    published_at: int | None
    text: str
    repost_text: str | None = None
    likes: int | None = None
    comments: int | None = None
    reposts: int | None = None
    views: int | None = None


class Comment(NamedTuple):
    """One comment; a deleted one has no author and no text."""

    owner_id: int
    id: int
    post_id: int
    thread_id: int | None = None
    reply_to_user: int | None = None
    from_id: int | None = None
    published_at: int | None = None
    text: str = ""
    likes: int | None = None
    deleted: int = 0


class Walk(NamedTuple):
    """One resumable traversal. ``state``: open, done, short (VK gave less than it promised), refused, parked.

    ``cursor`` is the walk's own text (JSON); ``promised`` VK's last ``count``; ``got`` distinct items stored.
    """

    kind: str
    subject: int
    cursor: str = ""
    promised: int | None = None
    got: int = 0
    state: str = "open"
    settings: str = ""
    started_seen: int | None = None
    updated_seen: int | None = None
    finished_seen: int | None = None


class Gap(NamedTuple):
    """Something VK refused: ``kind`` of walk, ``subject``, ``state`` (closed, private, hidden_members ...)."""

    kind: str
    subject: int
    state: str
    code: int | None = None
    message: str = ""
    seen: int | None = None


class Audience(NamedTuple):
    """A named set of people; ``definition`` is JSON: {"any": [community ids]}, {"all": [...]}, {"people": n} ..."""

    name: str
    definition: str
    kind: str = "studied"
    id: int | None = None
    version: int = 1
    recipe: str = ""


class Text(NamedTuple):
    """One text to lemmatize, as ``nlp`` sees it: where it is from and its present document, if any."""

    kind: str  # post, comment
    part: str  # own, reposted
    owner_id: int
    item_id: int
    author_id: int | None
    published_at: int | None
    text: str


class Document(NamedTuple):
    """One lemmatized text: ``lemmas`` and ``pos`` space separated, aligned, every word in order."""

    kind: str
    part: str
    owner_id: int
    item_id: int
    author_id: int | None
    published_at: int | None
    lang: str | None
    copy_of: int | None
    lemmas: str
    pos: str
    n_lemmas: int
    recipe: str
    input: str
    doc_id: int | None = None


class Form(NamedTuple):
    """One distinct word form: ``candidates`` is JSON [[lemma, part of speech], ...], best first."""

    form: str
    candidates: str
    known: int
    recipe: str


class TopicModel(NamedTuple):
    """One fitted model; ``arrays`` is a numpy .npz without pickle (lambda, alpha, eta, vocabulary)."""

    unit: str
    n_topics: int
    seed: int
    engine: str
    settings: str
    coherence: float | None
    perplexity: float | None
    stability: float | None
    arrays: bytes
    recipe: str = ""
    input: str = ""
    n_documents: int = 0
    n_terms: int = 0
    n_left_out: int = 0
    current: int = 0
    id: int | None = None


class Term(NamedTuple):
    """One word of the model's vocabulary with its document frequency (units of the model)."""

    model_id: int
    term_id: int
    term: str
    pos: str
    df: int
    n: int


class Topic(NamedTuple):
    """One topic: ``words`` JSON [[term, probability], ...] best first; ``share`` mean over people; ``stable`` whether
    it comes back when the fit is repeated, None where that was not measured.
    """

    model_id: int
    topic: int
    label: str
    named_by: str
    share: float | None
    npmi: float | None
    c_v: float | None
    exclusivity: float | None
    stability: float | None
    words: str
    stable: int | None = None


class UserTopic(NamedTuple):
    """One weight of a person's profile; the weights of one (model, person, signal) sum to 1."""

    model_id: int
    user_id: int
    signal: str
    topic: int
    weight: float
    n_docs: int
    n_lemmas: int
    input: str


class CommunityTopic(NamedTuple):
    """One weight of a community's profile: ``signal`` ``wrote`` (its own wall) or ``member`` (mean of its people)."""

    model_id: int
    community_id: int
    signal: str
    topic: int
    weight: float
    n_docs: int
    n_lemmas: int
    n_people: int
    input: str


class PortraitNumber(NamedTuple):
    """One number of a report with its provenance: interval [lo, hi] (95 %), ``n`` counted, ``base`` out of."""

    section: str
    key: str
    audience_id: int | None
    value: float | None
    lo: float | None = None
    hi: float | None = None
    n: int | None = None
    base: int | None = None
    q: float | None = None
    method: str = ""
    base_view: str = ""
