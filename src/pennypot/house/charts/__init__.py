"""Pictures of money as SVG, drawn by the server: a treemap, flows, bars. They know nothing of Pennypot.

Every shape is a link with a title; words that do not fit are left to the list that stands under every picture.
Colours are classes (`c-leaf`), whose values are in `charts.css`, so that light, dark and print each have their own.
"""
