"""Text to lemmas to topics: the only room that knows Russian, pymorphy3, natasha and gensim."""
