"""An averaged perceptron (Collins 2002) in whole numbers, the same on every platform for the same examples and seed."""

from __future__ import annotations

import random
from collections.abc import Sequence

from nlp.training.gold import Example

SCALE = 1000
BY_FORM = ("l~", "s~", "ks~", "r~", "e~", "le~")
"""Features of a form itself. What a form mostly is would leave nothing to learn from its neighbours, so some examples
are seen without them: «нож из стали» though ``стали`` mostly is ``стать``."""


def learn(examples: Sequence[Example], *, passes: int, seed: int, blind: float = 0.0) -> dict[str, int]:
    """feature -> averaged weight in thousandths, rounded; ``blind``: the share of examples seen without the form."""
    now: dict[str, int] = {}
    sums: dict[str, int] = {}
    order, draw, step = list(range(len(examples))), random.Random(seed), 0
    for _ in range(passes):
        draw.shuffle(order)
        for number in order:
            step += 1
            features, right = examples[number]
            if draw.random() < blind:
                features = [[one for one in own if not one.startswith(BY_FORM)] for own in features]
            scores = [sum([now[feature] for feature in own if feature in now]) for own in features]
            said = scores.index(max(scores))
            if said not in right:
                wanted = max(sorted(right), key=scores.__getitem__)
                for at, change in ((wanted, 1), (said, -1)):
                    for feature in features[at]:
                        now[feature] = now.get(feature, 0) + change
                        sums[feature] = sums.get(feature, 0) + change * step
    # A weight's average over all steps: what it is now, less what it missed before each change.
    return {feature: (weight * step - sums[feature]) * SCALE // max(step, 1) for feature, weight in now.items()}
