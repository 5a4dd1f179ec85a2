"""Semantic search over a collection of texts: encode, store, search, save, load.

`collection` holds `SemanticSearch`; where vectors live is the work of `stores` (in memory) and `milvus` (a file, a
server, a cluster); `saved` is the file of `SemanticSearch.save`, `cluster` spreads the encoding over machines.
"""

from embedlab.search.cluster import encode_corpus
from embedlab.search.collection import AddReport, Hit, SemanticSearch, model_name
from embedlab.search.saved import SavedIndexError
from embedlab.search.stores import StoreError

__all__ = ["AddReport", "Hit", "SavedIndexError", "SemanticSearch", "StoreError", "encode_corpus", "model_name"]
