"""The things of which a simulated VK is made, as plain records.

Ids are VK's: people positive, communities positive in :class:`Community` and negative as the owner or
author of a post. Times are UTC seconds. Nothing here knows JSON or HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    """One account. ``deactivated`` is ``None``, ``"deleted"`` or ``"banned"``."""

    id: int
    first_name: str
    last_name: str
    sex: int  # 0 unknown, 1 female, 2 male
    bdate: str | None  # "D.M.YYYY", "D.M" or None
    city_id: int | None
    city: str | None
    closed: bool
    deactivated: str | None
    last_seen_at: int | None
    platform: int | None  # 1-7 as VK numbers them
    occupation: str | None  # "work", "school", "university"
    university: str | None
    faculty: str | None
    graduation: int | None
    subscriptions_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Community:
    """One community; ``closed`` 0 open, 1 closed, 2 private; ``wall`` 0 off, 1 open, 2 limited, 3 restricted."""

    id: int
    screen_name: str
    name: str
    kind: str  # "group", "page", "event"
    closed: int
    activity: str
    description: str
    wall: int
    hides_members: bool = False
    deactivated: str | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """What a repost carries of its original (one item of ``copy_history``)."""

    owner_id: int
    id: int
    from_id: int
    date: int
    text: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a post; a deleted one has lost its author and text. ``thread`` holds the replies."""

    id: int
    from_id: int
    date: int
    text: str
    likes: int = 0
    deleted: bool = False
    thread: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """One post of a wall; ``copy_history`` nearest original first."""

    owner_id: int
    id: int
    from_id: int
    date: int
    text: str
    copy_history: tuple[Original, ...] = ()
    is_pinned: bool = False
    is_ad: bool = False
    edited_at: int | None = None
    signer_id: int | None = None
    likers: tuple[int, ...] = ()  # ids of the people who liked it, newest first
    reposters: tuple[int, ...] = ()
    comments: tuple[Comment, ...] = ()
    views: int | None = None  # None: VK did not say
    platform: str | None = None  # "android", "iphone", ...
    attachments: tuple[str, ...] = ()  # types only: "photo", "link", ...


@dataclass(frozen=True, slots=True)
class Truth:
    """What was planted, for tests and the demo to compare with.

    ``interests``: theme keys, in a fixed order. ``person``: person id -> theme -> weight (sums to 1; the
    mixture that shaped the person's own themed posts). ``audience``: community id -> theme -> weight.
    ``demography``: community id -> {"female": share, "age_mean": years, "cities": {title: share}, "blank": share}.
    """

    interests: tuple[str, ...]
    person: dict[int, dict[str, float]] = field(default_factory=dict)
    audience: dict[int, dict[str, float]] = field(default_factory=dict)
    demography: dict[int, dict[str, object]] = field(default_factory=dict)
