"""Semantic search over a collection of texts: encode, store, search, save, load.

A document passes each step once: checked at the door, cut and counted, encoded, stored as rows.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from embedlab import _need, encoding, vectors
from embedlab.search import milvus, saved, stores
from embedlab.search.rows import SEPARATOR, Documents, others, rows
from embedlab.search.saved import SavedIndexError
from embedlab.search.stores import Fields

_PROBE = "The quick brown fox jumps over the lazy dog."  # its vector tells models apart, in files and in databases
_SAME_MODEL = 0.999  # cosine of the probe's vectors; that of bfloat16 is far above, that of another model far below
_LONGEST_ID = 512  # bytes


class Hit(NamedTuple):
    """One result of a search."""

    id: str
    score: float  #: cosine similarity of query and passage, in [-1, 1]
    document: str  #: the whole document as it was added
    metadata: dict[str, Any]
    passage: str  #: the part of the document that matched; the document itself unless it was chunked


class Document(NamedTuple):
    """A document as it was added."""

    id: str
    text: str
    metadata: dict[str, Any]


class AddReport(NamedTuple):
    """What `SemanticSearch.add` did."""

    added: int  #: documents whose id is new
    replaced: int  #: documents whose id was there already
    too_long: int  #: documents with more tokens than the model reads
    passages: int  #: vectors made: more than documents if long ones were chunked


class SemanticSearch:
    """A searchable collection of documents.

    Parameters
    ----------
    model : object with ``encode``, and perhaps ``encode_query`` and ``encode_document``
    store : "memory", a path that ends in .db, an http address, or a `stores.Store`
        "memory" compares the query with every vector. A path is a database on this machine, an address one on a
        server or a cluster: what is in it is found again when it is opened the next time, with the same model.
    index : "FLAT", "IVF_FLAT", "HNSW" or "AUTOINDEX", optional
        How a database searches a collection that is made now: see `milvus.MilvusStore`.
    token : str, optional
        "user:password" or a key, for servers that ask for one.
    chunk_tokens : int, optional
        Cut longer documents into passages of so many tokens, a quarter of them shared with the passage before; the
        best passage counts. Without it, text beyond the model's window is not found; `add` tells how often.
    batch_size : int
        Texts encoded at one time.

    Raises
    ------
    TypeError, ValueError
        If an argument does not fit, the model has no tokenizer to cut by, or another model filled the database.
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
        self._store, self._is_known = _open_store(store, index, token), False
        try:
            self._knows_the_model()
            self._next_number = len(self)
        except BaseException:
            if self._store is not store:
                self._store.close()
            raise

    def __len__(self) -> int:
        """Tell how many documents the collection holds."""
        return self._store.count({"_number": 0})

    def ids(self) -> list[str]:
        """Return the ids of all documents, in the order in which they were first added."""
        return self._store.ids({"_number": 0})

    def get(self, id: str) -> Document | None:
        """Return the document with this id, None if there is none."""
        firsts = self._firsts(_need.strings([id], "id", single=True))
        return next(iter(self._whole(firsts)), None)

    def add(
        self, documents: Sequence[str], ids: Sequence[str] | None = None, metadata: Sequence[Fields] | None = None
    ) -> AddReport:
        """Encode n documents and add them. After an error nothing has changed.

        Parameters
        ----------
        ids : n strings, optional
            A document whose id is there already replaces the old one; of two equal ones the later stays. Default:
            running numbers that are free. Give your own where several programs add, or a call may be repeated.
        metadata : n dicts, optional
            Whatever JSON can hold; returned with each hit, and what ``where`` of `search` compares.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit, or the model gives unusable vectors or is not the one of before.
        StoreError
            If the database fails.
        """
        entries, is_known = self._checked(documents, ids, metadata), self._knows_the_model()
        cut = encoding.cut(self.model, [e.text for e in entries], self.chunk_tokens, (self.chunk_tokens or 0) // 4)
        passages = [e.text[start:end] for e, spans in zip(entries, cut.spans, strict=True) for start, end in spans]
        made = self._encoded(passages, "encode_document", cut.tokens)
        before = self._firsts([entry.id for entry in entries])
        if entries:
            probed_by = None if is_known else model_name(self.model)
            placed = made if is_known else np.concatenate([self._probe()[None], made])
            new = rows(Documents.of(entries, cut.spans), placed, probed_by)
            self._store.upsert(*new, [name for first in before for name in others(first)])
            self._is_known = True
        return AddReport(len(entries) - len(before), len(before), cut.too_long, len(passages))

    def _checked(self, documents: Any, ids: Any, metadata: Any) -> list[Document]:
        texts = _filled(documents, "documents", "leave it out, an empty text has nothing to be found by")
        names = self._new_ids(len(texts)) if ids is None else _need.strings(ids, "ids")
        fields = [{}] * len(texts) if metadata is None else _need.fields(metadata, "metadata")
        _need.same_length(names, texts, "ids", "documents")
        _need.same_length(fields, texts, "metadata", "documents")
        room = self._store.room_for_metadata
        for i, (name, own) in enumerate(zip(names, fields, strict=True)):
            if not name or SEPARATOR in name or len(name.encode()) > _LONGEST_ID:
                wanted = f"a name of at most {_LONGEST_ID} bytes without {SEPARATOR!r}"
                raise ValueError(f"ids[{i}] must be {wanted}, but it is {name!r:.60}")
            if reserved := [key for key in own if key.startswith("_")]:
                raise ValueError(f"metadata[{i}] must have names that do not begin with _: {reserved[0]!r}")
            if room and (size := len(json.dumps(own).encode())) > room:
                raise ValueError(f"metadata[{i}] must have at most {room} bytes as JSON in this store, but has {size}")
        return list({entry.id: entry for entry in map(Document, names, texts, fields)}.values())

    def _new_ids(self, n: int) -> list[str]:
        ids: list[str] = []
        while len(ids) < n:
            numbers = range(self._next_number, self._next_number + n - len(ids))
            taken = self._store.get([str(number) for number in numbers])
            ids += [str(number) for number in numbers if str(number) not in taken]
            self._next_number = numbers.stop
        return ids

    def delete(self, ids: Sequence[str]) -> int:
        """Remove documents; ids that are not there are passed over. Returns how many were removed."""
        firsts = self._firsts(_need.strings(ids, "ids"))
        self._store.delete([name for first in firsts for name in (first["_id"], *others(first))])
        return len(firsts)

    def search(self, query: str, top_k: int = 5, where: Fields | None = None) -> list[Hit]:
        """Find the documents nearest in meaning to the query, best first; fewer than ``top_k`` if there are no more.

        Parameters
        ----------
        where : dict, optional
            Only documents whose metadata equal these values, or one of them where a list is given:
            ``{"library": "numpy"}``, ``{"language": ["de", "en"]}``.
        """
        queries = _filled([query], "query", "write what you are looking for", single=True)
        return self._found(queries, top_k, where)[0]

    def search_many(self, queries: Sequence[str], top_k: int = 5, where: Fields | None = None) -> list[list[Hit]]:
        """Search for m queries; returns the hits of each, whose ids are what `evaluation.ranked_metrics` takes."""
        return self._found(_filled(queries, "queries", "write what you are looking for"), top_k, where)

    def _found(self, queries: list[str], top_k: int, where: Fields | None) -> list[list[Hit]]:
        top_k = _need.whole(top_k, "top_k")
        if reserved := [field for field in stores.checked_where(where) if field.startswith("_")]:
            raise ValueError(f"where must name fields of the metadata, which do not begin with _: {reserved[0]!r}")
        self._knows_the_model()
        return [self._nearest(vector[None], top_k, where) for vector in self._encoded(queries, "encode_query")]

    def _nearest(self, vector: np.ndarray, top_k: int, where: Fields | None) -> list[Hit]:
        # Several passages of one document may come first, so ask for more until there are enough documents.
        asked = top_k + 1  # one row is the probe's
        while True:
            matches = self._store.search(vector, asked, where)[0]
            best = self._best_of_each(matches)[:top_k]
            if len(best) == top_k or len(matches) < asked:
                return [
                    Hit(one.id, match.score, one.text, one.metadata, one.text[slice(*match.record["_span"])])
                    for (match, _), one in zip(best, self._whole([first for _, first in best]), strict=True)
                ]
            asked *= 4

    def _best_of_each(self, matches: list[stores.Match]) -> list[tuple[stores.Match, stores.Record]]:
        """Return the best match of each document, and the record of the document's first row."""
        firsts = {match.id: match.record for match in matches if match.record["_number"] == 0}
        unseen = {match.record["_id"] for match in matches}.difference(firsts, [""])
        firsts |= {first["_id"]: first for first in self._firsts(sorted(unseen))}
        best: dict[str, tuple[stores.Match, stores.Record]] = {}
        for match in matches:
            first = firsts.get(match.record["_id"])
            if first is not None and first["_mark"] == match.record["_mark"]:
                best.setdefault(first["_id"], (match, first))
        return list(best.values())

    def _firsts(self, ids: list[str]) -> list[stores.Record]:
        return list(self._store.get([name for name in ids if SEPARATOR not in name]).values())

    def _whole(self, firsts: list[stores.Record], rows: Mapping[str, stores.Record] | None = None) -> list[Document]:
        """Put documents together from their first rows and the others, which are fetched unless they are given."""
        if rows is None:
            rows = self._store.get([name for first in firsts for name in others(first)])
        made = []
        for first in firsts:
            if lost := [name for name in others(first) if name not in rows]:
                n = f"{len(lost)} of its {first['_rows']} rows"
                raise stores.StoreError(f"the document {first['_id']!r} is incomplete in the store, which lacks {n}")
            parts = [first, *(rows[name] for name in others(first))]
            own = {key: value for key, value in first.items() if not key.startswith("_")}
            made.append(Document(first["_id"], "".join(part["_text"] for part in parts), own))
        return made

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the collection to one file; the file that was there stays whole until the new one is complete."""
        names, stored, records = self._store.dump()
        row_of = {name: row for row, name in enumerate(names)}
        firsts = [record for record in records if record["_number"] == 0]
        whole = self._whole(firsts, dict(zip(names, records, strict=True)))
        own = [[row_of[name] for name in [first["_id"], *others(first)][: first["_passages"]]] for first in firsts]
        documents = Documents.of(whole, [[records[row]["_span"] for row in places] for places in own])
        probe, order = self._probe(), [row for places in own for row in places]
        placed = np.concatenate([probe[None], stored[order].reshape(len(order), len(probe))])  # of none: (0, 0)
        saved.write(path, model_name(self.model), placed, documents)

    def load(self, path: str | os.PathLike[str]) -> SemanticSearch:
        """Replace the collection by a saved one; returns itself. After an error nothing has changed.

        Raises
        ------
        OSError
            If there is no such file, or it cannot be read.
        SavedIndexError
            If the file is damaged, of another version, or was made with another model.
        """
        (then, stored, documents), now, name = saved.read(path), self._probe(), model_name(self.model)
        d = stored.shape[1]
        cosine = vectors.cosine_similarity(stored[0], now) if d == len(now) else 0.0
        if why := _why_not(path, then, d, cosine, name, len(now)):
            raise SavedIndexError(why)
        self._store.replace(*rows(documents, stored, name), checked=True)
        self._is_known, self._next_number = True, len(documents.ids)
        return self

    def _encoded(self, texts: list[str], method: str, tokens: np.ndarray | None = None) -> np.ndarray:
        return encoding.encode(self.model, texts, batch_size=self.batch_size, method=method, tokens=tokens)

    def _probe(self) -> np.ndarray:
        made = self._encoded([_PROBE], "encode_document")[0]
        return vectors.unit(made, "what the model makes of a probe sentence", "(d,)")

    def _knows_the_model(self) -> bool:
        """Tell whether the store holds the model's probe; raise `ValueError` if another model filled it."""
        if not self._is_known and len(self._store):
            now, d = self._probe(), self._store.dimension
            found = self._store.search(now[None], 1, {"_number": -1})[0] if d == len(now) else []
            cosine, then = (found[0].score, found[0].record["_model"]) if found else (0.0, "another program")
            if why := _why_not("the store", then, d, cosine, model_name(self.model), len(now)):
                raise ValueError(why)
            self._is_known = True
        return self._is_known

    def close(self) -> None:
        """Release the store; the collection cannot be used afterwards."""
        self._store.close()


def model_name(model: Any) -> str:
    """Return the name of a model: its Hub id if it knows one, else the name of its class."""
    card = getattr(model, "model_card_data", None)
    return getattr(card, "model_id", None) or getattr(card, "base_model", None) or type(model).__name__


def _why_not(what: Any, then: str, d_then: int | None, cosine: float, now: str, d_now: int) -> str:
    """Say why vectors do not fit the model: its name does not count, what it makes of the probe does."""
    if d_then != d_now:
        return f"{what} holds vectors of {d_then} dimensions, but the model makes {d_now}"
    if cosine > _SAME_MODEL:
        return ""
    probe = f"a probe sentence gets another vector from {then!r} then and {now!r} now"
    return f"{what} was made with another model or other settings: {probe}"


# -- arguments -----------------------------------------------------------------------------------------------


def _filled(x: Any, name: str, advice: str, *, single: bool = False) -> list[str]:
    texts = _need.strings(x, name, single=single)
    for i, text in enumerate(texts):
        if not text.strip():
            raise ValueError(f"{name if single else f'{name}[{i}]'} is empty: {advice}")
    return texts


def _open_store(store: str | stores.Store, index: str | None, token: str | None) -> stores.Store:
    uri = os.fspath(store) if isinstance(store, (str, os.PathLike)) else ""
    if uri.endswith(".db") or uri.startswith(("http://", "https://")):
        return milvus.MilvusStore(uri, token, index=index)
    if index is not None:
        raise ValueError(f"index is a database's: store must be a path that ends in .db or an address, not {store!r}")
    if isinstance(store, stores.Store) or uri == "memory":
        return store if uri == "" else stores.ExactStore()
    wanted = "'memory', a path that ends in .db, or an address that begins with http:// or https://"
    raise ValueError(f"store must be {wanted}, but it is {store!r}")


def _checked_chunk_tokens(chunk_tokens: int | None, model: Any) -> int | None:
    if chunk_tokens is None:
        return None
    tokenizer, window = encoding.tokenizer_of(model), encoding.window_of(model)
    if tokenizer is None:
        raise TypeError(f"chunk_tokens needs a model with a fast tokenizer, but a {type(model).__name__} has none")
    size, special = _need.whole(chunk_tokens, "chunk_tokens", at_least=8), tokenizer.num_special_tokens_to_add()
    if window is not None and size > window - special:
        room = f"leave room for {special} special tokens in the model's window of {window}"
        raise ValueError(f"chunk_tokens must {room}, so at most {window - special}, but it is {size}")
    return size
