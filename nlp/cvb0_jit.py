"""The compiled sweep of CVB0: the update of ``nlp.cvb0``, cell after cell, each seeing the counts the last one left.

Compiled by numba (the extra ``fast``) on first use and kept in numba's cache. One thread, single precision: the same
seed gives the same bits on one platform. Going cell by cell a sweep gets further than the vectorised one, which sees
stale counts within a chunk; so the two give different, equally good topics and are told apart in a model's recipe.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
from typing import Any

NAME = "cvb0-jit"


def available() -> bool:
    """Whether numba is installed; asking does not import it."""
    return importlib.util.find_spec("numba") is not None


@functools.cache
def _compiled() -> Any:
    numba: Any = importlib.import_module("numba")

    options = {"nogil": True, "fastmath": True, "error_model": "numpy"}
    try:
        return numba.njit(cache=True, **options)(_sweep)
    except RuntimeError:  # neither the module's folder nor the user's cache can be written
        return numba.njit(**options)(_sweep)


def sweep(matrix: Any, gamma: Any, doc_counts: Any, word_counts: Any, totals: Any, alpha: Any, eta: float) -> None:
    """One sweep over a CSR matrix of counts (documents x words, float32 data).

    ``gamma`` cells x K, ``doc_counts`` N x K and ``word_counts`` V x K (float32), ``totals`` K (float64, since it sums
    over the corpus) are changed in place.
    """
    import numpy as np

    single = np.float32
    scratch = np.empty((2, len(totals)), single)
    _compiled()(
        matrix.indptr, matrix.indices, matrix.data, gamma, doc_counts, word_counts, totals,
        alpha.astype(single), single(eta), eta * word_counts.shape[0], single(1e-30), scratch,
    )  # fmt: skip


def _sweep(
    indptr: Any, words: Any, counts: Any, gamma: Any, doc_counts: Any, word_counts: Any, totals: Any,
    alpha: Any, eta: Any, whole_eta: Any, least: Any, scratch: Any,
) -> None:  # fmt: skip
    n_topics = len(totals)
    new, scale = scratch[0], scratch[1]
    for document in range(len(indptr) - 1):
        # A total hardly moves within a document: one division a document and topic instead of one a cell.
        for k in range(n_topics):
            scale[k] = 1.0 / (totals[k] + whole_eta)
        here = doc_counts[document]
        for cell in range(indptr[document], indptr[document + 1]):
            old, word, count = gamma[cell], word_counts[words[cell]], counts[cell]
            mass = least
            for k in range(n_topics):
                value = max((here[k] + alpha[k] - old[k]) * (word[k] + eta - old[k]) * scale[k], least)
                new[k] = value
                mass += value
            for k in range(n_topics):
                value = new[k] / mass
                change = count * (value - old[k])
                here[k] += change
                word[k] += change
                totals[k] += change
                old[k] = value
