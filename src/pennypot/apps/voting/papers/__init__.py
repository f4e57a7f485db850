"""Voting on paper: the booklet, ballots, letters and sheets as print-ready PDFs, set by typst.

Nothing here knows tables or people: `contents` says what goes on a paper, `words` says it in a language, `typeset`
makes the PDF. What people wrote reaches typst as data, never as markup.
"""
