"""The web edition: built from the recorded notebooks, read from a folder, in a real browser."""

from __future__ import annotations

import importlib
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from embedlab.exercises import nb05
from embedlab.exercises.cards import inline_html
from embedlab.exercises.checker import Exercise
from tests.browser import chromium, cut, findings, needs_axe, needs_chromium, opened
from tools import explorers, notebooks, site

pytest.importorskip("myst_nb", reason="Sphinx and MyST-NB are not installed: embedlab[site]")

PAGES = ["index", *(path.stem for path in notebooks.pages())]
#: Code and output of at most 88 columns that would have to be scrolled.
NEEDLESS = """() => [...document.querySelectorAll('.bd-article pre')]
  .filter((box) => box.scrollWidth > box.clientWidth)
  .filter((box) => Math.max(...box.textContent.split('\\n').map((line) => line.length)) <= 88)
  .map((box) => `${box.scrollWidth} of ${box.clientWidth} pixels: ${box.textContent.slice(0, 80)}`)"""
EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the site, and what Sphinx warned of while building it."""
    out = tmp_path_factory.mktemp("a site")
    return out, site.build(out)


@pytest.fixture(scope="module")
def folder(built):
    return built[0]


class Tags(HTMLParser):
    """Collects what the tests ask about a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.ids = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append((tag, values))
        self.ids |= {values.get("id"), values.get("name")} - {None}

    def named(self, *names):
        return [values for tag, values in self.tags if tag in names]


@pytest.fixture(scope="module")
def parsed(folder):
    return {path.stem: Tags(path.read_text(encoding="utf-8")) for path in folder.glob("*.html")}


def test_it_builds_without_a_warning(built):
    assert built[1] == []


def test_a_site_that_cannot_be_built_says_why(tmp_path, monkeypatch):
    def broken(folder, live):
        folder.mkdir()
        (folder / "conf.py").write_text("1 / 0")
        return []

    monkeypatch.setattr(site, "write_source", broken)
    with pytest.raises(RuntimeError, match=r"(?s)^Sphinx could not build the web edition: .*division by zero"):
        site.build(tmp_path / "out")


def test_every_notebook_has_its_page_and_its_place_in_the_map(folder, parsed):
    targets = [values.get("href") for values in parsed["index"].named("a")]
    assert [page for page in PAGES[1:] if f"{page}.html" not in targets] == []
    assert [page for page in PAGES if not (folder / f"{page}.html").is_file()] == []


@pytest.mark.parametrize("page", PAGES)
def test_one_title_every_picture_described_nothing_from_elsewhere_and_no_dead_link(parsed, page, folder):
    assert len(parsed[page].named("h1")) == 1
    bare = [values.get("src") for values in parsed[page].named("img") if not values.get("alt", "").strip()]
    assert bare == []
    loaded = [values.get("src") for values in parsed[page].named("script", "img", "iframe", "source")]
    loaded += [v.get("href") for v in parsed[page].named("link") if v.get("rel") not in ("canonical", "next", "prev")]
    assert [address for address in loaded if address and urlsplit(address).scheme not in ("", "data")] == []
    dead = []
    for values in parsed[page].named("a", "img", "link", "script"):
        address = urlsplit(values.get("href") or values.get("src") or "")
        if address.scheme or address.netloc or not (address.path or address.fragment):
            continue
        target = folder / unquote(address.path) if address.path else folder / f"{page}.html"
        fragment = unquote(address.fragment)
        if not target.is_file() or (fragment and target.suffix == ".html" and fragment not in parsed[target.stem].ids):
            dead.append(address.geturl())
    assert dead == []


@pytest.mark.parametrize("path", notebooks.course(), ids=lambda path: path.name[:2])
def test_a_picture_becomes_a_file_and_keeps_its_text(folder, path):
    page = (folder / f"{path.stem}.html").read_text(encoding="utf-8")
    still = 0
    for _, _, output in notebooks.outputs(notebooks.read(path)):
        if alt := output.get("metadata", {}).get("image/png", {}).get("alt"):
            assert f'alt="{site.escape(alt, quote=True)}"' in page
            said = output["data"]["text/plain"].partition(f"[picture] {alt}")[2].strip()  # an explorer says something
            assert not said or f"<pre>{site.escape(said, quote=False)}</pre>" in page
            still += bool(said)
    assert page.count(explorers.STILL) == still
    assert "base64" not in re.sub(r"url\(.*?\)", "", page)


def test_the_quiz_is_that_of_the_module():
    form = site.quiz_form(nb05.quiz)
    tags = Tags(form)
    assert len(tags.named("fieldset")) == len(nb05.quiz.questions)
    assert len(tags.named("input")) == sum(len(question.options) for question in nb05.quiz.questions)
    assert form.count("<strong>Correct.</strong>") == len(nb05.quiz.questions)
    assert "\n\n" not in form, "a blank line would end the block of HTML"
    opened = [tag for tag, _ in tags.tags if tag not in EMPTY]
    assert all(opened.count(tag) == form.count(f"</{tag}>") for tag in set(opened))


