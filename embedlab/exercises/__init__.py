"""Exercises of the course: one module a notebook (``nb15``), and the engine that checks and keeps count.

A notebook says ``from embedlab.exercises import nb15 as ex``; every exercise in it is an object with three
verbs, ``ex.recall_at_k.check(recall_at_k)``, ``.hint()`` and ``.solution()``; the quiz is ``ex.quiz.show()``.
An exercise is a function that solves it (`checker.exercise`); a quiz is a text file, ``quizzes/15.toml``.

Nothing here reads the notebook's variables: what is checked is what was passed.
"""
