"""The sentences on method and the glossary in English; the keys are those of :mod:`portraits.captions_ru_method`."""

from __future__ import annotations

METHOD: dict[str, str] = {
    # 7 method
    "method.title": "Method and reproduction",
    "method.model": "Topic model",
    "method.model_text": "LDA by {engine}; {k} topics; seed {seed}; a document is {unit}; {documents} documents, "
    "{left} left out; NPMI coherence {npmi}.",
    "method.unit.person": "all posts of one person; the person's reposts and comments are two more documents, and "
    "topics are built on them too",
    "method.unit.community": "a stretch of the wall of one community",
    "method.unit.post": "one post",
    "method.settings": "Settings of the model",
    "method.key": "Key",
    "method.setting": "Value",
    "method.dictionary": "Vocabulary",
    "method.dictionary_text": "{before} words before selection, {after} after it.",
    "method.dropped": "What was thrown away and why",
    "method.reason": "Reason",
    "dropped.part_of_speech": "part of speech",
    "dropped.stop_list": "stop words",
    "dropped.short": "too short",
    "dropped.rare": "too rare",
    "dropped.frequent": "too frequent",
    "method.words": "Words",
    "method.examples": "Most frequent (rare ones left out: they may name somebody)",
    "method.choice": "How many topics",
    "method.choice_text": "Recommended: {k}; runners-up: {others}. The score is coherence of words × diversity of "
    "topics × agreement of repeated fits.",
    "method.score": "Score",
    "method.fits": "Models tried",
    "method.fit.k": "Topics",
    "method.fit.seed": "Seed",
    "method.fit.npmi": "NPMI",
    "method.fit.diversity": "Diversity",
    "method.fit.stability": "Stability",
    "method.fit.perplexity": "Perplexity",
    "method.fit.kept": "kept",
    "method.statistics": "Statistics",
    "method.s.wilson": "Shares: 95% Wilson interval (Wilson, 1927; Newcombe, 1998); with weights, Kish's effective "
    "sample size.",
    "method.s.bootstrap": "Mean shares of topics: bootstrap over people, 2.5 and 97.5 percentiles, seed {seed}.",
    "method.s.index": "Index = 100 × share in the audience / share {than}; interval of the log-ratio "
    "(Katz et al., 1978). Shown for n of at least 100 on both sides, {n} people or more in the cell and q ≤ 0.05 "
    "(Benjamini, Hochberg, 1995) over all tests of the report: {tests}. “At least”: fewer than {n} such people "
    "{than}, or nearly everybody here is one; “at most”: nearly everybody {than} is one; a bound is given, not the "
    "figure.",
    "method.s.distance": "Distances: square root of the Jensen–Shannon divergence, base 2; the interval is the "
    "bootstrap's spread around the value; tested by 400 permutations of people with the same correction.",
    "method.s.weights": "Topics rest on the sample, weighted by one over the chance to be drawn; sex, age and town "
    "rest on all members who are not deleted and of whom more than a number is known.",
    "method.commands": "Commands",
    "method.commands_text": "The same commands on the same file give the same report, byte for byte. Every number "
    "is in the table portrait_numbers of the study file.",
    "method.lemmas": "Recipes of reading words",
    "glossary.title": "Glossary",
    "glossary.audience": "Audience|people joined by a rule, such as the members of one community.",
    "glossary.interval": "95% interval|where the true share would lie in 95 of 100 such studies. Written in "
    "brackets after the number.",
    "glossary.index": "Index|how many times larger a share is here than {than}, times 100.",
    "glossary.q": "q|the part of false finds among all differences called real, if the line is drawn here.",
    "glossary.profile": "Topic profile|which part of a person's words the model puts to each topic; 100% in sum.",
    "glossary.topic": "Topic|a group of words that often occur in the same documents of the model.",
    "glossary.npmi": "NPMI|how much more often than by chance the words of a topic occur together: 0 by chance, 1 "
    "always.",
    "glossary.stability": "Stability|how far a topic comes back when the model is fitted again to resampled people: 1 "
    "the same, 0 no more than in shuffled texts.",
    "glossary.n": "n|how many people were counted.",
}
