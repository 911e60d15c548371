"""Makes the weights of ``nlp/data`` from tagged text; nothing here is needed to use them."""
