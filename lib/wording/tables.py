"""The tables of the suite: their columns, and what each column means; a table that leaves a module has these columns."""

from __future__ import annotations

import pandas as pd

from wording.errors import WordingError

TABLES: dict[str, dict[str, str]] = {
    "articles": {
        "doc_id": "the article's name",
        "outlet": "its publisher, as the source says",
        "date": "day of publication; empty when unknown",
        "title": "headline",
        "authors": "as the source gives them",
        "url": "address",
        "n_words": "words and numbers in the body",
        "n_quoted": "of these, inside quotation marks",
        "n_reported": "of these, attributed to somebody without quotation marks",
        "n_boilerplate": "words and numbers in boilerplate, which is never counted",
    },
    "rejects": {
        "source": "the file, and the row where there is one",
        "reason": "why it could not be read",
        "sample": "how it begins",
    },
    "counts": {
        "doc_id": "the article's name",
        "concept": "the thing named",
        "variant": "the way of naming it",
        "voice": "whose words: outlet, quoted or reported",
        "n": "hits in the body",
    },
    "terms": {
        "doc_id": "the article's name",
        "voice": "whose words: outlet, quoted or reported",
        "term": "a word, in small letters",
        "n": "how often it stands in the body",
    },
    "attributions": {
        "doc_id": "the article's name",
        "outlet": "its publisher",
        "voice": "quoted or reported",
        "speaker": "to whom the words are attributed, as the text names them; empty when none was found",
        "cue": "the reporting word, lower case; empty when none was found",
        "stance": "what the cue lets the reader think, by the cue list; empty when the list does not have it",
        "short": "whether it is a quotation of at most four words inside the outlet's own sentence",
        "n": "stretches in the body",
        "n_words": "their words",
    },
    "hits": {
        "doc_id": "the article's name",
        "outlet": "its publisher",
        "date": "day of publication; empty when unknown",
        "concept": "the thing named",
        "variant": "the way of naming it",
        "start": "first character in the article's text as given, from 0",
        "end": "one past the last character",
        "left": "what stands before",
        "node": "the words that match",
        "right": "what stands after",
        "voice": "whose words: outlet, quoted or reported",
        "speaker": "to whom the words are attributed, as the text names them; empty in the outlet's own words or when none was found",
        "cue": "the reporting word as written; empty likewise",
        "zone": "body or boilerplate",
        "title": "headline of the article",
        "url": "address of the article",
    },
    "shares": {
        "concept": "the thing named",
        "variant": "the way of naming it",
        "outlet": "who names it",
        "voice": "whose words: outlet, quoted, reported, attributed (quoted or reported), or all",
        "n": "hits of the variant",
        "n_articles": "articles with a hit of the variant",
        "share": "part of all hits of the concept that the variant has, 0 to 1",
        "low": "lower end of the 95 % interval",
        "high": "upper end of the 95 % interval",
        "per_million": "hits per million words of the body",
        "total": "hits of the concept",
        "total_articles": "articles with a hit of the concept",
    },
    "contrasts": {
        "concept": "the thing named",
        "variant": "the way of naming it",
        "outlet": "one outlet",
        "other": "the outlet, or the rest, that it is compared with",
        "difference": "share at the outlet minus share at the other, -1 to 1",
        "low": "lower end of the 95 % interval",
        "high": "upper end of the 95 % interval",
        "log_odds_ratio": "natural logarithm of the ratio of the odds, 0.5 added to each count",
        "p": "how likely so large a difference is if there is none",
        "q": "p after Benjamini-Hochberg over all rows of the table",
        "n": "hits of the variant at the outlet",
        "total": "hits of the concept at the outlet",
        "n_other": "hits of the variant at the other",
        "total_other": "hits of the concept at the other",
    },
    "keyness": {
        "outlet": "who uses the term",
        "other": "the outlet, or the rest, that it is compared with",
        "voice": "whose words: outlet, quoted, reported, attributed (quoted or reported), or all",
        "term": "a word or a short phrase, in small letters",
        "n": "how often it stands in the outlet's words of the voice",
        "n_other": "the same of the other",
        "per_million": "n per million words of the voice",
        "per_million_other": "the same of the other",
        "n_articles": "articles of the outlet with the term",
        "n_articles_other": "the same of the other",
        "log_ratio": "binary logarithm of the ratio of the two rates, 0 counted as 0.5: 1 is twice as often",
        "low": "lower end of the 95 % interval of the log ratio",
        "high": "upper end of the 95 % interval of the log ratio; infinite where the other may have none",
        "percent_diff": "by how many percent the rate is above the other's",
        "log_odds": "difference of log odds (natural logarithm) with a prior worth a hundredth of both sides",
        "z": "log_odds over its standard error if words were independent",
        "g2": "log-likelihood ratio, four cells, if words were independent",
        "dp_norm": "dispersion over the outlet's articles: 0 spread as its words are, 1 all in its smallest article",
        "dp_norm_other": "the same of the other",
        "p": "how likely so large a difference is if there is none",
        "q": "p after Benjamini-Hochberg over all rows of the table",
        "told_by": "another term of the table that tells of this one (a longer phrase around it, or a word in it); empty where none does",
    },
    "rivals": {
        "term": "the term that was asked for",
        "rival": "a phrase that may name the same thing, in its most similar form",
        "rank": "1 for the likeliest",
        "score": "product of the three similarities, 0 to 1",
        "slot": "cosine of the words right beside them",
        "company": "cosine of the content words in their sentences",
        "topic": "cosine of the articles that they stand in",
        "n": "places of the rival in the body of all articles read",
        "n_articles": "articles with one",
    },
    "voices": {
        "outlet": "whose articles",
        "voice": "outlet, quoted or reported",
        "n_words": "words of the body in this voice",
        "n_articles": "articles with such words",
        "share": "part of all words of the body, 0 to 1",
        "low": "lower end of the 95 % interval",
        "high": "upper end of the 95 % interval",
    },
    "speakers": {
        "outlet": "who attributes",
        "speaker": "to whom, as the text names them",
        "n": "attributed stretches",
        "n_articles": "articles with one",
        "n_words": "their words",
    },
    "own": {
        "concept": "the thing named",
        "variant": "the way of naming it",
        "outlet": "who names it",
        "n": "hits in all voices",
        "n_own": "of these, in the outlet's own words",
        "n_quoted": "of these, in quotation marks",
        "n_reported": "of these, reported without them",
        "own_share": "n_own / n, 0 to 1",
        "low": "lower end of the 95 % interval",
        "high": "upper end of the 95 % interval",
        "n_rest": "hits at all other outlets together, in all voices",
        "own_share_rest": "the part of these in those outlets' own words",
        "q": "of the difference of own_share and own_share_rest, after Benjamini-Hochberg over the table",
    },
}


def check(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """The frame with the table's columns in their order.

    Raises
    ------
    WordingError
        If the frame lacks a column.
    """
    missing = [column for column in TABLES[table] if column not in frame.columns]
    if missing:
        raise WordingError(f"The table {table!r} lacks {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}.")
    return frame[list(TABLES[table])].reset_index(drop=True)