@pytest.mark.parametrize("path", notebooks.course(), ids=lambda path: path.name[:2])
def test_every_exercise_has_its_hints_and_a_solution_folded_and_says_where_to_solve_it(folder, path):
    module = importlib.import_module(f"embedlab.exercises.nb{path.name[:2]}")
    tasks = [value for value in vars(module).values() if isinstance(value, Exercise)]
    text = (folder / f"{path.stem}.html").read_text(encoding="utf-8")
    cards = re.findall(r'<div class="exercise">(.*?)</details></div>', text, flags=re.S)
    assert len(cards) == len(tasks) >= 1
    for card in cards:
        (task,) = [one for one in tasks if f"<p>{inline_html(one.hints[0])}</p>" in card]
        assert [f"<p>{inline_html(hint)}</p>" in card for hint in task.hints] == [True] * len(task.hints)
        assert card.count("<details>") == card.count("<summary>") == len(task.hints) + 1
        shown = unescape(re.sub("<[^>]+>", "", card.rpartition("</summary>")[2]))
        assert shown.strip() == task.solution().code.strip()
        assert "<code>make lab</code>" in card
        assert "https://colab.research.google.com/" in card
    assert "<strong>Not attempted" not in text
    assert "in a new cell for a hint" not in text


def test_a_page_is_called_as_it_is_headed_and_the_first_after_the_course(folder):
    titles = {
        page: re.search(r"<title>(.*?)</title>", (folder / f"{page}.html").read_text("utf-8"))[1] for page in PAGES
    }
    assert titles.pop("index") == "EmbedLab: a course on embeddings"
    heads = {path.stem: notebooks.head(notebooks.read(path)).title for path in notebooks.course()}
    assert {page: unescape(title) for page, title in titles.items()} == {
        page: f"{title} — EmbedLab"
        for page, title in {**heads, "glossary": "Glossary", "chapter_on_trial": "The chapter on trial"}.items()
    }


def test_inline_marks_become_tags():
    assert site._inline("use `a < b` and **both** or *one*, 2 * 3 * 4") == (
        "use <code>a &lt; b</code> and <strong>both</strong> or <em>one</em>, 2 * 3 * 4"
    )


# ----------------------------------------------------------------------------------------------- in a real browser


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_from_the_folder_and_nothing_is_cut(browser, folder, page, width):
    tab, wrong = opened(browser, folder, page, viewport={"width": width, "height": 800})
    broken = tab.evaluate("[...document.images].filter((i) => i.complete && !i.naturalWidth).map((i) => i.src)")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    lost = cut(tab)
    hidden = tab.evaluate(NEEDLESS) if width == 1280 else []
    tab.close()
    assert (wrong, broken, lost, hidden) == ([], [], [], [])


@needs_chromium
@needs_axe
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
@pytest.mark.parametrize("page", [PAGES[0], PAGES[1], PAGES[6], PAGES[16], PAGES[-1]])
def test_axe_finds_nothing_serious(browser, folder, page, scheme, width):
    tab, _ = opened(browser, folder, page, color_scheme=scheme, viewport={"width": width, "height": 800})
    tab.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
    found = findings(tab)
    tab.close()
    assert found == []


@needs_chromium
def test_a_quiz_answers_without_a_kernel_and_by_keyboard(browser, folder):
    tab, wrong = opened(browser, folder, "05_product_recommendations")
    question = tab.locator("form.quiz fieldset").first
    assert question.locator(".why:visible").count() == 0
    first = question.locator("input").first
    first.focus()
    tab.keyboard.press("Space")
    assert question.locator(".why:visible").all_inner_texts() == [f"Correct. {nb05.quiz.questions[0].options[0].why}"]
    tab.keyboard.press("ArrowDown")
    assert question.locator(".why:visible").all_inner_texts() == [
        f"Not correct. {nb05.quiz.questions[0].options[1].why}"
    ]
    tab.close()
    assert wrong == []


@needs_chromium
def test_hints_unfold_by_keyboard_one_at_a_time(browser, folder):
    tab, wrong = opened(browser, folder, "05_product_recommendations")
    card = tab.locator(".exercise").first
    assert card.locator("details > :not(summary):visible").count() == 0
    card.locator("summary").first.press("Enter")
    assert card.locator("details > :not(summary):visible").count() == 1
    tab.close()
    assert wrong == []


@needs_chromium
def test_without_scripts_the_explanations_are_open(browser, folder):
    tab, _ = opened(browser, folder, "05_product_recommendations", java_script_enabled=False)
    assert tab.locator("form.quiz .why:visible").count() == 9
    tab.close()


@needs_chromium
@pytest.mark.parametrize(
    ("word", "title"),
    [("item2vec", "05 · Product recommendations"), ("photograph", "07 · Vision"), ("photograph", "10 · Multimodal")],
)
def test_search_finds_a_word_and_leads_to_its_page(browser, folder, word, title):
    tab, wrong = opened(browser, folder, "index")
    tab.goto(Path(folder, "search.html").as_uri() + f"?q={word}")
    link = tab.locator("#search-results a", has_text=title).first
    link.wait_for(timeout=15_000)
    link.click()
    tab.wait_for_url(f"**/{title[:2]}_*")
    tab.close()
    assert wrong == []


@needs_chromium
def test_the_theme_can_be_switched_and_the_keyboard_reaches_the_text(browser, folder):
    tab, wrong = opened(browser, folder, "03_vector_operations")
    before = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    tab.locator("button.theme-switch-button:visible").first.click()
    tab.locator("button.dropdown-item:visible", has_text="Dark").first.click()
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") != before
    tab.reload()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent").strip() == "Skip to main content"
    tab.close()
    assert wrong == []


@needs_chromium
def test_next_leads_through_the_whole_course(browser, folder):
    tab, _ = opened(browser, folder, "index")
    walked = []
    while (link := tab.locator("a.right-next")).count():
        link.first.click()
        tab.wait_for_load_state()
        walked.append(Path(urlsplit(tab.url).path).stem)
    tab.close()
    assert walked == PAGES[1:]
