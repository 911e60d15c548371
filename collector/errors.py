"""What VK's refusals mean to the loop that meets them.

VkError(method, code, message)   no token and no parameters inside
├─ VkRetry      try again after a pause
│  └─ VkHeavy   try again once: what breaks like this mostly breaks again
├─ VkShrink     ask for less at once
├─ VkSkip       this subject cannot be read; a gap with its state, the walk goes on
├─ VkIncapable  this token can never call this method
├─ VkQuota      park the method for this token
├─ VkStop       a human is needed; the cursor is safe
└─ VkBug        our request is wrong
"""

from __future__ import annotations

from storage import AudienceError

# States of a VkSkip that say nothing about the subject: VK gave no reason, or one that nobody knows.
FAILED = "failed"
INCONCLUSIVE = (FAILED, "unknown")
BIG = "big"
# A page so small that breaks without a word of VK's is not broken by its size.
SMALLEST = 5


class VkError(AudienceError):
    """A refusal by VK. ``code`` is VK's, or None below the API (HTTP, network).

    ``pause``: seconds to wait at least before the call is made again; 0 leaves it to the client.
    """

    def __init__(
        self,
        method: str,
        code: int | None,
        message: str,
        *,
        state: str = "",
        what: str = "",
        todo: str = "",
        pause: float = 0.0,
    ) -> None:
        told = f"VK не ответил на {method}" if code is None else f"VK отказал в {method} (ошибка {code})"
        super().__init__(what or told, message, todo)
        self.method = method
        self.code = code
        self.message = message
        self.state = state
        self.pause = pause


class VkRetry(VkError):
    """Try again after a pause, a bounded number of times."""


class VkHeavy(VkRetry):
    """Try again once, no more; ``state`` is ``BIG`` where a smaller page may be answered."""


class VkShrink(VkError):
    """The answer is too big or too slow: ask for less at once."""


class VkSkip(VkError):
    """This subject cannot be read; ``state`` says why."""


class VkIncapable(VkError):
    """This token can never call this method."""


class VkQuota(VkError):
    """The method's daily allowance is used up."""


class VkStop(VkError):
    """Only a person can go on from here: a new token, a captcha, an enabled application."""


class VkBug(VkError):
    """Our request is wrong; repeating it would not help."""
