"""Which terms keyness sets apart as house style, and which it must not."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
from scipy import sparse

from wording.answers.questions.keyness import find_style_terms
from wording.questions.keyness.findings import describe_style_terms

TERMS = {  # hits in each of the first ten articles, which are one outlet's
    "npr": 1,
    "smith": 1,
    "www": 1,
    "enlarge this image": 2,
    "story highlights": 1,
    "illegal immigrant": 2,
    "claimed": 1,
}


def test_names_addresses_and_fixed_parts_of_pages_are_style_and_wording_is_not():
    counts = np.zeros((20, len(TERMS)), dtype=int)
    counts[:3] = list(TERMS.values())
    terms = SimpleNamespace(
        terms=np.array(list(TERMS), dtype=object),
        counts=sparse.csr_array(counts),
        articles=pd.DataFrame({"outlet": ["NPR"] * 10 + ["B"] * 10, "authors": "Ann Smith"}),
        length=np.array([len(term.split()) for term in TERMS]),
        n_articles=(counts > 0).sum(axis=0),
    )
    found = find_style_terms(terms)
    assert found == ["npr", "www", "enlarge this image", "story highlights"]
    terms.articles["authors"] = ["Ann Smith", *["Jo Doe"] * 19]
    counts[3:, 1] = 0
    terms.counts = sparse.csr_array(np.where(np.arange(len(TERMS)) == 1, 0, counts))
    assert "smith" in find_style_terms(terms)


def test_what_is_set_apart_is_told():
    rows = [("npr", 3.0, 0.01), ("www", 5.0, 0.02), ("smith", 1.0, 0.5)]
    styled = pd.DataFrame(rows, columns=["term", "low", "q"]).assign(log_ratio=6.0)
    [sentence] = describe_style_terms(styled)
    assert sentence.startswith("2 more clear differences are set apart as house style")
    assert sentence.endswith("“www” and “npr”.")
    assert describe_style_terms(styled.assign(q=0.5)) == []
