"""The same two articles are the same, and are counted alike, whatever they come in."""

from datetime import date

import formats
import pytest
from formats import FORMATS, ROW, ROWS

from wording.corpus import build as building
from wording.corpus.reading.articles import ReadingOptions, read_articles
from wording.corpus.reading.formats.registry import READERS
from wording.corpus.reading.sources import ARCHIVE_ENDINGS, FILE_ENDINGS, split_ending
from wording.errors import WordingError


def read(folder, name, content, **options):
    (folder / name).write_bytes(content)
    return read_articles(folder / name, ReadingOptions(**options))


def words(articles):
    """The words of each article, by the encoded corpus."""
    corpus = building.encode_articles(articles)
    shard = corpus.shards[0]
    keys = shard.forms["key"].to_numpy()[shard.tokens]
    return [
        list(keys[start:end][shard.is_word[start:end]])
        for start, end in zip(shard.bounds[:-1], shard.bounds[1:], strict=True)
    ]


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return words(read(tmp_path_factory.mktemp("plain"), "a.csv", FORMATS["a.csv"]))


@pytest.mark.parametrize("name", FORMATS)
def test_an_article_is_the_same_in_any_format(tmp_path, name, expected):
    articles = read(tmp_path, name, FORMATS[name])
    assert articles.rejects.rows() == []
    assert articles.frame["outlet"].to_list() == [row["outlet"] for row in ROWS]
    assert articles.frame["date"].to_list() == [date(2021, 5, 4)] * 2
    assert articles.frame["title"].to_list() == [ROW["title"]] * 2
    assert {name.removeprefix("By ") for name in articles.frame["authors"]} == {ROW["authors"]}
    assert words(articles) == expected


def test_every_ending_has_a_reader_and_a_case():
    assert set(READERS) == set(FILE_ENDINGS)
    tried = {split_ending(name)[1] for name in FORMATS}
    assert tried >= (set(FILE_ENDINGS) - {".htm", ".xhtml", ".html", ".docx"}) | set(
        ARCHIVE_ENDINGS
    )


def test_files_that_are_one_article(tmp_path):
    paragraphs = ROW["text"].split("\n\n")
    files = {
        "a.html": formats.html_file(),
        "b.docx": formats.docx_file(paragraphs),
        "c.rtf": formats.rtf_file(paragraphs),
    }
    for name, content in (files | {"list.csv": b"file,outlet,date\nb.docx,B,2021-05-06\n"}).items():
        (tmp_path / name).write_bytes(content)
    articles = read_articles(
        tmp_path, ReadingOptions(metadata=tmp_path / "list.csv", default_outlet="Z")
    )
    dates = [date(2021, 5, 4), date(2021, 5, 6), None]
    assert list(zip(articles.frame["outlet"], articles.frame["date"], strict=True)) == list(
        zip([ROW["outlet"], "B", "Z"], dates, strict=True)
    )
    assert [text.split() for text in articles.frame["text"]] == [ROW["text"].split()] * 3


def test_rich_text_in_other_alphabets(tmp_path):
    body = (
        rb"{\f1 \'ec\'fd\'f0 \u1084?\u1101?\u1088? } \u-10179?\u-8704? "
        rb"{\*\ignored no}{\pict\bin4 }}}}}\'96 end\par}"
    )
    head = (
        rb"{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0\fcharset0 Arial;"
        rb"}{\f1\fcharset204 Arial;}}\f0 caf\'e9 "
    )
    articles = read(tmp_path, "a.rtf", head + body)
    assert articles.frame["text"].to_list() == ["café мэр мэр  \U0001f600 – end\n"]


def test_an_outlet_that_the_page_does_not_name_is_its_host(tmp_path):
    page = formats.html_file().replace(b"og:site_name", b"other")
    assert read(tmp_path, "a.html", page).frame["outlet"].to_list() == ["example.org"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "iso-8859-1", "windows-1251", "utf-16"])
def test_a_page_in_the_encoding_that_it_declares(tmp_path, encoding):
    text = (
        "Мэр сказал, что мост закрыт. " * 20
        if encoding == "windows-1251"
        else "The café’s owner said nothing. ".replace("’", "'") * 20
    )
    page = (
        f"<html><head><meta http-equiv='Content-Type' content='text/html; "
        f"charset={encoding}'></head><body><article><p>{text}</p></article>"
        f"</body></html>"
    )
    assert read(tmp_path, "a.html", page.encode(encoding)).frame["text"].to_list() == [text.strip()]


def test_pages_that_are_no_articles_are_refused(tmp_path):
    articles = read(
        tmp_path,
        "a.warc",
        formats.warc_file(ROWS[:1], status="404 Not Found")
        + formats.warc_file(ROWS[1:], compressed=False),
    )
    assert [reason for _, reason, _ in articles.rejects.rows()][:1] == [
        "the server returned status 404 instead of the page"
    ]
    articles = read(
        tmp_path, "b.html", b"<html><body><nav><a href='/'>Home</a></nav></body></html>"
    )
    assert [reason for _, reason, _ in articles.rejects.rows()] == [
        "no article was found on the page"
    ]


def test_what_a_feed_only_sums_up_is_said(tmp_path):
    articles = read(tmp_path, "a.rss", formats.rss_file(full=False))
    assert len(articles.frame) == 2
    assert (
        "a.rss: 2 of 2 items have only a summary in the feed, not the full article"
        in articles.warnings
    )


def test_addresses_without_texts_are_told_apart_from_an_empty_table(tmp_path):
    head = (
        "stories_id,publish_date,title,url,language,ap_syndicated,media_id,media_name,media_url\n"
    )
    with pytest.raises(
        WordingError,
        match=(
            "has addresses .'url'. but no texts, like Media Cloud's story "
            "lists. Nothing is downloaded"
        ),
    ):
        read(
            tmp_path,
            "a.csv",
            (
                head
                + "1,2021-05-04,T,https://example.org/1,en,False,2,Example,https://example.org\n"
            ).encode(),
        )


def test_documents_of_a_database_without_text_are_refused(tmp_path):
    lines = [line for line in formats.nexis_lines() if line not in ROWS[1]["text"].split("\n\n")]
    articles = read(tmp_path, "a.docx", formats.docx_file(lines))
    assert [source for source, _, _ in articles.rejects.rows()] == ["a.docx:2"]
    assert len(articles.frame) == 1


def test_a_text_that_talks_of_databases_stays_one_article(tmp_path):
    text = (
        "He found 3 of 20 documents.\nBody\n\nThe end of document 7.\nEnd "
        "of document\nDocument 12 has 400 words."
    )
    assert read(tmp_path, "a.txt", text.encode()).frame["text"].to_list() == [text]
