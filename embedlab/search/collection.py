"""Semantic search over a collection of texts: encode, store, search, save, load.

The model is an argument, anything with ``encode(list of str) -> (n, d)``; this room never chooses one. Where the
vectors live is an argument too: in memory, in a file, or on a server.

A document passes each step once: checked at the door, cut and counted, encoded, stored. In the store it has one row a
passage. Its text is parted among them, so it is stored once, and each row says where its passage lies in the whole.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from embedlab import _need, encoding, vectors
from embedlab.search import milvus, saved, stores
from embedlab.search.saved import SEPARATOR, SavedIndexError

_PROBE = "The quick brown fox jumps over the lazy dog."  # encoded when saving and loading, to compare the models
_SAME_MODEL = 0.999  # cosine of the probe's vectors; that of bfloat16 is far above, that of another model far below
_Spans = Sequence[Sequence[int]]  # (start, end) of each passage of a document


class Hit(NamedTuple):
    """One result of a search."""

    id: str
    score: float  #: cosine similarity of query and passage, in [-1, 1]
    document: str  #: the whole document as it was added
    metadata: dict[str, Any]
    passage: str  #: the part of the document that matched; the document itself unless it was chunked


class AddReport(NamedTuple):
    """What `SemanticSearch.add` did."""

    added: int  #: documents whose id is new
    replaced: int  #: documents whose id was there already
    too_long: int  #: documents with more tokens than the model reads
    passages: int  #: vectors stored: more than documents if long ones were chunked


class _Entry(NamedTuple):
    id: str
    text: str
    metadata: dict[str, Any]


class SemanticSearch:
    """A searchable collection of documents.

    Parameters
    ----------
    model : object with ``encode``
        For example what `embedlab.models.load_text_model` returns. If it also has ``encode_query`` and
        ``encode_document``, these are used.
    store : "memory", a path that ends in .db, an http address, or a `stores.Store`
        Where vectors live. "memory" compares the query with every vector and is exact. "./course.db" is a database
        on this machine, "http://127.0.0.1:19530" one on a server or a cluster; what is in it is found again when
        it is opened the next time, with the model that filled it.
    index : "FLAT", "IVF_FLAT", "HNSW" or "AUTOINDEX", optional
        How a database searches a collection that is made now: see `milvus.MilvusStore`, whose default is "FLAT".
    token : str, optional
        "user:password" or a key, for servers that ask for one.
    chunk_tokens : int, optional
        Cut documents that are longer than this into passages of so many tokens, a quarter of them shared with the
        passage before; a document is then found by its best passage. Needs a model with a tokenizer. Without it,
        text beyond the model's window cannot be found, and `add` reports how many documents that concerns.
    batch_size : int
        Texts encoded at one time.

    Raises
    ------
    TypeError
        If ``model`` has no ``encode``, or chunking is asked of a model without a tokenizer.
    ValueError
        If ``chunk_tokens`` is larger than the model's window, or ``store`` is unknown.
    StoreError
        If a database cannot be opened: a server that does not answer, a path in use by another program.

    Examples
    --------
    >>> class LetterCounts:
    ...     def encode(self, inputs):
    ...         return [[text.count(c) + 0.01 for c in "abcdefghijklmnopqrstuvwxyz"] for text in inputs]
    >>> search = SemanticSearch(LetterCounts())
    >>> search.add(["banana", "cherry"])
    AddReport(added=2, replaced=0, too_long=0, passages=2)
    >>> search.search("bananas", top_k=1)[0].document
    'banana'
    """

    def __init__(
        self,
        model: encoding.Encoder,
        store: str | stores.Store = "memory",
        *,
        index: str | None = None,
        token: str | None = None,
        chunk_tokens: int | None = None,
        batch_size: int = 32,
    ) -> None:
        if isinstance(model, str):  # a string has a method encode, but not this one
            raise TypeError(f"model must be a loaded model, not its name: use models.load_text_model({model!r})")
        if not callable(getattr(model, "encode", None)):
            raise TypeError(f"model must have a method encode(list of str), but a {type(model).__name__} has none")
        self.model = model
        self.batch_size = _need.whole(batch_size, "batch_size")
        self.chunk_tokens = _checked_chunk_tokens(chunk_tokens, model)
        self._store = _open_store(store, index, token)
        self._next_number = len(self._store)

    def __len__(self) -> int:
        """Tell how many documents the collection holds."""
        return self._store.count({"_number": 0})

    def add(
        self,
        documents: Sequence[str],
        ids: Sequence[str] | None = None,
        metadata: Sequence[Mapping[str, Any]] | None = None,
    ) -> AddReport:
        """Encode documents and add them; may be called again and again.

        Parameters
        ----------
        documents : n strings, none of them empty
        ids : n strings, optional
            A document whose id is already there replaces the old one; of two with the same id in one call the
            later stays. Default: running numbers that are free. Give ids of your own where several programs add
            to one store, and where an interrupted call is to be repeated: with the same ids nothing comes twice.
        metadata : n dicts, optional
            Whatever JSON can hold; returned with each hit, and what ``where`` of `search` compares.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit or the model gives unusable vectors. Nothing is added then.
        StoreError
            If the database fails midway; what it has acknowledged stays, and the same call completes the rest.
        """
        entries = self._checked(documents, ids, metadata)
        overlap = self.chunk_tokens // 4 if self.chunk_tokens else 0
        cut = encoding.cut(self.model, [entry.text for entry in entries], self.chunk_tokens, overlap)
        passages = [e.text[start:end] for e, spans in zip(entries, cut.spans, strict=True) for start, end in spans]
        options = {"batch_size": self.batch_size, "method": "encode_document"}
        made = encoding.encode_counted(self.model, passages, cut.tokens, **options)
        replaced = self._keep(entries, cut.spans, made)
        return AddReport(len(entries) - replaced, replaced, cut.too_long, len(passages))

    def _checked(self, documents: Any, ids: Any, metadata: Any) -> list[_Entry]:
        texts = _need.strings(documents, "documents")
        names = self._new_ids(len(texts)) if ids is None else _need.strings(ids, "ids")
        fields = [{}] * len(texts) if metadata is None else _need.fields(metadata, "metadata")
        _need.same_length(names, texts, "ids", "documents")
        _need.same_length(fields, texts, "metadata", "documents")
        for i, (name, text, own) in enumerate(zip(names, texts, fields, strict=True)):
            if not text.strip():
                raise ValueError(f"documents[{i}] is empty: leave it out, an empty text has nothing to be found by")
            if not name or SEPARATOR in name:
                raise ValueError(f"ids[{i}] must be a name without control characters, but it is {name!r}")
            if reserved := [key for key in own if key.startswith("_")]:
                raise ValueError(f"metadata[{i}] must have names that do not begin with _: {reserved[0]!r}")
        return list({entry.id: entry for entry in map(_Entry, names, texts, fields)}.values())

    def _new_ids(self, n: int) -> list[str]:
        ids: list[str] = []
        while len(ids) < n:
            numbers = range(self._next_number, self._next_number + n - len(ids))
            taken = self._store.get([str(number) for number in numbers])
            ids += [str(number) for number in numbers if str(number) not in taken]
            self._next_number = numbers.stop
        return ids

    def _keep(self, entries: Sequence[_Entry], spans: Sequence[_Spans], made: np.ndarray) -> int:
        """Store documents, each all at once; returns how many of them replaced another."""
        # A document is what its first row says. The rows of its other passages are stored before and carry the first
        # one's mark, so that rows of a version that is not there yet, or no longer, are passed over.
        rows = [row for entry, places in zip(entries, spans, strict=True) for row in _rows(entry, places)]
        before = self._store.get([entry.id for entry in entries])
        for is_first in (False, True):
            chosen = [i for i, (_, record) in enumerate(rows) if (record["_number"] == 0) == is_first]
            if chosen:
                part = made if len(chosen) == len(made) else made[chosen]
                self._store.upsert([rows[i][0] for i in chosen], part, [rows[i][1] for i in chosen])
        left = {name for record in before.values() for name in _others(record)}.difference(name for name, _ in rows)
        if left:
            self._store.delete(sorted(left))
        return len(before)

    def delete(self, ids: Sequence[str]) -> int:
        """Remove documents; ids that are not there are passed over. Returns how many were removed."""
        found = self._store.get([name for name in _need.strings(ids, "ids") if SEPARATOR not in name])
        self._store.delete([*found, *(name for record in found.values() for name in _others(record))])
        return len(found)

    def search(self, query: str, top_k: int = 5, where: Mapping[str, Any] | None = None) -> list[Hit]:
        """Find the documents nearest in meaning to the query, best first.

        Parameters
        ----------
        query : str, not empty
        top_k : int
            At least 1. A smaller collection gives fewer hits, an empty one none.
        where : dict, optional
            Only documents whose metadata equal these values, e.g. ``{"library": "numpy"}``.
        """
        if not isinstance(query, str):
            raise TypeError(f"query must be a string, not a {type(query).__name__}")
        if not query.strip():
            raise ValueError("query is empty: write what you are looking for")
        return self._found([query], top_k, where)[0]

    def search_many(
        self, queries: Sequence[str], top_k: int = 5, where: Mapping[str, Any] | None = None
    ) -> list[list[Hit]]:
        """Search for several queries (m strings, none empty) at once; returns the hits of each, as `search` does.

        For the metrics: ``evaluation.ranked_metrics([[hit.id for hit in hits] for hits in found], relevant)``.
        """
        queries = _need.strings(queries, "queries")
        for i, query in enumerate(queries):
            if not query.strip():
                raise ValueError(f"queries[{i}] is empty: write what you are looking for")
        return self._found(queries, top_k, where)

    def _found(self, queries: list[str], top_k: int, where: Mapping[str, Any] | None) -> list[list[Hit]]:
        top_k = _need.whole(top_k, "top_k")
        made = encoding.encode(self.model, queries, batch_size=self.batch_size, method="encode_query")
        return [self._nearest(vector[None], top_k, where) for vector in made]

    def _nearest(self, vector: np.ndarray, top_k: int, where: Mapping[str, Any] | None) -> list[Hit]:
        # Several passages of one document may come first, so ask for more until there are enough documents.
        asked = top_k
        while True:
            matches = self._store.search(vector, asked, where)[0]
            best = self._best_of_each(matches)
            if len(best) >= top_k or len(matches) < asked:
                return self._hits(best[:top_k])
            asked *= 4

    def _best_of_each(self, matches: list[stores.Match]) -> list[tuple[stores.Match, stores.Record]]:
        """Return the best match of each document, and the record of the document's first row."""
        firsts = {match.id: match.record for match in matches if match.record["_number"] == 0}
        unseen = {match.record["_id"] for match in matches}.difference(firsts)
        firsts |= self._store.get(sorted(unseen)) if unseen else {}
        best: dict[str, tuple[stores.Match, stores.Record]] = {}
        for match in matches:
            first = firsts.get(match.record["_id"])
            if first is not None and first["_mark"] == match.record["_mark"]:
                best.setdefault(first["_id"], (match, first))
        return list(best.values())

    def _hits(self, best: list[tuple[stores.Match, stores.Record]]) -> list[Hit]:
        others = [name for _, first in best for name in _others(first)]
        rows = self._store.get(others) if others else {}
        entries = [_entry([first, *(rows[name] for name in _others(first))]) for _, first in best]
        return [
            Hit(entry.id, match.score, entry.text, entry.metadata, entry.text[slice(*match.record["_span"])])
            for entry, (match, _) in zip(entries, best, strict=True)
        ]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the collection to one file; the file that was there stays whole until the new one is complete."""
        names, stored, records = self._store.dump()
        row_of = dict(zip(names, itertools.count(), strict=False))
        documents, order = [], []
        for first in (record for record in records if record["_number"] == 0):
            own = [row_of[name] for name in (first["_id"], *_others(first))]
            rows = [records[row] for row in own]
            documents.append({**_entry(rows)._asdict(), "spans": [row["_span"] for row in rows]})
            order += own
        saved.write(path, saved.Saved(model_name(self.model), self._probe(), stored[order], documents))

    def load(self, path: str | os.PathLike[str]) -> SemanticSearch:
        """Replace the collection by a saved one; returns itself.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        SavedIndexError
            If the file is damaged, of another version, or was made with another model. The collection is then
            unchanged.
        """
        index, now = saved.read(path), self._probe()
        if len(index.probe) != len(now):
            d = len(index.probe)
            raise SavedIndexError(f"{path} holds vectors of {d} dimensions, but the model makes {len(now)}")
        if not vectors.cosine_similarity(index.probe, now) > _SAME_MODEL:
            raise SavedIndexError(
                f"{path} was made with another model or other settings: a probe sentence gets another vector from "
                f"{index.model!r} then and {model_name(self.model)!r} now"
            )
        spans = [document.pop("spans") for document in index.documents]
        self._store.clear()
        self._next_number = 0
        self._keep([_Entry(**document) for document in index.documents], spans, index.vectors)
        return self

    def _probe(self) -> np.ndarray:
        return encoding.encode(self.model, [_PROBE])[0]

    def close(self) -> None:
        """Release the store; the collection cannot be used afterwards."""
        self._store.close()


def model_name(model: Any) -> str:
    """Return the name of a model: its Hub id if it knows one, else the name of its class."""
    card = getattr(model, "model_card_data", None)
    return getattr(card, "model_id", None) or getattr(card, "base_model", None) or type(model).__name__


# -- documents as rows ---------------------------------------------------------------------------------------


def _rows(entry: _Entry, spans: _Spans) -> Iterator[tuple[str, stores.Record]]:
    """Yield the name and the record of each passage's row."""
    mark = hashlib.sha256(json.dumps([*entry, spans]).encode()).hexdigest()[:16] if len(spans) > 1 else ""
    whole = {"_id": entry.id, "_mark": mark, "_passages": len(spans)}
    cuts = [0, *(start for start, _ in spans[1:]), len(entry.text)]
    for i, span in enumerate(spans):
        own = {"_number": i, "_text": entry.text[cuts[i] : cuts[i + 1]], "_span": list(span)}
        yield _name(entry.id, mark, i), {**entry.metadata, **whole, **own}


