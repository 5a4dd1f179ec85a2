"""Semantic search over a collection of texts: encode, store, search, save, load.

The model is an argument, anything with ``encode(list of str) -> (n, d)``; this room never chooses one. Where the
vectors live is an argument too: in memory, in a file, or on a server. What `SemanticSearch.save` writes is one file,
written atomically and read without pickle. `encode_corpus` spreads the encoding over several machines.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from embedlab import _need, encoding
from embedlab.search import saved, stores
from embedlab.search.saved import SavedIndexError

_PROBE = "The quick brown fox jumps over the lazy dog."  # encoded when saving and loading, to compare the models
_SEPARATOR = "\x1f"  # between a document's id and the number of its passage; ASCII's own "unit separator"


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


class SemanticSearch:
    """A searchable collection of documents.

    Parameters
    ----------
    model : object with ``encode``
        For example what `embedlab.models.load_text_model` returns. If it also has ``encode_query`` and
        ``encode_document``, these are used.
    store : "memory", a path that ends in .db, an http address, or an object with the methods of `stores.Store`
        Where vectors live. "memory" compares the query with every vector and is exact. "./course.db" is a database
        on this machine, "http://127.0.0.1:19530" one on a server or a cluster; what is in it is found again when
        it is opened the next time, with the model that filled it.
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
        self._store = _open_store(store, token)
        self._next_number = len(self._store)

    def __len__(self) -> int:
        """Tell how many documents the collection holds."""
        return self._store.count({"_number": 0})

    # -- adding and removing ---------------------------------------------------------------------------------

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
        documents = _need.strings(documents, "documents")
        for i, document in enumerate(documents):
            if not document.strip():
                raise ValueError(f"documents[{i}] is empty: leave it out, an empty text has nothing to be found by")
        ids = self._new_ids(len(documents)) if ids is None else _checked_ids(ids)
        extra = [{} for _ in documents] if metadata is None else _checked_metadata(metadata)
        _need.same_length(ids, documents, "ids", "documents")
        _need.same_length(extra, documents, "metadata", "documents")
        latest = {name: i for i, name in enumerate(ids)}
        records = [{**extra[i], "_id": name, "_document": documents[i]} for name, i in latest.items()]
        return self._add_records(records)

    def _add_records(self, records: list[dict[str, Any]]) -> AddReport:
        passages = [
            {**record, "_passage": text, "_number": number}
            for record in records
            for number, text in enumerate(self._cut(record["_document"]))
        ]
        vectors = self._encode([passage["_passage"] for passage in passages], "encode_document")
        names = [_passage_id(passage["_id"], passage["_number"]) for passage in passages]
        before = self._store.get([record["_id"] for record in records])  # their first passages
        # How many passages a document has, or had before: a call that was cut short leaves none behind for ever.
        most = {name: record["_passages"] for name, record in before.items()}
        for passage in passages:
            most[passage["_id"]] = max(most.get(passage["_id"], 0), passage["_number"] + 1)
        for passage in passages:
            passage["_passages"] = most[passage["_id"]]
            if passage["_passage"] == passage["_document"]:
                del passage["_passage"]
        # New vectors first, what is left of the old ones after: should the store refuse, the old are still whole.
        if names:
            self._store.upsert(names, vectors, passages)
        self._delete_passages({name: most[name] for name in before}, keep=names)
        return AddReport(len(records) - len(before), len(before), self._too_long(records), len(passages))

    def _delete_passages(self, counts: Mapping[str, int], keep: Sequence[str] = ()) -> None:
        names = {_passage_id(name, number) for name, count in counts.items() for number in range(count)}
        if names.difference(keep):
            self._store.delete(sorted(names.difference(keep)))

    def _cut(self, document: str) -> list[str]:
        if self.chunk_tokens is None:
            return [document]
        tokenizer = encoding.tokenizer_of(self.model)
        return encoding.chunk(document, tokenizer, self.chunk_tokens, self.chunk_tokens // 4)

    def _too_long(self, records: list[dict[str, Any]]) -> int:
        window = encoding.window_of(self.model)
        counts = encoding.token_counts(self.model, [record["_document"] for record in records])
        return 0 if window is None or counts is None else int((counts > window).sum())

    def _encode(self, texts: list[str], method: str) -> np.ndarray:
        return encoding.encode(self.model, texts, batch_size=self.batch_size, method=method)

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
        found = self._store.get([name for name in _need.strings(ids, "ids") if _SEPARATOR not in name])
        self._delete_passages({name: record["_passages"] for name, record in found.items()})
        return len(found)

    # -- searching -------------------------------------------------------------------------------------------

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
        top_k = _need.whole(top_k, "top_k")
        vector = self._encode([query], "encode_query")
        hits: dict[str, Hit] = {}
        asked, given = top_k, top_k
        # Several passages of one document may come first, so ask for more until there are enough documents.
        while len(hits) < top_k and given >= asked:
            asked = top_k if not hits else 4 * asked
            matches = self._store.search(vector, asked, where)[0]
            given = len(matches)
            for match in matches:
                hits.setdefault(match.record["_id"], _hit(match))
        return list(hits.values())[:top_k]

    # -- keeping ---------------------------------------------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the collection to one file; the file that was there stays whole until the new one is complete."""
        _, vectors, records = self._store.dump()
        probe = self._encode([_PROBE], "encode")[0]
        saved.write(path, model_name(self.model), probe, vectors, records)

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
        manifest, vectors, records = saved.read(path)
        self._same_model(manifest, path)
        counts: dict[str, int] = {}
        for record in records:
            counts[record["_id"]] = max(record["_number"] + 1, counts.get(record["_id"], 0))
        for record in records:
            record["_passages"] = counts[record["_id"]]
        self._store.clear()
        self._next_number = 0
        if records:
            names = [_passage_id(record["_id"], record["_number"]) for record in records]
            self._store.upsert(names, vectors, records)
        return self

    def _same_model(self, manifest: dict[str, Any], path: str | os.PathLike[str]) -> None:
        name = model_name(self.model)
        if manifest["model"] != name:
            raise SavedIndexError(f"{path} was made with the model {manifest['model']!r}, but this one is {name!r}")
        then, now = np.array(manifest["probe"]), self._encode([_PROBE], "encode")[0]
        if len(then) != len(now):
            raise SavedIndexError(f"{path} holds vectors of {len(then)} dimensions, but the model makes {len(now)}")
        if not np.allclose(then, now, atol=0.01 * np.abs(then).max()):
            raise SavedIndexError(
                f"{path} was made with other weights or settings of {name!r}: a probe sentence gets another vector"
            )

    def close(self) -> None:
        """Release the store; the collection cannot be used afterwards."""
        self._store.close()


def model_name(model: Any) -> str:
    """Return the name of a model: its Hub id if it knows one, else the name of its class."""
    card = getattr(model, "model_card_data", None)
    return getattr(card, "model_id", None) or getattr(card, "base_model", None) or type(model).__name__


# -- arguments -----------------------------------------------------------------------------------------------


def _open_store(store: str | stores.Store, token: str | None) -> stores.Store:
    if not isinstance(store, (str, os.PathLike)):
        if not callable(getattr(store, "upsert", None)):
            raise TypeError(f"store must be a string or a store, but a {type(store).__name__} has no method upsert")
        return store
    uri = os.fspath(store)
    if uri == "memory":
        return stores.ExactStore()
    if uri.endswith(".db") or uri.startswith(("http://", "https://")):
        return stores.MilvusStore(uri, token)
    raise ValueError(
        "store must be 'memory', a path that ends in .db, or an address that begins with http:// or https://, "
        f"but it is {uri!r}"
    )


def _checked_chunk_tokens(chunk_tokens: int | None, model: Any) -> int | None:
    if chunk_tokens is None:
        return None
    if encoding.tokenizer_of(model) is None:
        raise TypeError(f"chunk_tokens needs a model with a fast tokenizer, but a {type(model).__name__} has none")
    size, window = _need.whole(chunk_tokens, "chunk_tokens", at_least=8), encoding.window_of(model)
    if window is not None and size > window - 2:
        raise ValueError(
            f"chunk_tokens must leave room for 2 special tokens in the model's window of {window}, "
            f"so at most {window - 2}, but it is {size}"
        )
    return size


def _checked_ids(ids: Sequence[str]) -> list[str]:
    names = _need.strings(ids, "ids")
    for i, name in enumerate(names):
        if not name or _SEPARATOR in name:
            raise ValueError(f"ids[{i}] must be a name without control characters, but it is {name!r}")
    return names


def _checked_metadata(metadata: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    checked = []
    for i, fields in enumerate(metadata):
        if not isinstance(fields, Mapping):
            raise TypeError(f"metadata[{i}] must be a dict, not a {type(fields).__name__}")
        for key in fields:
            if not isinstance(key, str) or key.startswith("_"):
                raise ValueError(f"metadata[{i}] must have names that are strings and do not begin with _: {key!r}")
        try:
            checked.append(json.loads(json.dumps(dict(fields), allow_nan=False)))
        except (TypeError, ValueError) as error:
            raise TypeError(f"metadata[{i}] must hold what JSON can hold, but {error}") from error
    return checked


def _passage_id(name: str, number: int) -> str:
    return name if number == 0 else f"{name}{_SEPARATOR}{number}"


def _hit(match: stores.Match) -> Hit:
    record = match.record
    metadata = {key: value for key, value in record.items() if not key.startswith("_")}
    return Hit(record["_id"], match.score, record["_document"], metadata, record.get("_passage", record["_document"]))
