"""The print kit: all that a hall needs on paper, as tagged PDFs set by typst, in any language and size.

`cards` and `sheets` say what stands on a paper, `paper` sets it. What people wrote reaches typst as data, never as
markup.
"""
