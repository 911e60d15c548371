"""Formulas against published numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portraits.measures.bootstrap import interval, resampled_means, rounds_for
from portraits.measures.distance import jensen_shannon
from portraits.measures.fdr import q_values
from portraits.measures.index import ratio, ratio_p
from portraits.measures.permutation import chance_distances, chance_p
from portraits.measures.wilson import effective_n, wilson


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_table_of_newcombe_1998(count: int, n: int, low: float, high: float) -> None:
    assert wilson(count, n) == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_stays_within_0_and_1(pair: tuple[int, int]) -> None:
    count, n = pair
    low, high = wilson(count, n)
    assert 0 <= low <= count / n + 1e-12 and count / n - 1e-12 <= high <= 1


@pytest.mark.parametrize(("count", "n"), [(1, 0), (-1, 5), (6, 5)])
def test_wilson_refuses_what_is_no_share(count: int, n: int) -> None:
    with pytest.raises(ValueError, match="not a share"):
        wilson(count, n)


def test_equal_weights_leave_the_sample_size_alone() -> None:
    assert effective_n(10 * 3.0, 10 * 9.0) == pytest.approx(10)
    assert effective_n(1 + 9, 1 + 81) < 2
    assert effective_n(0, 0) == 0


def test_ratio_gives_the_aspirin_study_of_agresti() -> None:
    assert ratio(189, 11034, 104, 11037) == (
        pytest.approx(1.818, abs=1e-3),
        pytest.approx(1.433, abs=1e-3),
        pytest.approx(2.306, abs=1e-3),
    )


def test_ratio_and_its_test_agree_with_each_other() -> None:
    _, low, high = ratio(60, 200, 40, 200)
    assert (ratio_p(60, 200, 40, 200) < 0.05) == (low > 1 or high < 1)
    assert ratio_p(50, 100, 50, 100) == 1.0
    assert ratio_p(100, 100, 50, 50) == 1.0


@pytest.mark.parametrize("cells", [(0, 10, 5, 10), (5, 10, 0, 10), (11, 10, 5, 10)])
def test_ratio_refuses_empty_and_overfull_cells(cells: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="no ratio"):
        ratio(*cells)


def test_q_values_reject_what_benjamini_and_hochberg_1995_rejected() -> None:
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert sum(q <= 0.05 for q in q_values(p)) == 4
    assert q_values(p)[0] == pytest.approx(0.0015)


def test_q_values_keep_the_order_given_and_stand_nothing() -> None:
    assert q_values([0.9, 0.001]) == [pytest.approx(0.9), pytest.approx(0.002)]
    assert q_values([]) == []


def test_jensen_shannon_gives_the_examples_of_scipy() -> None:
    assert jensen_shannon(np.array([1.0, 0, 0]), np.array([0, 1.0, 0])) == pytest.approx(1.0)
    in_nats = float(jensen_shannon(np.array([1.0, 0]), np.array([0.5, 0.5]))) * math.sqrt(math.log(2))
    assert in_nats == pytest.approx(0.46450140402245893)
    assert jensen_shannon(np.array([2.0, 4.0]), np.array([1.0, 2.0])) == 0


def test_jensen_shannon_refuses_an_empty_profile() -> None:
    with pytest.raises(ValueError, match="profile"):
        jensen_shannon(np.zeros(3), np.ones(3))


def test_bootstrap_of_a_share_is_as_wide_as_theory_says() -> None:
    people = np.zeros((400, 2))
    people[:120, 0] = 1
    people[120:, 1] = 1
    low, high = interval(resampled_means(people, np.ones(400), (1, 1), 2000))
    half = 1.96 * math.sqrt(0.3 * 0.7 / 400)
    assert low[0] == pytest.approx(0.3 - half, abs=0.008)
    assert high[0] == pytest.approx(0.3 + half, abs=0.008)


def test_bootstrap_repeats_itself_for_a_seed_and_weighs_people() -> None:
    people = np.array([[1.0, 0.0], [0.0, 1.0]])
    first = resampled_means(people, np.array([3.0, 1.0]), (5, 2), 300)
    assert (first == resampled_means(people, np.array([3.0, 1.0]), (5, 2), 300)).all()
    assert first.mean(0)[0] > 0.6
    with pytest.raises(ValueError, match="nobody"):
        resampled_means(np.empty((0, 2)), np.empty(0), (1,), 10)


def test_a_huge_audience_gets_fewer_resamples_but_never_too_few() -> None:
    assert rounds_for(300) == 1000
    assert rounds_for(10**7) == 200


def test_a_random_deal_of_one_crowd_is_not_found_different_and_two_crowds_are() -> None:
    rng = np.random.default_rng(3)
    flags = np.arange(200) < 100
    same = rng.dirichlet(np.ones(4), 200)
    apart = np.vstack([rng.dirichlet([5, 1, 1, 1], 100), rng.dirichlet([1, 1, 1, 5], 100)])
    found = []
    for profiles in (same, apart):
        observed = float(jensen_shannon(profiles[flags].mean(0), profiles[~flags].mean(0)))
        found.append(chance_p(observed, chance_distances(profiles, np.ones(200), flags, ~flags, (1,), 200)))
    assert found[0] > 0.05
    assert found[1] == pytest.approx(1 / 201)


def test_two_groups_of_the_same_people_are_never_apart() -> None:
    profiles = np.random.default_rng(1).dirichlet(np.ones(3), 20)
    everyone = np.ones(20, dtype=bool)
    chance = chance_distances(profiles, np.ones(20), everyone, everyone, (1,), 50)
    assert chance.max() == 0 and chance_p(0.0, chance) == 1.0
