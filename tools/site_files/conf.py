"""Sphinx's settings of the web edition. Nothing is run and nothing is fetched, neither while building nor by a page."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

project = "EmbedLab"
author = "The EmbedLab authors"
copyright = "the EmbedLab authors. MIT licence"
extensions = ["myst_nb"]
language = "en"

TABLE = "pst-scrollable-table-container"  # the theme's box around a table

nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # the pages hold no widgets, so no script for them either
nb_merge_streams = True
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]

html_theme = "sphinx_book_theme"
html_title = "EmbedLab"
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["course.css"]
html_js_files = ["quiz.js", "explorers.js"]
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False  # it would fetch pages, which a browser refuses for files
html_math_renderer = "mathml"
html_context = {"default_mode": "auto"}
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "home_page_in_toc": True,
    "navbar_persistent": [],
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(convert(node.astext()))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="formula">{convert(node.astext(), display="block")}</div>')
    raise nodes.SkipNode


def _honest_labels(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Let a folded cell be called what it shows, which its label would hide, and the keyboard scroll a wide table."""
    if "body" in context:
        body = context["body"].replace('<summary aria-label="Toggle hidden content">', "<summary>")
        context["body"] = body.replace(f'<div class="{TABLE}">', f'<div class="{TABLE}" tabindex="0">')


def setup(app: Sphinx) -> None:
    """Write formulas as MathML, which browsers show without a script."""
    app.connect("html-page-context", _honest_labels)
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