def _name(name: str, mark: str, number: int) -> str:
    return f"{name}{SEPARATOR}{mark}.{number}" if number else name


def _others(first: Mapping[str, Any]) -> list[str]:
    """Return the names of a document's rows after the first."""
    return [_name(first["_id"], first["_mark"], i) for i in range(1, first["_passages"])]


def _entry(rows: list[stores.Record]) -> _Entry:
    metadata = {key: value for key, value in rows[0].items() if not key.startswith("_")}
    return _Entry(rows[0]["_id"], "".join(row["_text"] for row in rows), metadata)


# -- arguments -----------------------------------------------------------------------------------------------


def _open_store(store: str | stores.Store, index: str | None, token: str | None) -> stores.Store:
    uri = os.fspath(store) if isinstance(store, (str, os.PathLike)) else ""
    if uri.endswith(".db") or uri.startswith(("http://", "https://")):
        return milvus.MilvusStore(uri, token, **({} if index is None else {"index": index}))
    if index is not None:
        raise ValueError(f"index is a database's: store must be a path that ends in .db or an address, not {store!r}")
    if isinstance(store, stores.Store):
        return store
    if uri == "memory":
        return stores.ExactStore()
    raise ValueError(
        "store must be 'memory', a path that ends in .db, or an address that begins with http:// or https://, "
        f"but it is {store!r}"
    )


def _checked_chunk_tokens(chunk_tokens: int | None, model: Any) -> int | None:
    if chunk_tokens is None:
        return None
    tokenizer, window = encoding.tokenizer_of(model), encoding.window_of(model)
    if tokenizer is None:
        raise TypeError(f"chunk_tokens needs a model with a fast tokenizer, but a {type(model).__name__} has none")
    size, special = _need.whole(chunk_tokens, "chunk_tokens", at_least=8), tokenizer.num_special_tokens_to_add()
    if window is not None and size > window - special:
        raise ValueError(
            f"chunk_tokens must leave room for {special} special tokens in the model's window of {window}, "
            f"so at most {window - special}, but it is {size}"
        )
    return size
