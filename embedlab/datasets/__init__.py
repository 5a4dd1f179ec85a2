"""The course's data sets, one small module each; nothing here is loaded before it is asked for.

Write ``from embedlab.datasets import topics`` and then ``topics.load()``. Each answer is a frozen dataclass whose
fields say shape, meaning and licence. No module uses the network or global random state.

================= ==================================================== ==========================================
module            what it holds                                        where it comes from
================= ==================================================== ==========================================
ambiguous_words   240 sentences with 10 words in two senses each       written for the course, shipped as CSV
analogies         19,544 analogy questions in 14 sections              read out of gensim (Google's word2vec test)
api_usage         which functions 1,682 source files call              collected by tools/, shipped as CSV
association_words word sets of the association tests                   after Caliskan et al. 2017
colors            949 colour names with RGB and CIE Lab                read out of matplotlib (XKCD survey, CC0)
docstrings        docstrings with their "See Also" links               read out of the installed libraries
faces             drawn faces of two groups, varied in pose and light  drawn from a seed
french            2,555 messages of Jupyter in English and French      read out of JupyterLab's language pack
golden_questions  20 questions, pages of scikit-image graded twice       written for the course, shipped as CSV
graded_pairs      200 sentence pairs with a similarity grade 0 to 5    written for the course, shipped as CSV
lee               50 news texts and people's ratings of all pairs      read out of gensim (Lee et al. 2005)
natural_questions 40 questions as people ask them, and pages graded   written for the course, shipped as CSV
news_uses         uses of chosen words in news sentences               read out of gensim (Lee et al. 2005)
passage_places    where 220 known pages are found, cut in 10 ways       measured by tools/, shipped as CSV
patients          patient records, with notes, labs and outcomes       invented from a seed
photos            24 pictures with captions, sources and licences      read out of scikit-image and two others
products          300 shop items, and a simulator of visits to them    written for the course, shipped as CSV
questions_answers 120 answered and 40 unanswerable questions           written for the course, shipped as CSV
sentiment_words   7,179 words, each rated by ten people                read out of vaderSentiment (Hutto 2014)
shoppers          histories of shoppers, and what they follow          simulated over the catalogue of products
topics            300 sentences on 12 topics                           written for the course, shipped as CSV
trial             2,139 patients, four treatments drawn by lot         Hammer et al. 1996, shipped as CSV
word_pairs        999 and 353 pairs of words, rated by people          read out of gensim (SimLex, WordSim)
word_vectors      static vectors of 21,719 words                       read out of the text model that is passed in
================= ==================================================== ==========================================
"""
