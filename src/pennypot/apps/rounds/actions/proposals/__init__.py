"""The verbs of proposals: drafts, writing, sending in, pictures, authors, endorsing, merging, talking."""
